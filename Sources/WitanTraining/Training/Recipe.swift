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
  /// What is lowered, for a choice; nil decides by the number of labels and the amount of text.
  public var objective: Objective?
  /// First step size of AdaGrad.
  public var learningRate: Float = 0.05
  /// Share of feature occurrences left out of each step, so that no single one is relied on.
  public var featureDropout = 0.3

  /// Whether the table is larger than the promised size and loses rows afterwards: with much text, many
  /// features seen once or twice would share rows with those that tell.
  package private(set) var crowdsTable = false

  public init() {}

  /// Bytes of text for each output from which words are enough: about a million words. Triples of words are
  /// then seen often, and character n-grams, most of all features, crowd the table.
  static let muchText = 6_000_000

  /// Bytes of text for each label below which a choice is learnt from little: a few hundred questions.
  static let littleText = 100_000
  /// Bytes of the mean text from which it is a letter or an article, not a sentence or two.
  static let longText = 800
  /// With more labels than this a triple of words is seen too seldom beside each to be worth its row.
  static let mostLabelsOfPhrases = 20
  /// Labels from which they are many, and hardly any is likely.
  static let manyLabels = 10

  /// This recipe with what was left open decided for so many outputs and bytes of text, in so many examples.
  /// `isChoice`: whether every example has exactly one label.
  ///
  /// From little text: a margin, and word order (triples, opening words) where labels are few. From much
  /// text with many labels: one against the rest. Long texts say it in words and in characters alike.
  package func resolved(outputs: Int, bytes: Int, examples: Int = 1, isChoice: Bool = false) -> Recipe {
    var copy = self
    let share = bytes / max(1, outputs)
    let (isMuch, isLittle) = (share >= Self.muchText, isChoice && outputs > 2 && share < Self.littleText)
    let isLong = isChoice && bytes / max(1, examples) >= Self.longText
    let hasCharacters = characters ?? !isMuch
    copy.characters = hasCharacters
    copy.objective =
      objective
      ?? (isLittle
        ? .squaredHinge
        : isChoice && isLong && outputs >= Self.manyLabels ? .oneVersusRest : .crossEntropy)
    copy.phrases = phrases ?? (isMuch || isLittle && outputs <= Self.mostLabelsOfPhrases)
    copy.wordRate = wordRate ?? (hasCharacters && !isLong ? 3 : 1)
    copy.hidden = hidden ?? (outputs > 20 && !isLittle ? [64] : [])
    copy.crowdsTable =
      log2Buckets == nil && (isMuch || (isLong && outputs >= Self.manyLabels && bytes >= Self.muchText))
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
            limit: Self.tableLimit(outputs: base.outputs) * (crowdsTable ? Self.crowding : 1)),
        hasCharacters: characters ?? true, hasTriples: phrases ?? false, hasOpening: phrases ?? false),
      task: base.task, labels: base.labels, hasAny: base.hasAny, anyThreshold: base.anyThreshold,
      hidden: hidden, isWeighted: weighted, dense: embeddings.map { DenseSpec($0) })
  }

  /// Bytes that the table of a model may have, so that the default keeps what it promises.
  static func tableLimit(outputs: Int) -> Int {
    outputs > 20 ? 10_000_000 : outputs < manyLabels ? 3_200_000 : 3_800_000
  }
  /// How many times larger a table may be before it loses rows.
  static let crowding = 6

  /// The most rows whose table stays below so many bytes.
  static func log2Buckets(columns: Int, limit: Int) -> Int {
    (14...21).last { (1 << $0) * columns <= limit } ?? 14
  }

  /// Networks that are averaged for a choice where nothing else is said: three of the cross entropy, which
  /// takes few passes, but one of much text, whose weights are sure. Means of five seeds, one and three:
  /// tweeteval_offensive 80.4 and 81.0, sst2 84.7 and 84.9; imdb 91.35 and 91.29 (one seed).
  package var usualMembers: Int {
    (objective ?? .crossEntropy) == .crossEntropy && characters ?? true && (hidden ?? []).isEmpty ? 3 : 1
  }

  package var json: JSON {
    var fields: [String: JSON] = [
      "characters": .bool(characters ?? true), "phrases": .bool(phrases ?? false),
      "weighted": .bool(weighted),
      "hidden": .array((hidden ?? []).map { JSON($0) }), "word_rate": JSON(wordRate ?? 3),
      "learning_rate": JSON(learningRate), "feature_dropout": JSON(featureDropout),
    ]
    if let objective, objective != .crossEntropy { fields["objective"] = .string(objective.rawValue) }
    if let log2Buckets { fields["log2_buckets"] = JSON(log2Buckets) }
    return .object(fields)
  }
}

extension Recipe {
  /// What a search tries beside this one: one choice changed at a time, likely gains first. `isChoice`:
  /// whether objectives of a choice are among them.
  func neighbours(outputs: Int, isChoice: Bool) -> [Recipe] {
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
    if isChoice {
      for other in Objective.allCases { with { $0.objective = other } }
    }
    with { $0.hidden = units == nil ? [outputs > 20 ? 64 : 16] : [] }
    with { $0.weighted.toggle() }
    for rate in [0.02, 0.05, 0.1] as [Float] { with { $0.learningRate = rate } }
    with { ($0.characters, $0.wordRate) = (!hasCharacters, hasCharacters ? 1 : 3) }
    with { $0.featureDropout = featureDropout < 0.4 ? 0.5 : 0.3 }
    if let units { with { $0.hidden = [min(ModelSpec.maximumUnits, 2 * units)] } }
    return out
  }
}
