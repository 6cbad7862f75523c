/// Something that a guard decided at a word: in pushes of any size no event is lost between two states.
public struct GuardEvent: Sendable, Hashable {
  public enum Kind: String, Sendable {
    /// A rule turned on, or a limit was reached.
    case on
    /// A rule turned off.
    case off
  }

  public let kind: Kind
  public let reason: GuardReason
  /// Where the text stood, in bytes.
  public let byte: Int
}
