extension Classifier {
  /// What the prediction set of output `index` says of a text with the probability `p` there: a label's, or that
  /// of `any` after the last label. nil where the output has no sets that hold (`predictionSets`).
  ///
  /// A principle that does not apply on `side`, and `any` where no prohibition does, is `doesNot` by itself.
  /// O(1); of `any` O(labels). No allocation.
  public func finding(_ index: Int, at p: Float, side: Side? = nil) -> Finding? {
    guard let bounds = predictionSets[index] else { return nil }
    return spec.judges(index, on: side) ? bounds.finding(p) : .doesNot
  }

  /// The same of every output, as streams and batches give their probabilities. [outputs] -> [outputs]
  public func findings(
    of probabilities: some RandomAccessCollection<Float>, side: Side? = nil
  ) -> [Finding?] {
    precondition(probabilities.count == spec.outputs, "one probability for each output")
    return probabilities.enumerated().map { finding($0, at: $1, side: side) }
  }

  /// Whether the text falls under what the constitution prohibits, by the prediction sets of `any`; nil for
  /// classifiers without them. [outputs]
  public func finding(
    of probabilities: some RandomAccessCollection<Float>, side: Side? = nil
  ) -> Finding? {
    guard spec.hasAny, let any = probabilities.last else { return nil }
    return finding(spec.labels.count, at: any, side: side)
  }

  /// The same of a whole text's scores.
  public func finding(of scores: Scores, side: Side? = nil) -> Finding? {
    guard spec.hasAny, let any = scores.any else { return nil }
    return finding(spec.labels.count, at: any, side: side)
  }
}

extension ModelSpec {
  /// Whether output `index` is about texts on `side`: `any` when at least one prohibition is.
  package func judges(_ index: Int, on side: Side?) -> Bool {
    guard side != nil else { return true }
    if index < labels.count { return labels[index].applies(to: side) }
    return labels.contains { $0.stance == .prohibit && $0.applies(to: side) }
  }
}
