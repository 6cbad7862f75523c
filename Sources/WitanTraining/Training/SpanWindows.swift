public import Witan

/// Windows of a few words cut from examples with spans, each labelled by what it holds: what a guard with
/// the same windows sees of a text. A classifier trained on whole texts learns that all words of a text have
/// its labels; one that is to say where a label begins has to learn which words do.
public struct SpanWindows: Sendable {
  /// Words of the windows, 1...4096 each.
  public var sizes: [Int]
  /// Windows of each size and example that touch a span, and as many that touch none, at most.
  public var count = 2

  /// Throws `invalidValue` for sizes out of range, and without any.
  public init(sizes: [Int]) throws(WitanError) {
    guard !sizes.isEmpty, sizes.allSatisfy({ 1...4096 ~= $0 }) else {
      throw WitanError(.invalidValue, "are not one or more of 1...4096 words", at: "windows")
    }
    self.sizes = Array(Set(sizes)).sorted()
  }

  /// The examples with windows in place of those whose labels all have spans, examples without any label
  /// included; the others stay as they are. The degree of a label is its own of the example, in windows
  /// that touch one of its spans, else none. O(bytes + words x sizes).
  ///
  /// Throws `data` for examples of one choice, which cannot say that a window has no label, and when no
  /// example has a span.
  public func replacing(_ examples: [Example], seed: UInt64) throws(WitanError) -> [Example] {
    guard !examples.allSatisfy(\.isSingleLabel) else {
      throw WitanError(
        .data, "windows have a label or none, so the task is not a choice: give \"labels\", not \"label\"",
        at: "windows")
    }
    guard examples.contains(where: { !$0.spans.isEmpty }) else {
      throw WitanError(.data, "no example has \"spans\", which windows are labelled by", at: "windows")
    }
    var random = SeededRandom(seed: seed, purpose: "span windows")
    return examples.flatMap { example in
      let isWhole = example.labels.contains { label in
        label.value > 0 && !example.spans.contains { $0.label == label.key }
      }
      return isWhole ? [example] : windows(of: example, &random)
    }
  }

  private func windows(of example: Example, _ random: inout SeededRandom) -> [Example] {
    let words = example.words
    let touched = words.map { word in example.spans.contains { $0.bytes.overlaps(word) } }
    var out: [Example] = []
    // A text shorter than all windows is one.
    let fitting = sizes.filter { $0 <= words.count }
    for size in fitting.isEmpty && !words.isEmpty ? [words.count] : fitting {
      var (hits, misses): ([Int], [Int]) = ([], [])
      for start in 0...words.count - size {
        if touched[start..<start + size].contains(true) { hits.append(start) } else { misses.append(start) }
      }
      for start in pick(hits, &random) + pick(misses, &random) {
        out.append(window(words[start].lowerBound..<words[start + size - 1].upperBound, of: example))
      }
    }
    return out
  }

  /// Up to `count` of these, each at most once.
  private func pick(_ starts: [Int], _ random: inout SeededRandom) -> [Int] {
    var rest = starts
    return (0..<min(count, starts.count)).map { _ in rest.remove(at: random.below(rest.count)) }
  }

  private func window(_ bytes: Range<Int>, of example: Example) -> Example {
    var copy = example
    copy.text = String(decoding: Array(example.text.utf8)[bytes], as: UTF8.self)
    let held = example.labels(of: bytes)
    copy.labels = example.labels.filter { held.contains($0.key) }
    copy.spans = []
    return copy
  }
}
