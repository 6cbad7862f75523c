public import Witan

extension Example {
  /// How far from 1 the degrees of one choice may sum: they are often printed with three digits.
  static let choiceTolerance: Float = 1e-3

  /// Whether the degrees are the shares of one choice.
  var isChoice: Bool { (labels.values.reduce(0, +) - 1).magnitude <= Self.choiceTolerance }

  /// The label of the largest degree, the first by name of equals, when several share one choice.
  var softChoice: String? {
    guard labels.count > 1, isChoice else { return nil }
    return labels.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
  }

  /// The same example as one of `task`: its degrees are the shares of one choice, made to sum to 1
  /// exactly, or hold each by itself.
  ///
  /// Throws `data` for a choice whose degrees do not sum to 1 within 0.001.
  public func read(as task: ModelSpec.Task) throws(WitanError) -> Example {
    var copy = self
    copy.isSingleLabel = task == .singleLabel
    guard copy.isSingleLabel else { return copy }
    let sum = labels.values.reduce(0, +)
    guard isChoice else {
      throw WitanError(
        .data,
        labels.isEmpty
          ? "there is no label, but each example has one; leave the text out, or give it as unlabelled"
          : "the degrees of one choice sum to \(sum), not to 1; is each label yes or no by itself?")
    }
    copy.labels = labels.mapValues { $0 / sum }
    return copy
  }
}
