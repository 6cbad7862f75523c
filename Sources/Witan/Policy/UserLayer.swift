/// What a user set for themselves: stricter at will, looser only as far as the policy allows and never below its
/// floor. `Policy.userLayer(json:)` reads and checks one.
public struct UserLayer: Sendable, Hashable {
  /// At most this action from a layer; counts for layers that the policy lets users relax, as far as it does.
  public var relax: [String: GuardAction]
  /// At least this action from a layer, whenever it wants any; the floor has the name `floor`.
  public var tighten: [String: GuardAction]
  /// The member to listen to, in layers whose combination is `choice`.
  public var choose: [String: String]
  /// The user's own rules.
  public package(set) var layer: PolicyLayer?

  public init(
    relax: [String: GuardAction] = [:], tighten: [String: GuardAction] = [:], choose: [String: String] = [:]
  ) {
    (self.relax, self.tighten, self.choose) = (relax, tighten, choose)
  }
}
