/// Where a policy is applied: with whom, and what they set for themselves.
public struct PolicyContext: Sendable, Hashable {
  /// A role of the policy; without one, or with one that the policy does not know, every layer counts and
  /// nothing is relaxed by role.
  public var role: String?
  public var user: UserLayer?

  public init(role: String? = nil, user: UserLayer? = nil) {
    (self.role, self.user) = (role, user)
  }
}
