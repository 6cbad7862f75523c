/// What a monitor has to know of a member: whose outputs they are, and when they object.
public struct PolicySource: Sendable, Hashable {
  public let provenance: Provenance
  public let labels: [Label]
  /// The probability of `any` from which the member objects; nil for classifiers without that output.
  public let anyThreshold: Float?
  /// Whether the member's model is whole (`Classifier.isComplete`).
  public let isComplete: Bool
  /// The probabilities of `Opinion.objection` at which the member cannot tell, where it has prediction sets; it
  /// then objects from their end on.
  public let abstains: Range<Float>?

  public init(
    provenance: Provenance, labels: [Label], anyThreshold: Float?, isComplete: Bool = true,
    abstains: Range<Float>? = nil
  ) {
    (self.provenance, self.labels, self.anyThreshold) = (provenance, labels, anyThreshold)
    (self.isComplete, self.abstains) = (isComplete, abstains)
  }

  /// The outputs of `classifier` with its prediction sets, under the name `member`; nil takes the constitution's id.
  public init(_ classifier: Classifier, member: String? = nil) {
    self.init(classifier, Provenance(classifier, member: member))
  }

  /// The outputs of a member of a panel.
  public init(_ member: PanelMember) { self.init(member.classifier, member.provenance) }

  init(_ classifier: Classifier, _ provenance: Provenance) {
    let spec = classifier.spec
    self.init(
      provenance: provenance, labels: spec.labels, anyThreshold: spec.hasAny ? spec.anyThreshold : nil,
      isComplete: classifier.isComplete,
      abstains: spec.hasAny ? classifier.predictionSets[spec.labels.count]?.abstains : nil)
  }

  /// Probabilities of a reading: one for each label, then `any`.
  public var outputs: Int { labels.count + (anyThreshold == nil ? 0 : 1) }
}

extension ConformalBounds {
  /// The probabilities at which the set says neither: below them it says "does not", from their end on "falls under".
  fileprivate var abstains: Range<Float> {
    // `upper` itself still says "does not".
    lower <= upper ? lower..<upper.nextUp : upper.nextUp..<lower
  }
}
