/// What a server has to do after a push, in this order: send `emit` bytes, keep `held`, then obey `action`.
public struct GuardStep: Sendable, Hashable {
  /// Bytes of the text, following those emitted before, that may go out now: whole words.
  public let emit: Int
  /// Bytes that are kept back now.
  public let held: Int
  /// What is in force after this push. After `terminate` nothing is emitted any more.
  public let action: GuardAction
  /// Why; nil for `emit`.
  public let reason: GuardReason?
}
