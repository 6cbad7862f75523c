/// Hints for words that a file misspells.
package enum Spelling {
  /// The known word nearest to `word`; nil where none is near.
  package static func nearest(to word: String, in known: [String]) -> String? {
    let near = known.min { distance($0, word) < distance($1, word) }
    return near.flatMap { distance($0, word) <= min(3, max($0.count, word.count) - 1) ? $0 : nil }
  }

  /// Edit distance (Levenshtein 1966). O(a b)
  package static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
