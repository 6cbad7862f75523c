import Witan
import WitanTraining

/// A classifier whose logits are known by hand: a text of one letter has one feature, so its logits
/// are what the table says for that letter.
enum LetterModel {
  /// `logits`: for each letter its logits, multiples of 0.125. [width]
  static func classifier(
    _ labels: [Label], task: ModelSpec.Task, hasAny: Bool = false, anyThreshold: Float = 0.5,
    logits: [Character: [Float]]
  ) throws -> Classifier {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 10), task: task, labels: labels, hasAny: hasAny,
      anyThreshold: anyThreshold)
    let ones = [Float](repeating: 1, count: spec.width)
    let zeros = [Float](repeating: 0, count: spec.width)
    var weights = ModelWeights(
      table: Array(repeating: 0, count: spec.features.buckets * spec.width),
      scale: ones.map { $0 * 0.125 }, bias: zeros, calibrationSlope: ones, calibrationOffset: zeros)
    var used: Set<UInt32> = []
    for (letter, row) in logits {
      let ids = FeatureExtractor.words(of: String(letter).utf8, spec.features).flatMap(\.ids)
      precondition(ids.count == 1 && used.insert(ids[0]).inserted && row.count == spec.width)
      for (j, z) in row.enumerated() { weights.table[Int(ids[0]) * spec.width + j] = Int8(z * 8) }
    }
    return try Classifier(bytes: ModelFile.encode(spec: spec, weights: weights, metadata: [:]))
  }

  /// The choice of x, y and z that `EvaluationTests` counts on.
  static func choice() throws -> Classifier {
    try classifier(
      ["x", "y", "z"].map { Label(id: $0) }, task: .singleLabel,
      logits: ["a": [4, 0, 0], "b": [0, 4, 0], "c": [0, 0, 4], "d": [0, 1, 0]])
  }

  /// p (from 0.5) and q (from 0.9) prohibited, r permitted; `any` from 0.75.
  static func principles(isQPooled: Bool = true) throws -> Classifier {
    try classifier(
      [
        Label(id: "p", stance: .prohibit, threshold: 0.5),
        Label(id: "q", stance: .prohibit, isPooled: isQPooled, threshold: 0.9),
        Label(id: "r", stance: .permit),
      ], task: .multiLabel, hasAny: true, anyThreshold: 0.75,
      logits: [
        "a": [4, -4, -4, 4], "b": [-4, 2, -4, 2], "c": [-4, 4, 4, 3], "d": [-4, -4, 2, -3],
        "e": [-4, -4, -4, 0.5], "f": [0.5, -4, -4, 0.5],
      ])
  }
}
