import Witan

/// Texts scored by streams, which is right by definition here, and by a `BatchScorer`.
enum BulkRun {
  /// Bits of the probabilities of `texts`, and what is noted of them, by streams.
  static func streamed(_ classifier: Classifier, _ texts: [[UInt8]]) -> [[UInt32]] {
    let stream = classifier.makeStream()
    return texts.map { text in
      stream.reset()
      stream.push(text)
      stream.finish()
      let scores = stream.scores
      return stream.read().map(\.bitPattern) + [UInt32(scores.replacements), scores.isTruncated ? 1 : 0]
    }
  }

  /// The same by a `BatchScorer`.
  static func batched(_ classifier: Classifier, _ texts: [[UInt8]], log2Words: Int) -> [[UInt32]] {
    let scorer = BatchScorer(classifier, log2Words: log2Words)
    var out: [[UInt32]] = []
    func flush() {
      let p = scorer.flush()
      let outputs = classifier.spec.outputs
      for i in 0..<p.count / outputs {
        let note = scorer.note(i)
        out.append(
          p[i * outputs..<(i + 1) * outputs].map(\.bitPattern)
            + [UInt32(note.replacements), note.isTruncated ? 1 : 0])
      }
    }
    for text in texts {
      if scorer.isFull { flush() }
      text.withUnsafeBufferPointer(scorer.add)
    }
    flush()
    return out
  }

  /// Mostly ASCII words of a small vocabulary, so that the memo is hit; then anything.
  static func randomText(_ random: inout SeededRandom) -> [UInt8] {
    if random.below(4) == 0 { return TestModel.randomText(&random, length: random.below(300)) }
    let pieces = [
      "the", "The", "THE", "film", "don't", "rock'n'roll", "'quoted'", "dogs'", "a", "I", "x9", "3.14", "...",
      "fifteenletters1", "sixteenletters12", "averyveryverylongwordindeed", "long'with'many'apostrophes",
      "fifteen'letters1", "naïve", "’", "мир", "日本", "<br", "/>", "`", "''", "'", "\u{7F}", "\u{0}", "_", "é",
    ]
    let spaces = [" ", " ", " ", " ", "  ", "", "", ",", "\t", "\n", "-"]
    var out: [UInt8] = []
    for _ in 0..<random.below(60) {
      out += random.pick(pieces).utf8
      out += random.pick(spaces).utf8
      if random.below(40) == 0 { out.append(UInt8(truncatingIfNeeded: random.next())) }
    }
    return out
  }
}
