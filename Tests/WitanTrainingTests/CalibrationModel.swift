import Witan
import WitanTraining

/// A model of two prohibited labels and `any` with random weights, and texts whose scores differ.
enum CalibrationModel {
  static func bytes(metadata: [String: String] = [:]) throws -> [UInt8] {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 10), task: .multiLabel,
      labels: [Label(id: "p", stance: .prohibit), Label(id: "q", stance: .prohibit)], hasAny: true)
    var random = SeededRandom(seed: 81)
    let weights = ModelWeights(
      table: (0..<spec.features.buckets * spec.columns).map { _ in Int8(random.below(255) - 127) },
      scale: [0.01, 0.012, 0.008], bias: [0, -0.3, 0.2], calibrationSlope: [1, 1, 1],
      calibrationOffset: [0, 0, 0])
    return ModelFile.encode(spec: spec, weights: weights, metadata: metadata)
  }

  static func classifier() throws -> Classifier { try Classifier(bytes: bytes()) }

  /// Texts of 1 to 30 random words.
  static func texts(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      (0...random.below(30)).map { _ in String(random.below(100_000), radix: 36) }.joined(separator: " ")
    }
  }

  /// The same as examples of two groups; those of `second` are not like the others to the model.
  static func examples(_ count: Int, seed: UInt64) -> [Example] {
    texts(count, seed: seed).enumerated().map { i, text in
      Example(text: text, labels: [:], group: i % 3 == 0 ? "second" : "first")
    }
  }
}
