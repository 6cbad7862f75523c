/// What a panel says of a text: every opinion, how far they are apart, and, where a policy was given, what follows
/// and by which of its rules.
public struct PanelVerdict: Sendable {
  /// What came of the opinions.
  public enum Outcome: String, Sendable, CaseIterable {
    /// Nobody objects, and at least one can tell.
    case accepted
    /// All who can tell object.
    case objected
    /// Some object and others do not.
    case contested
    /// Nobody can tell, or has rules about such texts.
    case undecided
  }

  /// One for each member, in the panel's order.
  public let opinions: [Opinion]
  public let dissent: Dissent
  /// What the policy says to do; nil without a policy: a panel by itself decides nothing.
  public let decision: PolicyDecision?

  public init(opinions: [Opinion], decision: PolicyDecision? = nil) {
    self.opinions = opinions
    dissent = Dissent(opinions)
    self.decision = decision
  }

  public var outcome: Outcome {
    if dissent.isContested { return .contested }
    if !dissent.objects.isEmpty { return .objected }
    return dissent.accepts.isEmpty && dissent.supports.isEmpty ? .undecided : .accepted
  }
}
