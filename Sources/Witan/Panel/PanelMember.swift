/// A classifier in a panel, under a name of its own.
public struct PanelMember: Sendable {
  public let classifier: Classifier
  public let provenance: Provenance

  /// `name`: no two members of a panel share one; nil takes the constitution's id, or "model".
  public init(_ classifier: Classifier, name: String? = nil) {
    self.classifier = classifier
    provenance = Provenance(classifier, member: name)
  }

  public var name: String { provenance.member }
}
