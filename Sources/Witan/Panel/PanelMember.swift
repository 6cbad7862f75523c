/// A classifier in a panel, under a name of its own.
public struct PanelMember: Sendable {
  public let classifier: Classifier
  public let provenance: Provenance

  /// `name`: no two members of a panel share one; nil takes the constitution's id, or "model". Digest of the file
  /// and signer are the caller's to tell: every opinion names them.
  public init(
    _ classifier: Classifier, name: String? = nil, modelDigest: String? = nil, signer: String? = nil
  ) {
    self.classifier = classifier
    provenance = Provenance(classifier, member: name, modelDigest: modelDigest, signer: signer)
  }

  public var name: String { provenance.member }
}
