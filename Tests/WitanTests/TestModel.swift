import Testing
import Witan

/// Small models with random weights, for tests of everything but accuracy.
enum TestModel {
  /// The kinds of model there are; what holds for streams and files has to hold for each.
  struct Kind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var hidden: [Int] = []
    var isWeighted = false
    var dimensions: Int?
    var hasCharacters = true
    var hasPhrases = false

    var embeddings: StaticEmbeddings? { dimensions.map { TestEmbeddings.table(dimensions: $0) } }

    static let linear = Kind(testDescription: "linear")
    static let dense = Kind(testDescription: "dense", dimensions: 48)
    static let deep = Kind(testDescription: "two hidden layers", hidden: [128, 17])
    static let whole = Kind(
      testDescription: "all at once", hidden: [20, 128], isWeighted: true, dimensions: 256, hasPhrases: true)
    static let all = [
      linear, Kind(testDescription: "weighted", isWeighted: true),
      Kind(testDescription: "phrases without characters", hasCharacters: false, hasPhrases: true), dense,
      Kind(testDescription: "one hidden layer", hidden: [16]), deep,
      Kind(testDescription: "dense with a hidden layer", hidden: [5], dimensions: 16), whole,
    ]
  }

  static func spec(
    _ kind: Kind = .linear, labels: Int = 10, hasAny: Bool = false, log2Buckets: Int = 12,
    task: ModelSpec.Task = .multiLabel
  ) -> ModelSpec {
    try! ModelSpec(
      features: FeatureSpec(
        log2Buckets: log2Buckets, hasCharacters: kind.hasCharacters, hasTriples: kind.hasPhrases,
        hasOpening: kind.hasPhrases),
      task: task, labels: (0..<labels).map { Label(id: "label-\($0)", stance: hasAny ? .prohibit : nil) },
      hasAny: hasAny, hidden: kind.hidden, isWeighted: kind.isWeighted,
      dense: kind.embeddings.map { DenseSpec($0) })
  }

  /// Random weights, all in the range that training gives.
  static func weights(_ spec: ModelSpec, seed: UInt64 = 1) -> ModelWeights {
    var random = SeededRandom(seed: seed)
    func floats(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
      (0..<count).map { _ in Float(low + random.unit() * (high - low)) }
    }
    func step() -> Int8 { Int8(Int(random.next() % 255) - 127) }
    func matrix(_ rows: Int, _ columns: Int, _ scale: Double) -> ModelWeights.Matrix {
      ModelWeights.Matrix(
        values: (0..<rows * columns).map { _ in step() }, scale: floats(rows, scale / 2, scale))
    }
    let columns = spec.width + (spec.hidden.first ?? 0)
    var table = (0..<spec.features.buckets * spec.columns).map { _ in step() }
    if spec.isWeighted {
      for row in 0..<spec.features.buckets { table[row * spec.columns + columns] = Int8(random.below(128)) }
    }
    var weights = ModelWeights(
      table: table, scale: floats(columns, 0.001, 0.01), bias: floats(columns, -1, 1),
      calibrationSlope: floats(spec.width, 0.5, 2), calibrationOffset: floats(spec.width, -1, 1))
    if let dimensions = spec.dense?.dimensions { weights.dense = matrix(columns, dimensions, 2e-6) }
    if let last = spec.hidden.last {
      weights.output = matrix(spec.width, last, 2e-5)
      weights.steps = spec.hidden.map { _ in 0.003 }
    }
    if spec.hidden.count == 2 {
      weights.hidden = matrix(spec.hidden[1], spec.hidden[0], 2e-5)
      weights.hiddenBias = floats(spec.hidden[1], -0.1, 0.2)
    }
    return weights
  }

  static func bytes(
    _ kind: Kind = .linear, labels: Int = 10, hasAny: Bool = false, log2Buckets: Int = 12,
    task: ModelSpec.Task = .multiLabel, seed: UInt64 = 1
  ) -> [UInt8] {
    let spec = spec(kind, labels: labels, hasAny: hasAny, log2Buckets: log2Buckets, task: task)
    return ModelFile.encode(spec: spec, weights: weights(spec, seed: seed), metadata: ["witan.note": "test"])
  }

  static func classifier(
    _ kind: Kind = .linear, labels: Int = 10, hasAny: Bool = false, task: ModelSpec.Task = .multiLabel
  ) -> Classifier {
    try! Classifier(
      bytes: bytes(kind, labels: labels, hasAny: hasAny, task: task), embeddings: kind.embeddings)
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
