/// How evidence is looked for.
public struct EvidenceOptions: Sendable, Hashable {
  /// Words that are named at most by default, however long the text.
  public static let mostWords = 50

  /// What the text answers: with it the text is judged as `ScoringStream.begin(prompt:)` does, and evidence
  /// is in the answer.
  public var prompt: [UInt8]?
  /// Where a text without a prompt stands; nil as `ScoringStream.reset()`.
  public var side: Side?
  /// The probability from which the output counts as flagged. nil is the model's own; of a choice, that the
  /// label is the best.
  public var threshold: Float?
  /// Words that are named at most; nil is `defaultLimit(words:)`. [>= 0]
  public var limit: Int?

  public init(prompt: [UInt8]? = nil, side: Side? = nil, threshold: Float? = nil, limit: Int? = nil) {
    (self.prompt, self.side, self.threshold, self.limit) = (prompt, side, threshold, limit)
  }

  /// A fifth of the words of a text (punctuation marks and other symbols not counted), 3 to `mostWords`.
  public static func defaultLimit(words: Int) -> Int { min(mostWords, max(3, words / 5)) }
}
