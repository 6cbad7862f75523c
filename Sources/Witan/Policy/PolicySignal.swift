/// An output of one member, and from where it counts.
public struct PolicySignal: Sendable, Hashable {
  public let member: String
  /// A principle's id, or `any`.
  public let principle: String
  /// The probability from which it counts, in (0, 1]; nil is the model's own threshold.
  public let from: Float?
  /// In streams: the probability below which a rule that is on lets go, in (0, from]; nil is `from`.
  public let until: Float?

  init(member: String, principle: String, from: Float?, until: Float? = nil) {
    (self.member, self.principle, self.from, self.until) = (member, principle, from, until)
  }

  /// As it stands in the file: `member/principle`.
  public var name: String { "\(member)/\(principle)" }
}
