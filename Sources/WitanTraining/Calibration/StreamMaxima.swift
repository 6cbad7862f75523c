public import Witan

/// The largest probability that each output shows while a text arrives: what decides whether a guard that
/// reads again and again ever stops it.
public enum StreamMaxima {
  /// When the guard reads.
  public enum Reads: String, Sendable, CaseIterable {
    /// After each word (before white space) and at the end.
    case word
    /// After each character and at the end: chunks cannot be cut so that more is seen.
    case character
    /// At the end only.
    case end
  }

  /// For each text the largest value of each output, on all cores. [texts][outputs]
  ///
  /// `makeScorer` is called once for each shard of the texts, on its thread. O(bytes + reads * cost of a read)
  public static func measure(
    _ texts: [String], _ reads: Reads, makeScorer: @escaping @Sendable () -> PrefixScorer
  ) -> [[Float]] {
    // Long texts come in runs; many small shards keep the cores busy to the end.
    let shards = min(256, max(1, texts.count / 16))
    return concurrentMap(shards) { shard -> [[Float]] in
      let scorer = makeScorer()
      return (shard * texts.count / shards..<(shard + 1) * texts.count / shards).map { i in
        var text = texts[i]
        return text.withUTF8 { maxima($0, reads, scorer) }
      }
    }.flatMap { $0 }
  }

  /// For each text the largest value of each output that a `StreamGuard` with these windows sees, or the mean
  /// of its `top` largest where the guard judges by that.
  /// [texts][outputs]
  ///
  /// Throws `invalidValue` for windows and `top` out of range. O(bytes + words * width)
  public static func measure(
    _ texts: [String], guarding classifier: Classifier, windows: [Int], top: Int = 1
  ) throws(WitanError) -> [[Float]] {
    // One rule that lets all pass: what is graded does not depend on the rules.
    let name = classifier.spec.labels[0].id
    let options = GuardOptions(
      rules: [name: DecisionRule(on: 1, action: .emit)], defaultRule: nil, maximumBytes: 1 << 40,
      rewindTokens: 0, windows: windows, topGrades: top)
    let shards = min(256, max(1, texts.count / 16))
    let found = concurrentMap(shards) { shard -> Result<[[Float]], WitanError> in
      let part = texts[shard * texts.count / shards..<(shard + 1) * texts.count / shards]
      return Result { () throws(WitanError) in
        try grades(part, StreamGuard(classifier, options), outputs: classifier.spec.outputs)
      }
    }
    var out: [[Float]] = []
    for part in found { out += try part.get() }
    return out
  }

  private static func grades(_ texts: ArraySlice<String>, _ streamGuard: StreamGuard, outputs: Int)
    -> [[Float]]
  {
    var largest: [Float] = []
    streamGuard.onGrades = { grades in
      for j in grades.indices { largest[j] = max(largest[j], grades[j]) }
    }
    return texts.map { text in
      largest = [Float](repeating: 0, count: outputs)
      streamGuard.reset()
      _ = streamGuard.push(text)
      _ = streamGuard.finish()
      return largest
    }
  }

  private static func maxima(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reads: Reads, _ scorer: PrefixScorer
  ) -> [Float] {
    var largest: [Float] = []
    func note() {
      let values = scorer.read()
      if largest.isEmpty {
        largest = Array(values)
      } else {
        for j in values.indices where values[j] > largest[j] { largest[j] = values[j] }
      }
    }
    scorer.reset()
    var start = 0
    for i in bytes.indices.dropFirst() where isBorder(bytes, i, reads) {
      scorer.push(UnsafeBufferPointer(rebasing: bytes[start..<i]))
      note()
      start = i
    }
    scorer.push(UnsafeBufferPointer(rebasing: bytes[start...]))
    scorer.finish()
    note()
    return largest
  }

  private static func isBorder(_ bytes: UnsafeBufferPointer<UInt8>, _ i: Int, _ reads: Reads) -> Bool {
    switch reads {
    case .word: bytes[i] <= 0x20 && bytes[i - 1] > 0x20
    case .character: bytes[i] & 0xC0 != 0x80
    case .end: false
    }
  }
}
