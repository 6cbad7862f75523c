/// What changes where somebody in this role is spoken with.
public struct PolicyRole: Sendable, Hashable {
  public let name: String
  /// The layers that count; nil: all.
  public let layers: [String]?
  /// At most this action from a layer.
  public let relax: [String: GuardAction]
  /// At least this action from a layer, whenever it wants any; the floor has the name `floor`.
  public let tighten: [String: GuardAction]
}
