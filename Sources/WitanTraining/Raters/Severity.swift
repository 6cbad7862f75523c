/// How much more raters see in texts than others who rated the same ones.
///
/// The mean of a rater's ratings less those of the others of each text, drawn to 0 by `pull` ratings that agree:
/// the severity of a rater in many-facet Rasch measurement (Linacre 1989), by moments. It needs nothing to
/// be known of raters but who rated what.
struct Severity {
  static let pull = 5.0
  /// By rater; raters that no one else shared a text with are not in it.
  let values: [String: Double]
  private let counts: [String: Int]

  /// O(ratings)
  init(_ texts: [RatedText]) {
    var sums: [String: Double] = [:]
    var counts: [String: Int] = [:]
    for text in texts where text.ratings.count > 1 {
      let total = text.ratings.reduce(0.0) { $0 + Double($1.degree) }
      for rating in text.ratings {
        guard let rater = rating.rater else { continue }
        let others = (total - Double(rating.degree)) / Double(text.ratings.count - 1)
        sums[rater, default: 0] += Double(rating.degree) - others
        counts[rater, default: 0] += 1
      }
    }
    values = sums.reduce(into: [:]) { $0[$1.key] = $1.value / (Double(counts[$1.key]!) + Self.pull) }
    self.counts = counts
  }

  /// Raters in `count` groups of about as many ratings each, the mildest first: "1" ... O(raters log raters)
  func groups(_ count: Int) -> [String: String] {
    let order = values.keys.sorted { (values[$0]!, $0) < (values[$1]!, $1) }
    let total = counts.values.reduce(0, +)
    var (done, groups) = (0, [String: String]())
    for rater in order {
      // By the middle of the rater's own ratings, so that one with many does not fall to the lower group.
      groups[rater] = "\(min(count, 1 + (2 * done + counts[rater]!) * count / (2 * total)))"
      done += counts[rater]!
    }
    return groups
  }
}
