/// What one constitution says of a text: never a number alone, always with whose it is.
public struct Opinion: Sendable {
  public let provenance: Provenance
  /// Probability, threshold and doubt of each principle and of `any`. They are, bit for bit, what the
  /// constitution's classifier says by itself.
  public let scores: Scores
  /// The probability of `any` from which the constitution objects; nil for classifiers without it.
  public let anyThreshold: Float?
  /// Where the text was said to stand; principles that do not apply there have probability 0.
  public let side: Side?
  /// Where the thresholds come from, and so what they promise.
  public let origin: ThresholdOrigin
  /// Whether the classifier has the table of word-piece vectors that it was trained with.
  public let isComplete: Bool
  /// The prediction set's answer; by the threshold alone for models without prediction sets.
  public let finding: Finding
  /// The parts of the text that the outputs which reached their thresholds rest on; empty where nobody asked.
  public var evidence: [Evidence]

  public init(
    provenance: Provenance, scores: Scores, anyThreshold: Float?, side: Side?, origin: ThresholdOrigin,
    isComplete: Bool, finding: Finding? = nil, evidence: [Evidence] = []
  ) {
    (self.provenance, self.scores, self.anyThreshold) = (provenance, scores, anyThreshold)
    (self.side, self.origin, self.isComplete) = (side, origin, isComplete)
    self.evidence = evidence
    self.finding = finding ?? (Self.prohibits(scores, anyThreshold) ? .fallsUnder : .doesNot)
  }

  /// The principles whose probability reaches their threshold, most probable first.
  public var flagged: [Label] { scores.flagged }

  /// The probability that the text falls under a prohibition: of `any`, in classifiers without it the largest
  /// of a prohibited label; 0 where nothing is prohibited. [0, 1]
  public var objection: Float {
    scores.any ?? prohibited.map { scores.probabilities[$0] }.max() ?? 0
  }

  /// Where the constitution stands.
  public var standing: Standing {
    guard judges else { return .silent }
    return switch finding {
    case .fallsUnder: .objects
    case .cannotTell: .undecided
    case .doesNot: flagged.contains { $0.stance == .permit || $0.stance == .encourage } ? .supports : .accepts
    }
  }

  /// Whether a principle is about texts on this side; classes without a stance count as always.
  private var judges: Bool { scores.labels.contains { $0.applies(to: side) } }

  private var prohibited: [Int] { scores.labels.indices.filter { scores.labels[$0].stance == .prohibit } }

  /// Whether `any` reaches its threshold; in classifiers without it, a prohibited label its own.
  private static func prohibits(_ scores: Scores, _ threshold: Float?) -> Bool {
    if let any = scores.any, let threshold { return any >= threshold }
    return scores.labels.indices.contains {
      scores.labels[$0].stance == .prohibit && scores.probabilities[$0] >= scores.labels[$0].threshold
    }
  }
}
