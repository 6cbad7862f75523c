/// Whose words an opinion rests on, and how to find them again.
public struct Provenance: Sendable, Hashable {
  /// The member's name in its panel; no two of a panel share one.
  public let member: String
  /// The constitution's title; the member's name for models of other origin.
  public let title: String
  /// Id, version and digest of the constitution; nil for models that were not compiled from one.
  public let constitution: String?
  public let version: String?
  public let digest: String?
  /// Who answers for the constitution, in its own words; nil where the model does not say.
  public let author: String?
  /// The digest of the model's file ("sha256:..."), and the known signer who signed it, where whoever loaded it
  /// says so.
  public let modelDigest: String?
  public let signer: String?

  public init(
    member: String, title: String? = nil, constitution: String? = nil, version: String? = nil,
    digest: String? = nil, author: String? = nil, modelDigest: String? = nil, signer: String? = nil
  ) {
    self.member = member
    self.title = title ?? member
    (self.constitution, self.version, self.digest) = (constitution, version, digest)
    self.author = author
    (self.modelDigest, self.signer) = (modelDigest, signer)
  }

  /// What `classifier` says of its origin, under the name `member`; nil takes the constitution's id, or "model".
  public init(
    _ classifier: Classifier, member: String? = nil, modelDigest: String? = nil, signer: String? = nil
  ) {
    let metadata = classifier.metadata
    let id = metadata["witan.constitution_id"]
    self.init(
      member: member ?? id ?? "model", title: metadata["witan.constitution_title"], constitution: id,
      version: metadata["witan.constitution_version"], digest: metadata["witan.constitution_digest"],
      author: metadata["witan.constitution_author"], modelDigest: modelDigest, signer: signer)
  }
}
