package import Witan

/// What a search may choose: the architecture beside the labels, and how it learns.
public struct Recipe: Sendable, Hashable {
  /// Character 3-5-grams beside the words; nil is yes, but for much text (see `resolved`).
  public var characters: Bool?
  /// Three words in a row, and the first five words by their place; nil is for much text only.
  public var phrases: Bool?
  /// Whether features count by how well they tell labels apart, not all alike.
  public var weighted = true
  /// Units of each hidden layer; nil is none up to 20 outputs and one of 64 above: many classes share
  /// more than they differ in.
  public var hidden: [Int]?
  /// log2 of the table's rows; nil takes the most that the promised size allows.
  public var log2Buckets: Int?
  /// How much faster words learn than character n-grams: clean short questions want words, misspelt
  /// tweets want characters. nil is 3, or 1 where there are no characters.
  public var wordRate: Float?
  /// First step size of AdaGrad.
  public var learningRate: Float = 0.05
  /// Share of feature occurrences left out of each step, so that no single one is relied on.
  public var featureDropout = 0.3

  /// Whether the table is up to half larger than the promised size and loses rows afterwards: with much
  /// text, many features seen once or twice would share rows with those that tell.
  package private(set) var crowdsTable = false

  public init() {}

  /// Bytes of text for each output from which words are enough: about a million words. Triples of words are
  /// then seen often, and character n-grams, most of all features, crowd the table.
  static let muchText = 6_000_000

  /// This recipe with what was left open decided for so many outputs and bytes of text.
  package func resolved(outputs: Int, bytes: Int) -> Recipe {
    var copy = self
    let isMuch = bytes / max(1, outputs) >= Self.muchText
    let hasCharacters = characters ?? !isMuch
    copy.characters = hasCharacters
    copy.phrases = phrases ?? isMuch
    copy.wordRate = wordRate ?? (hasCharacters ? 3 : 1)
    copy.hidden = hidden ?? (outputs > 20 ? [64] : [])
    copy.crowdsTable = log2Buckets == nil && isMuch
    return copy
  }

  /// The architecture for these labels, of a resolved recipe. Throws as `ModelSpec` does.
  package func spec(
    like base: ModelSpec, embeddings: StaticEmbeddings?
  ) throws(WitanError) -> ModelSpec {
    let hidden = hidden ?? []
    let columns = base.width + (hidden.first ?? 0) + (weighted ? 1 : 0)
    return try ModelSpec(
      features: FeatureSpec(
        log2Buckets: log2Buckets
          ?? Self.log2Buckets(
            columns: columns,
            limit: Self.tableLimit(outputs: base.outputs) * (crowdsTable ? 3 : 2) / 2),
        hasCharacters: characters ?? true, hasTriples: phrases ?? false, hasOpening: phrases ?? false),
      task: base.task, labels: base.labels, hasAny: base.hasAny, anyThreshold: base.anyThreshold,
      hidden: hidden, isWeighted: weighted, dense: embeddings.map { DenseSpec($0) })
  }

  /// Bytes that the table of a model may have, so that the default keeps what it promises.
  static func tableLimit(outputs: Int) -> Int { outputs <= 20 ? 3_200_000 : 10_000_000 }

  /// The most rows whose table stays below so many bytes.
  static func log2Buckets(columns: Int, limit: Int) -> Int {
    (14...21).last { (1 << $0) * columns <= limit } ?? 14
  }

  package var json: JSON {
    var fields: [String: JSON] = [
      "characters": .bool(characters ?? true), "phrases": .bool(phrases ?? false),
      "weighted": .bool(weighted),
      "hidden": .array((hidden ?? []).map { JSON($0) }), "word_rate": JSON(wordRate ?? 3),
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
    let hasCharacters = characters ?? true
    with { $0.phrases = !(phrases ?? false) }
    for rate in [6, 1, 3, 20] as [Float] { with { $0.wordRate = rate } }
    with { $0.hidden = units == nil ? [outputs > 20 ? 64 : 16] : [] }
    with { $0.weighted.toggle() }
    for rate in [0.02, 0.05, 0.1] as [Float] { with { $0.learningRate = rate } }
    with { ($0.characters, $0.wordRate) = (!hasCharacters, hasCharacters ? 1 : 3) }
    with { $0.featureDropout = featureDropout < 0.4 ? 0.5 : 0.3 }
    if let units { with { $0.hidden = [min(ModelSpec.maximumUnits, 2 * units)] } }
    return out
  }
}
