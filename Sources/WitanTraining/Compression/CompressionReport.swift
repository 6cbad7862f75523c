public import Witan

/// What compression cost: the original against the compressed model.
public struct CompressionReport: Sendable {
  /// One of the two models.
  public struct Side: Sendable {
    public let bytes: Int
    public let bits: Int
    public let buckets: Int
    public let rows: Int
    /// Where the threshold of the verdict comes from.
    public let origin: ThresholdOrigin
    /// On the labelled examples; nil without.
    public let evaluation: Evaluation?

    init(_ classifier: Classifier, _ bytes: Int, _ examples: [Example]) throws(WitanError) {
      let spec = classifier.spec
      (self.bytes, bits, buckets) = (bytes, spec.table.bits, spec.features.buckets)
      rows = spec.table.keptRows ?? buckets
      origin = classifier.thresholdOrigin
      evaluation = examples.isEmpty ? nil : try Evaluation(classifier, examples, mistakes: 0)
    }
  }

  public let before: Side
  public let after: Side
  /// Texts on which the two were compared.
  public let texts: Int
  /// Over these texts and all outputs; nil without texts.
  public let largestDifference: Float?
  /// Share of these texts where both come to the same decision: the likeliest label, or the same outputs
  /// at or above their thresholds.
  public let agreement: Double?

  /// Scores `examples`, or without them `texts`, with both. O(bytes). Throws as `Evaluation`.
  public init(
    _ original: Classifier, _ originalBytes: Int, _ compressed: Classifier, _ bytes: Int,
    examples: [Example], texts: [String] = []
  ) throws(WitanError) {
    before = try Side(original, originalBytes, examples)
    after = try Side(compressed, bytes, examples)
    let compared = examples.isEmpty ? texts : examples.map(\.text)
    self.texts = compared.count
    guard !compared.isEmpty else {
      (largestDifference, agreement) = (nil, nil)
      return
    }
    let (p, q) = (original.probabilities(of: compared), compressed.probabilities(of: compared))
    let spec = original.spec
    func decision(_ row: [Float]) -> [Bool] {
      if spec.task == .singleLabel {
        let best = row.indices.max { row[$0] < row[$1] }
        return row.indices.map { $0 == best }
      }
      return row.indices.map {
        row[$0] >= ($0 < spec.labels.count ? spec.labels[$0].threshold : spec.anyThreshold)
      }
    }
    largestDifference = zip(p, q).reduce(0) { most, rows in
      zip(rows.0, rows.1).reduce(most) { max($0, ($1.0 - $1.1).magnitude) }
    }
    agreement = Double(zip(p, q).count { decision($0) == decision($1) }) / Double(compared.count)
  }

  package var json: JSON {
    func side(_ s: Side) -> JSON {
      var fields: [String: JSON] = [
        "bytes": JSON(s.bytes), "bits": JSON(s.bits), "buckets": JSON(s.buckets), "rows": JSON(s.rows),
      ]
      if let e = s.evaluation {
        fields["accuracy"] = JSON((e.accuracy * 1e6).rounded() / 1e6)
        fields["macro_f1"] = JSON((e.macroF1 * 1e6).rounded() / 1e6)
        fields["ece"] = JSON((e.ece * 1e6).rounded() / 1e6)
        fields["log_loss"] = JSON((e.logLoss * 1e6).rounded() / 1e6)
      }
      return .object(fields)
    }
    var fields: [String: JSON] = ["before": side(before), "after": side(after), "texts": JSON(texts)]
    if let largestDifference { fields["largest_difference"] = JSON(largestDifference) }
    if let agreement { fields["agreement"] = JSON((agreement * 1e6).rounded() / 1e6) }
    return .object(fields)
  }
}
