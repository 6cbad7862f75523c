extension Metrics {
  /// The exact interval of a share, for `hits` of `n`: it holds the true share with a probability of `level`
  /// at least, whatever the share is (Clopper and Pearson 1934). O(sqrt(n))
  public static func exactInterval(_ hits: Int, of n: Int, level: Double = 0.95) -> ClosedRange<Double> {
    guard n > 0 else { return 0...1 }
    let (x, n, tail) = (Double(hits), Double(n), (1 - level) / 2)
    let lower = x == 0 ? 0 : BetaDistribution(a: x, b: n - x + 1).quantile(tail)
    let upper = x == n ? 1 : BetaDistribution(a: x + 1, b: n - x).quantile(1 - tail)
    return lower...upper
  }
}
