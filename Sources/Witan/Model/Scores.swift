/// What a classifier says of a text.
public struct Scores: Sendable, Hashable {
  public let labels: [Label]
  /// Calibrated probability of each label. [labels]
  public let probabilities: [Float]
  /// The probability that any prohibited principle applies; nil for classifiers without stances.
  public let any: Float?
  /// Features that were summed.
  public let features: Int
  /// Invalid parts of the UTF-8 input that were replaced by U+FFFD.
  public let replacements: Int
  /// Whether the text went on after `ModelSpec.maximumFeatures`: only its beginning was scored.
  public let isTruncated: Bool
  /// The standard deviation of each label's calibrated logit under the Laplace posterior of the last layer,
  /// in units of the logit; docs/doubt.md says what it tells. nil for models without. [labels]
  public internal(set) var doubts: [Float]?
  /// The same of `any`; nil where one of the two is.
  public internal(set) var anyDoubt: Float?

  package init(
    labels: [Label], probabilities: [Float], any: Float?, features: Int, replacements: Int, isTruncated: Bool,
    doubts: [Float]? = nil, anyDoubt: Float? = nil
  ) {
    (self.labels, self.probabilities, self.any) = (labels, probabilities, any)
    (self.features, self.replacements, self.isTruncated) = (features, replacements, isTruncated)
    (self.doubts, self.anyDoubt) = (doubts, anyDoubt)
  }

  /// The most probable label. O(labels)
  public var best: Label { labels[bestIndex] }

  public var bestIndex: Int {
    probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
  }

  /// The probability of the label with this id; nil when there is none. O(labels)
  public subscript(_ id: String) -> Float? {
    labels.firstIndex { $0.id == id }.map { probabilities[$0] }
  }

  /// The labels whose probability reaches their threshold, most probable first.
  public var flagged: [Label] {
    labels.indices.filter { probabilities[$0] >= labels[$0].threshold }
      .sorted { probabilities[$0] > probabilities[$1] }.map { labels[$0] }
  }
}
