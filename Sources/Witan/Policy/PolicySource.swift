/// What a monitor has to know of a member: whose outputs they are, and when they object.
public struct PolicySource: Sendable, Hashable {
  public let provenance: Provenance
  public let labels: [Label]
  /// The probability of `any` from which the member objects; nil for classifiers without that output.
  public let anyThreshold: Float?
  /// Whether the member's model is whole (`Classifier.isComplete`).
  public let isComplete: Bool
  /// The probabilities of `Opinion.objection` at which the member cannot tell, where it has prediction sets.
  public let abstains: Range<Float>?

  public init(
    provenance: Provenance, labels: [Label], anyThreshold: Float?, isComplete: Bool = true,
    abstains: Range<Float>? = nil
  ) {
    (self.provenance, self.labels, self.anyThreshold) = (provenance, labels, anyThreshold)
    (self.isComplete, self.abstains) = (isComplete, abstains)
  }

  /// The outputs of `classifier`, under the name `member`; nil takes the constitution's id.
  public init(_ classifier: Classifier, member: String? = nil, abstains: Range<Float>? = nil) {
    self.init(
      provenance: Provenance(classifier, member: member), labels: classifier.spec.labels,
      anyThreshold: classifier.spec.hasAny ? classifier.spec.anyThreshold : nil,
      isComplete: classifier.isComplete, abstains: abstains)
  }

  /// Probabilities of a reading: one for each label, then `any`.
  public var outputs: Int { labels.count + (anyThreshold == nil ? 0 : 1) }
}
