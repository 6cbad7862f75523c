/// The predictions whose probability lies in one interval, and how often they came true.
public struct ReliabilityBin: Sendable, Equatable {
  /// The interval, in [0, 1].
  public let lower: Double
  public let upper: Double
  /// Mean predicted probability; the interval's middle when it is empty.
  public let mean: Double
  /// Share of predictions that came true; 0 when there are none.
  public let observed: Double
  public let count: Int

  public init(lower: Double, upper: Double, mean: Double, observed: Double, count: Int) {
    (self.lower, self.upper, self.mean) = (lower, upper, mean)
    (self.observed, self.count) = (observed, count)
  }

  /// Whether it can be drawn: it has predictions (so few that sums do not overflow), and its numbers
  /// are shares.
  var isShown: Bool {
    1..<(1 << 50) ~= count && [lower, upper, mean, observed].allSatisfy { 0...1 ~= $0 }
  }

  /// The mean gap between predicted probability and observed share, weighted by count; 0 without
  /// predictions.
  static func calibrationError(_ bins: [ReliabilityBin]) -> Double {
    let shown = bins.filter(\.isShown)
    let total = shown.reduce(0.0) { $0 + Double($1.count) }
    return total > 0
      ? shown.reduce(0) { $0 + Double($1.count) * ($1.mean - $1.observed).magnitude } / total : 0
  }

  /// 95 % interval of the observed share (Wilson).
  var interval: ClosedRange<Double> {
    Metrics.interval(Int((observed * Double(count)).rounded()), of: count)
  }
}
