import Witan

/// Small models with random weights, for tests of everything but accuracy.
enum TestModel {
  static func bytes(
    labels: Int = 10, hasAny: Bool = false, log2Buckets: Int = 12, task: ModelSpec.Task = .multiLabel,
    seed: UInt64 = 1
  ) -> [UInt8] {
    let spec = try! ModelSpec(
      features: FeatureSpec(log2Buckets: log2Buckets), task: task,
      labels: (0..<labels).map { Label(id: "label-\($0)", stance: hasAny ? .prohibit : nil) },
      hasAny: hasAny)
    var random = SeededRandom(seed: seed)
    func floats(_ low: Double, _ high: Double) -> [Float] {
      (0..<spec.width).map { _ in Float(low + random.unit() * (high - low)) }
    }
    let weights = ModelWeights(
      table: (0..<spec.features.buckets * spec.width).map { _ in
        Int8(truncatingIfNeeded: Int(random.next() % 255) - 127)
      },
      scale: floats(0.001, 0.01), bias: floats(-1, 1), calibrationSlope: floats(0.5, 2),
      calibrationOffset: floats(-1, 1))
    return ModelFile.encode(spec: spec, weights: weights, metadata: ["witan.note": "test"])
  }

  static func classifier(
    labels: Int = 10, hasAny: Bool = false, task: ModelSpec.Task = .multiLabel
  ) -> Classifier {
    try! Classifier(bytes: bytes(labels: labels, hasAny: hasAny, task: task))
  }

  /// Bytes of many kinds: words, scripts, symbols, damaged UTF-8.
  static func randomText(_ random: inout SeededRandom, length: Int) -> [UInt8] {
    let pieces = [
      "the ", "Quick", " brown-fox", "don't ", "日本語", "привет ", "ﬁne", "é", "e\u{301}", "👩‍👩‍👧",
      "\u{200B}", "ﷺ", " 3.14", "!!", "\n", "한국어", "ＡＢＣ", "\t", "x", "ß", "𝐡𝐢", "‘quoted’",
    ]
    var out: [UInt8] = []
    while out.count < length {
      if random.below(8) == 0 {
        out.append(UInt8(truncatingIfNeeded: random.next()))
      } else {
        out += random.pick(pieces).utf8
      }
    }
    return Array(out.prefix(length))
  }
}
