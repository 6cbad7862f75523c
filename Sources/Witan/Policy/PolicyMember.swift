/// A constitution that a policy hears.
public struct PolicyMember: Sendable, Hashable {
  /// The member's name in the panel.
  public let name: String
  /// The constitution's id; an opinion of another counts as missing.
  public let constitution: String
  /// The version and digest that it must have; nil takes any.
  public let version: String?
  public let digest: String?
  /// Who must have signed the model, by the name that whoever loaded it knows the signer by; nil takes any model.
  public let signer: String?

  /// What `provenance` has that the policy does not accept; nil when it is the one that the policy names. O(1)
  public func mismatch(_ provenance: Provenance) -> String? {
    func differs(_ what: String, _ wanted: String?, _ found: String?) -> String? {
      guard let wanted, wanted != found else { return nil }
      return "\(what) is \(found.map { "'\($0)'" } ?? "unknown"), the policy wants '\(wanted)'"
    }
    return differs("its constitution", constitution, provenance.constitution)
      ?? differs("its version", version, provenance.version)
      ?? differs("its digest", digest, provenance.digest)
      ?? differs("its signer", signer, provenance.signer)
  }
}
