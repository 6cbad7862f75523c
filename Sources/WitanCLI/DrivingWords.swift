import Witan

extension Classifier {
  /// The words that raised `any` most (or, without it, the most probable label `best`), highest first; a
  /// word that stands several times is named once, at its strongest place.
  func drivingWords(
    of text: [UInt8], best: Int, count: Int = 5
  ) throws(WitanError) -> [(text: String, bytes: Range<Int>, value: Float)] {
    let output = spec.hasAny ? spec.labels.count : best
    var seen: Set<String> = []
    var words: [(text: String, bytes: Range<Int>, value: Float)] = []
    for c in try explain(text, output: output).sorted(by: { $0.value > $1.value }) where c.value > 0 {
      let word = String(decoding: text[c.bytes], as: UTF8.self)
      if words.count < count, seen.insert(word.lowercased()).inserted {
        words.append((word, c.bytes, c.value))
      }
    }
    return words
  }
}
