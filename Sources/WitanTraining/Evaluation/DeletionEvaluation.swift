public import Witan

/// Whether evidence is what verdicts rest on: the share of flagged verdicts that change when the named words
/// are taken out of the actual text and the rest is scored anew, beside a control that takes as many words
/// out at random (the deletion test; comprehensiveness in DeYoung et al. 2020, ERASER, section 4.2, of
/// decisions in place of probabilities).
public struct DeletionEvaluation: Sendable {
  /// How many words may be named.
  public enum Budget: Sendable, Hashable {
    case words(Int)
    /// A part of the words of the text, punctuation not counted; at least one.
    case share(Double)
    /// `EvidenceOptions.defaultLimit(words:)`.
    case standard

    /// [words without punctuation] -> words that may be named
    func limit(_ words: Int) -> Int {
      switch self {
      case .words(let count): count
      case .share(let part): max(1, Int(part * Double(words)))
      case .standard: EvidenceOptions.defaultLimit(words: words)
      }
    }

    package var name: String {
      switch self {
      case .words(let count): "\(count)"
      case .share(let part): "\(Int((100 * part).rounded())) %"
      case .standard: "default"
      }
    }
  }

  public struct Row: Sendable {
    public let budget: Budget
    /// Flagged texts whose verdict the removal of the named words changes.
    public let flips: Int
    /// Words named, mean of the flagged texts, and their part of all words, mean of the texts.
    public let meanNamed: Double
    public let meanShare: Double
    /// Part of the random removals of as many words that change the verdict.
    public let control: Double
  }

  /// Random removals of each text and budget.
  public static let draws = 10
  public static let budgets: [Budget] = [
    .words(1), .words(3), .words(5), .share(0.1), .share(0.2), .standard,
  ]

  /// The output that was judged; nil for the best label of each text.
  public let output: String?
  public let texts: Int
  public let flagged: Int
  /// Flagged texts whose verdict the empty text has too: it rests on what is missing, not on words.
  public let empty: Int
  public let rows: [Row]
  /// Of a text's evidence at the default budget, median of the flagged texts.
  public let microseconds: Double

  /// Judges the output `any`, that of `principle`, or, in models without `any`, the best label of each text.
  /// Labels of the examples are not read; answers are judged in the light of their prompts. O(texts x words^2)
  ///
  /// Throws `invalidValue` when the model has no such output, `data` when there are no texts.
  public init(
    _ classifier: Classifier, principle: String? = nil, _ examples: [Example], seed: UInt64 = 1
  ) throws(WitanError) {
    let spec = classifier.spec
    let named = principle.map { id in spec.labels.firstIndex { $0.id == id } }
    if case .some(.none) = named {
      throw WitanError(
        .invalidValue,
        "the model has no principle '\(principle ?? "")'; it has "
          + spec.labels.map(\.id).joined(separator: ", "))
    }
    guard !examples.isEmpty else { throw WitanError(.data, "there are no texts") }
    let fixed = named ?? (spec.hasAny ? spec.labels.count : nil)
    output = fixed.map { $0 == spec.labels.count ? "any" : spec.labels[$0].id }
    let shards = min(64, examples.count)
    let found = concurrentMap(shards) { shard in
      Result { () throws(WitanError) in
        let test = DeletionTest(classifier, output: fixed)
        var out: [DeletionTest.Outcome] = []
        for i in shard * examples.count / shards..<(shard + 1) * examples.count / shards {
          var random = SeededRandom(seed: seed &+ UInt64(i), purpose: "deletion")
          if let outcome = try test.run(examples[i], &random) { out.append(outcome) }
        }
        return out
      }
    }
    var outcomes: [DeletionTest.Outcome] = []
    for part in found { outcomes += try part.get() }
    texts = examples.count
    flagged = outcomes.count
    empty = outcomes.count { $0.isEmptyFlagged }
    let n = Double(max(1, outcomes.count))
    rows = Self.budgets.enumerated().map { b, budget in
      let trials = outcomes.map { $0.trials[b] }
      return Row(
        budget: budget, flips: trials.count { $0.flips },
        meanNamed: Double(trials.reduce(0) { $0 + $1.named }) / n,
        meanShare: zip(trials, outcomes).reduce(0) { $0 + Double($1.0.named) / Double(max(1, $1.1.words)) }
          / n,
        control: Double(trials.reduce(0) { $0 + $1.controlFlips }) / (n * Double(Self.draws)))
    }
    let times = outcomes.map(\.microseconds).sorted()
    microseconds = times.isEmpty ? 0 : times[times.count / 2]
  }

  package var json: JSON {
    func rounded(_ x: Double) -> JSON { JSON((x * 1e6).rounded() / 1e6) }
    return [
      "texts": JSON(texts), "flagged": JSON(flagged), "flagged_when_empty": JSON(empty),
      "output": .string(output ?? "best label"),
      "microseconds": rounded(microseconds),
      "budgets": .array(
        rows.map { row in
          let interval = Metrics.exactInterval(row.flips, of: flagged)
          return [
            "budget": .string(row.budget.name), "flips": JSON(row.flips),
            "flip_rate": rounded(Double(row.flips) / Double(max(1, flagged))),
            "interval": [rounded(interval.lowerBound), rounded(interval.upperBound)],
            "words_named": rounded(row.meanNamed), "share_of_words": rounded(row.meanShare),
            "random_flip_rate": rounded(row.control),
          ]
        }),
    ]
  }
}
