/// What a policy chose, and why.
public struct PolicyDecision: Sendable, Hashable {
  public let action: GuardAction
  /// The layer whose rule chose it: "floor", a community's name, "user", "default".
  public let layer: String
  /// The rule's name in the policy file, as `witan policy explain` shows it.
  public let rule: String
  /// The members whose opinions the rule rests on.
  public let members: [String]
  /// The principles that the rule rests on, as member/principle; empty for rules about whole opinions.
  public let principles: [String]
  /// Who relaxed or tightened what the layer wanted: "user", or "role" with its name; nil where nobody did.
  public let adjustedBy: String?
  /// Whose rule it is; nil for decisions that no `Policy` made.
  public let policy: PolicyIdentity?

  public init(
    action: GuardAction, layer: String, rule: String, members: [String], principles: [String] = [],
    adjustedBy: String? = nil, policy: PolicyIdentity? = nil
  ) {
    (self.action, self.layer, self.rule) = (action, layer, rule)
    (self.members, self.principles, self.adjustedBy) = (members, principles, adjustedBy)
    self.policy = policy
  }

  /// The same with another action, as somebody's answer has it.
  func acting(_ action: GuardAction) -> PolicyDecision {
    PolicyDecision(
      action: action, layer: layer, rule: rule, members: members, principles: principles,
      adjustedBy: adjustedBy, policy: policy)
  }
}
