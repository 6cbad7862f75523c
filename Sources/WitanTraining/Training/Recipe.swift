package import Witan

/// What a search may choose: the architecture beside the labels, and how it learns.
public struct Recipe: Sendable, Hashable {
  /// Character 3-5-grams beside the words.
  public var characters = true
  /// Three words in a row, and the first five words by their place.
  public var phrases = false
  /// Whether features count by how well they tell labels apart, not all alike.
  public var weighted = true
  /// Units of each hidden layer; nil is none up to 20 outputs and one of 64 above: many classes share
  /// more than they differ in.
  public var hidden: [Int]?
  /// log2 of the table's rows; nil takes the most that the promised size allows.
  public var log2Buckets: Int?
  /// How much faster words learn than character n-grams: clean short questions want words, misspelt
  /// tweets want characters.
  public var wordRate: Float = 3
  /// First step size of AdaGrad.
  public var learningRate: Float = 0.05
  /// Share of feature occurrences left out of each step, so that no single one is relied on.
  public var featureDropout = 0.3

  public init() {}

  /// This recipe with what was left open decided for so many outputs.
  func resolved(outputs: Int) -> Recipe {
    var copy = self
    copy.hidden = hidden ?? (outputs > 20 ? [64] : [])
    return copy
  }

  /// The architecture for these labels. Throws as `ModelSpec` does.
  package func spec(
    like base: ModelSpec, embeddings: StaticEmbeddings?
  ) throws(WitanError) -> ModelSpec {
    let hidden = resolved(outputs: base.outputs).hidden ?? []
    let columns = base.width + (hidden.first ?? 0) + (weighted ? 1 : 0)
    return try ModelSpec(
      features: FeatureSpec(
        log2Buckets: log2Buckets ?? Self.log2Buckets(columns: columns, outputs: base.outputs),
        hasCharacters: characters, hasTriples: phrases, hasOpening: phrases),
      task: base.task, labels: base.labels, hasAny: base.hasAny, anyThreshold: base.anyThreshold,
      hidden: hidden, isWeighted: weighted, dense: embeddings.map { DenseSpec($0) })
  }

  /// The most rows whose table stays below the size that the default promises: 3.2 MB, 10 MB above 20
  /// outputs.
  static func log2Buckets(columns: Int, outputs: Int) -> Int {
    let limit = outputs <= 20 ? 3_200_000 : 10_000_000
    return (14...20).last { (1 << $0) * columns <= limit } ?? 14
  }

  package var json: JSON {
    var fields: [String: JSON] = [
      "characters": .bool(characters), "phrases": .bool(phrases), "weighted": .bool(weighted),
      "hidden": .array((hidden ?? []).map { JSON($0) }), "word_rate": JSON(wordRate),
      "learning_rate": JSON(learningRate), "feature_dropout": JSON(featureDropout),
    ]
    if let log2Buckets { fields["log2_buckets"] = JSON(log2Buckets) }
    return .object(fields)
  }
}

extension Recipe {
  /// What a search tries beside this one: one choice changed at a time, likely gains first.
  func neighbours(outputs: Int) -> [Recipe] {
    var out: [Recipe] = []
    func with(_ change: (inout Recipe) -> Void) {
      var copy = self
      change(&copy)
      if copy != self, !out.contains(copy) { out.append(copy) }
    }
    let units = hidden?.first
    with { $0.phrases.toggle() }
    for rate in [6, 1, 3, 20] as [Float] { with { $0.wordRate = rate } }
    with { $0.hidden = units == nil ? [outputs > 20 ? 64 : 16] : [] }
    for rate in [0.02, 0.05, 0.1] as [Float] { with { $0.learningRate = rate } }
    with {
      ($0.characters, $0.wordRate) = (!characters, characters ? 1 : 3)
      $0.learningRate = characters ? 0.1 : 0.05
    }
    with { $0.featureDropout = featureDropout < 0.4 ? 0.5 : 0.3 }
    with { $0.weighted.toggle() }
    if let units { with { $0.hidden = [min(ModelSpec.maximumUnits, 2 * units)] } }
    return out
  }
}
