/// Who answers for a policy.
public struct PolicyOwner: Sendable, Hashable {
  public let who: String
  /// How it was adopted, and by whom.
  public let adopted: String
  /// Where to complain.
  public let contact: String
}
