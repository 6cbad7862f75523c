/// A deployer's rules from the opinions of a panel to an action: who is heard, a floor that nothing relaxes, the
/// layers of communities, what roles change, and what a user may change.
///
/// The decision is the most severe of what the floor wants, what each layer wants as relaxed or tightened by role
/// and user, and what the user's own rules want. So the floor is never relaxed, a further rule never makes an
/// action milder, and a member that objects more never does: docs/policy.md has the whole lattice.
public struct Policy: Sendable, Hashable {
  /// The version of the format that this program reads.
  public static let formatVersion = 1

  public let id: String
  public let title: String
  public let version: String
  /// The SHA-256 of the file that it was read from ("sha256:..."), where whoever read it says so.
  public let digest: String?
  public let owner: PolicyOwner
  /// Why it is as it is; empty where nobody said.
  public let rationale: String
  /// Whose opinions it wants, in the order of the file.
  public let members: [PolicyMember]
  public let floor: PolicyLayer
  /// The communities' layers, in the order of the file.
  public let layers: [PolicyLayer]
  public let roles: [PolicyRole]
  /// The layers that a user may relax, with the mildest limit that they may set.
  public let userMayRelax: [String: GuardAction]

  /// What decisions name it by.
  public var identity: PolicyIdentity { PolicyIdentity(id: id, version: version, digest: digest) }

  /// What looks at several words of a stream, layers and rules by name, with the words of the file for it:
  /// ["house": "2/4", "floor: weapons": "3, until 0.2"]. O(policy)
  public var debounces: [String: String] {
    ([floor] + layers).reduce(into: [:]) { $0.merge($1.debounces) { $1 } }
  }

  /// The role of this name.
  public func role(_ name: String) -> PolicyRole? { roles.first { $0.name == name } }
}
