/// Finds texts that are nearly the same: word sets with a Jaccard similarity of at least `threshold`.
///
/// Exact, by prefix filtering (Chaudhuri et al. 2006): words are ordered by rarity, and two sets that
/// are similar enough share one of their first |s| - ceil(t |s|) + 1 words.
enum NearDuplicates {
  /// For each text the index of an earlier one that it repeats, or nil. About O(words).
  static func find(_ texts: [String], threshold: Double = 0.8) -> [Int?] {
    let sets = texts.map { text in
      Set(text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { String($0) })
    }
    var frequency: [String: Int] = [:]
    for set in sets { for word in set { frequency[word, default: 0] += 1 } }
    var index: [String: [Int]] = [:]
    return sets.indices.map { i in
      let words = sets[i].sorted { (frequency[$0]!, $0) < (frequency[$1]!, $1) }
      let needed = Int((threshold * Double(words.count)).rounded(.up))
      let prefix = words.prefix(words.count - needed + 1)
      let candidates = Set(prefix.flatMap { index[$0] ?? [] })
      let match = candidates.sorted().first { j in
        let shared = sets[i].intersection(sets[j]).count
        let union = sets[i].count + sets[j].count - shared
        return Double(shared) >= threshold * Double(union)
      }
      if match == nil { for word in prefix { index[word, default: []].append(i) } }
      return match
    }
  }
}
