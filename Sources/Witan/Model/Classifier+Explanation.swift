/// How much one word of a text moved an output.
public struct WordContribution: Sendable, Hashable {
  /// Where the word stands in the bytes as given, before any folding.
  public let bytes: Range<Int>
  /// What the word's features add to the logit; the pair with the word before counts for the later.
  public let value: Float
}

extension Classifier {
  /// What each word of `text` (UTF-8) adds to the logit of output `index` (a label, or `labels.count` for
  /// `any`), in order. Exact, since the model is linear: the values sum to the logit less a constant.
  /// O(bytes); slower than scoring.
  ///
  /// Throws `invalidValue` when there is no such output.
  public func explain(
    _ text: some Sequence<UInt8>, output index: Int
  ) throws(WitanError) -> [WordContribution] {
    guard index >= 0, index < spec.outputs else {
      throw WitanError(.invalidValue, "there is no output \(index); the model has \(spec.outputs)")
    }
    // The one column of a choice of two speaks for the second label.
    let (column, sign): (Int, Float) = spec.isBinary ? (0, index == 0 ? -1 : 1) : (index, 1)
    let words = FeatureExtractor.words(of: text, spec.features)
    let count = words.reduce(0) { $0 + $1.ids.count }
    let factor = sign * slope[column] / Float(max(1, count)).squareRoot()
    return words.map { word in
      let sum = word.ids.reduce(0) { $0 + Int(table[Int($1) * spec.width + column]) }
      return WordContribution(bytes: word.bytes, value: Float(sum) * factor)
    }
  }
}
