/// The words that a verdict rests on: a small set of them without which it would not have been given.
public struct VerdictEvidence: Sendable, Hashable {
  /// Words that stand side by side.
  public struct Span: Sendable, Hashable {
    /// Where they stand in the bytes as given, before any folding; at borders of characters as readers see
    /// them (grapheme clusters).
    public let bytes: Range<Int>
    /// How many words: as `explain` has them, several in one character counted once.
    public let words: Int
    /// Their part of what the spans took off the logit, in (0, 1]; those of all spans sum to 1.
    public let share: Float

    package init(bytes: Range<Int>, words: Int, share: Float) {
      (self.bytes, self.words, self.share) = (bytes, words, share)
    }
  }

  /// A label, or `labels.count` for `any`.
  public let output: Int
  /// The output's probability of the whole text.
  public let probability: Float
  /// The same without the spans.
  public let remaining: Float
  /// Whether the text has the verdict: its probability reaches the threshold; of a choice, it is the best
  /// label. Without a verdict there are no spans.
  public let isFlagged: Bool
  /// Whether the text without the spans has another verdict. Not so where the limit came first, or where
  /// no single further word lowers the logit.
  public let flips: Bool
  /// In the order of the text; they do not overlap.
  public let spans: [Span]
  /// Words of the whole text.
  public let wordCount: Int

  package init(
    output: Int, probability: Float, remaining: Float, isFlagged: Bool, flips: Bool, spans: [Span],
    wordCount: Int
  ) {
    (self.output, self.probability, self.remaining) = (output, probability, remaining)
    (self.isFlagged, self.flips, self.spans, self.wordCount) = (isFlagged, flips, spans, wordCount)
  }

  /// Words in the spans.
  public var namedCount: Int { spans.reduce(0) { $0 + $1.words } }

  /// `text` with a space in place of each span: what `remaining` is the probability of. O(bytes)
  public func removed(from text: some Sequence<UInt8>) -> [UInt8] {
    Self.removing(spans.map(\.bytes), from: Array(text))
  }

  /// `text` with a space in place of each range; they are in order, inside it, and do not overlap.
  package static func removing(_ ranges: [Range<Int>], from text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count + ranges.count)
    var at = 0
    for range in ranges {
      out += text[at..<range.lowerBound]
      out.append(0x20)
      at = range.upperBound
    }
    return out + text[at...]
  }

  /// The same evidence in a text that begins `offset` bytes earlier.
  func moved(by offset: Int) -> VerdictEvidence {
    VerdictEvidence(
      output: output, probability: probability, remaining: remaining, isFlagged: isFlagged, flips: flips,
      spans: spans.map {
        Span(
          bytes: $0.bytes.lowerBound + offset..<$0.bytes.upperBound + offset, words: $0.words, share: $0.share
        )
      }, wordCount: wordCount)
  }
}
