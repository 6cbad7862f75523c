internal import Foundation

extension Metrics {
  /// The exact 95 % interval of a share (Clopper and Pearson 1934), for `hits` of `n`: what rare events need,
  /// where approximations promise too much. O(n)
  public static func exactInterval(_ hits: Int, of n: Int) -> ClosedRange<Double> {
    guard n > 0 else { return 0...1 }
    // At the lower end so many hits or more, at the upper end so many or fewer, have a chance of 2.5 %.
    let lower = hits == 0 ? 0 : bisect { 1 - atMost(hits - 1, of: n, $0) < 0.025 }
    let upper = hits == n ? 1 : bisect { atMost(hits, of: n, $0) > 0.025 }
    return lower...max(lower, upper)
  }

  /// The largest p in [0, 1] for which `holds` is true; it holds below some p and not above.
  private static func bisect(_ holds: (Double) -> Bool) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The chance of at most `k` hits in `n` trials of chance `p`, in (0, 1).
  private static func atMost(_ k: Int, of n: Int, _ p: Double) -> Double {
    let odds = log(p) - log1p(-p)
    var logTerm = Double(n) * log1p(-p)
    var sum = exp(logTerm)
    for i in stride(from: 1, through: k, by: 1) {
      logTerm += log(Double(n - i + 1) / Double(i)) + odds
      sum += exp(logTerm)
    }
    return min(1, sum)
  }
}
