extension Opinion {
  /// What `classifier` says by `scores`, which it gave to a text that stands on `side`: with the finding of its
  /// prediction sets where it has them, by the threshold of `any` where not.
  public init(
    _ classifier: Classifier, _ scores: Scores, side: Side? = nil, provenance: Provenance? = nil,
    evidence: [Evidence] = []
  ) {
    self.init(
      provenance: provenance ?? Provenance(classifier), scores: scores,
      anyThreshold: classifier.spec.hasAny ? classifier.spec.anyThreshold : nil, side: side,
      origin: classifier.thresholdOrigin, isComplete: classifier.isComplete,
      finding: classifier.finding(of: scores, side: side), evidence: evidence)
  }
}
