/// What follows when one of some principles applies.
public struct PolicyRule: Sendable, Hashable {
  public let name: String
  /// One of them is enough.
  public let signals: [PolicySignal]
  public let action: GuardAction
  /// Principles that permit or encourage; while one of them applies, the rule is silent.
  public let exemptions: [PolicySignal]
  /// In streams: the words that must agree before the rule acts.
  public let debounce: Debounce
}
