/// Scores in order, so that what depends on ranks is counted again quickly when each counts another number of
/// times: what a bootstrap does.
package struct RankedScores: Sendable {
  private let order: [Int]  // by rising score
  private let ends: [Int]  // of each run of equal scores in `order`

  /// O(n log n)
  package init(_ scores: [Double]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    self.order = order
    ends = order.indices.filter { $0 + 1 == order.count || scores[order[$0 + 1]] != scores[order[$0]] }
      .map { $0 + 1 }
  }

  /// Mean ranks from 1 when score i counts `times[i]` times; those that count 0 times have one too. O(n)
  func ranks(_ times: [Int]) -> [Double] {
    var ranks = [Double](repeating: 0, count: order.count)
    var (start, below) = (0, 0)
    for end in ends {
      let here = order[start..<end].reduce(0) { $0 + times[$1] }
      let rank = Double(below) + Double(here + 1) / 2
      for i in order[start..<end] { ranks[i] = rank }
      (start, below) = (end, below + here)
    }
    return ranks
  }

  /// Area under the ROC curve, as `Metrics.auroc`; nil without both kinds. O(n)
  package func auroc(_ isPositive: [Bool], _ times: [Int]) -> Double? {
    var (start, negativesBelow, positives, wins) = (0, 0, 0, 0.0)
    for end in ends {
      var (here, others) = (0, 0)
      for i in order[start..<end] { if isPositive[i] { here += times[i] } else { others += times[i] } }
      wins += Double(here) * (Double(negativesBelow) + Double(others) / 2)
      positives += here
      negativesBelow += others
      start = end
    }
    guard positives > 0, negativesBelow > 0 else { return nil }
    return wins / (Double(positives) * Double(negativesBelow))
  }
}

extension Metrics {
  /// The correlation of ranks (Spearman 1904), ties at their mean rank, when pair i counts `times[i]` times; nil
  /// when one side does not vary. O(n)
  package static func spearman(_ a: RankedScores, _ b: RankedScores, _ times: [Int]) -> Double? {
    let (x, y) = (a.ranks(times), b.ranks(times))
    let middle = Double(times.reduce(0, +) + 1) / 2  // the mean of all ranks
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for i in times.indices where times[i] > 0 {
      let (n, dx, dy) = (Double(times[i]), x[i] - middle, y[i] - middle)
      xx += n * dx * dx
      yy += n * dy * dy
      xy += n * dx * dy
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }
}
