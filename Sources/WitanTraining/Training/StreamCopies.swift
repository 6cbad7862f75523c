internal import Foundation
public import Witan

/// Copies of examples as a stream shows them: the beginnings of texts without labels, a few words of them in a
/// row, and harm with harmless words before or after it. Trained on whole texts alone, a classifier takes one or
/// two words for whatever short seeds are about: the largest grade of most streams is then that of their first
/// word.
public struct StreamCopies: Sendable {
  /// Weight of a beginning of 1 to `longestPrefix` words; 0 for none.
  public var prefixWeight: Float = 1
  public var longestPrefix = 8
  /// Weight of each of `shortCount` stretches of 1 to `longestShort` words from anywhere in the text.
  public var shortWeight: Float = 1
  public var shortCount = 3
  public var longestShort = 4
  /// Weight of a labelled text with 1 to `longestLead` words of harmless texts before it, or as many after.
  public var carriedWeight: Float = 0.5
  public var longestLead = 24

  public init() {}

  /// The copies, in the order of the examples; none when no text is harmless. O(bytes).
  public func copies(of examples: [Example], seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed, purpose: "stream copies")
    let harmless = examples.filter { $0.weight > 0 && $0.labels.isEmpty && !Self.words($0.text).isEmpty }
    guard !harmless.isEmpty else { return [] }
    var out: [Example] = []
    for example in examples where example.weight > 0 {
      func add(_ words: some Sequence<Substring>, weight: Float) {
        guard weight > 0 else { return }
        var copy = example
        copy.text = words.joined(separator: " ")
        copy.weight *= weight
        copy.spans = []
        out.append(copy)
      }
      let words = Self.words(example.text)
      guard example.labels.isEmpty else {
        var around: [Substring] = []
        let count = 1 + random.below(longestLead)
        while around.count < count { around += Self.words(random.pick(harmless).text) }
        let from = random.below(around.count - count + 1)
        let stretch = Array(around[from..<from + count])
        add(random.below(2) == 0 ? stretch + words : words + stretch, weight: carriedWeight)
        continue
      }
      guard words.count > 1 else { continue }
      add(words.prefix(1 + random.below(min(longestPrefix, words.count - 1))), weight: prefixWeight)
      for _ in 0..<shortCount {
        let length = 1 + random.below(min(longestShort, words.count))
        let from = random.below(words.count - length + 1)
        add(words[from..<from + length], weight: shortWeight)
      }
    }
    return out
  }

  private static func words(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isWhitespace)
  }
}
