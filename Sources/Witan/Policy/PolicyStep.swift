/// What a server has to do after a push, in this order: send `emit` bytes, keep `held`, then obey `action`.
public struct PolicyStep: Sendable, Hashable {
  /// Bytes of the text, following those emitted before, that may go out now: whole words.
  public let emit: Int
  /// Bytes that are kept back now.
  public let held: Int
  /// What is in force after this push; `PolicyStream.decision` says why. After `terminate` nothing is emitted any more.
  public let action: GuardAction
  /// What ended the text where it was not the policy: a limit, an answer, a cancellation; else nil.
  public let cause: GuardReason.Cause?
}
