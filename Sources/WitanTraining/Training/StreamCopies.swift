internal import Foundation
public import Witan

/// Copies of examples as a stream shows them: beginnings, stretches of long harmless text, and harm with
/// harmless text around it. Trained on whole texts alone, a classifier that reads a stream takes its first
/// words for whatever short seeds are about, and windows for something it never saw.
public struct StreamCopies: Sendable {
  /// Weight of a beginning of a text without labels, of 1 to `longestPrefix` words; 0 for none.
  public var prefixWeight: Float = 1
  public var longestPrefix = 8
  /// Weight of a stretch of 16 to 64 words that several texts without labels make together.
  public var proseWeight: Float = 0.5
  /// Weight of a labelled text with up to `longestLead` words of others before it, or as many after.
  public var carriedWeight: Float = 0.5
  public var longestLead = 24

  public init() {}

  /// One copy of each kind for each example that it suits, in the order of the examples. O(bytes).
  public func copies(of examples: [Example], seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed, purpose: "stream copies")
    let harmless = examples.filter { $0.labels.isEmpty && $0.weight > 0 }
    guard !harmless.isEmpty else { return [] }
    var out: [Example] = []
    func add(_ words: [Substring], _ origin: Example, weight: Float) {
      guard weight > 0, !words.isEmpty else { return }
      var copy = origin
      copy.text = words.joined(separator: " ")
      copy.weight *= weight
      copy.spans = []
      out.append(copy)
    }
    /// A stretch of harmless words, from the beginning or the end of texts.
    func prose(_ count: Int) -> [Substring] {
      var words: [Substring] = []
      while words.count < count { words += Self.words(random.pick(harmless).text) }
      let from = random.below(words.count - count + 1)
      return Array(words[from..<from + count])
    }
    for example in examples where example.weight > 0 {
      let words = Self.words(example.text)
      if example.labels.isEmpty {
        if words.count > 1 {
          add(
            Array(words.prefix(1 + random.below(min(longestPrefix, words.count - 1)))), example,
            weight: prefixWeight)
        }
        add(prose(16 + random.below(49)), example, weight: proseWeight)
      } else {
        let lead = prose(1 + random.below(longestLead))
        add(random.below(2) == 0 ? lead + words : words + lead, example, weight: carriedWeight)
      }
    }
    return out
  }

  private static func words(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isWhitespace)
  }
}
