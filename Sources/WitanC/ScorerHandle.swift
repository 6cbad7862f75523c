internal import Witan

/// Whole texts by one or several models: one pass over the texts for each batch and model.
final class ScorerHandle: Handled {
  static var kind: UInt32 { 3 }

  private let scorers: [BatchScorer]
  let outputCount: Int

  init(_ models: [ModelHandle]) {
    scorers = models.map { BatchScorer($0.classifier) }
    outputCount = models.reduce(0) { $0 + $1.outputs.count }
  }

  /// -> [out: count x outputCount]
  func score(
    _ count: Int, into out: UnsafeMutablePointer<Float>, text: (Int) -> UnsafeBufferPointer<UInt8>,
    prompt: (Int) -> UnsafeBufferPointer<UInt8>?
  ) {
    for start in stride(from: 0, to: count, by: BatchScorer.size) {
      let end = min(count, start + BatchScorer.size)
      var column = 0
      for scorer in scorers {
        for i in start..<end { scorer.add(text(i), prompt: prompt(i)) }
        let probabilities = scorer.flush()
        let outputs = scorer.classifier.spec.outputs
        for i in start..<end {
          (out + i * outputCount + column).update(
            from: probabilities.baseAddress! + (i - start) * outputs, count: outputs)
        }
        column += outputs
      }
    }
  }
}
