internal import Foundation

/// A range of values with ticks at round numbers (Heckbert 1990, Nice Numbers for Graph Labels, in
/// Graphics Gems).
struct Axis {
  let lower: Double
  let upper: Double
  let ticks: [Double]
  private let step: Double

  /// Covers `values` with about `count` ticks, the outer ones at its ends. Values that are not finite
  /// do not count; without any it covers 0...1.
  init(covering values: [Double], count: Int = 5) {
    let shown = values.filter(Self.isShown)
    var (low, high) = (shown.min() ?? 0, shown.max() ?? 1)
    // One value, or values that differ by rounding, lie in the middle.
    let least = max(low.magnitude, high.magnitude) * 1e-9
    if high - low <= least {
      let half = high == 0 ? 0.5 : high.magnitude * 0.1
      (low, high) = (low - half, high + half)
    }
    step = Self.roundNumber((high - low) / Double(max(1, count - 1)))
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    let step = step
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
    (lower, upper) = (ticks[0], ticks[ticks.count - 1])
  }

  /// Covers the whole numbers 1 ... `last`, with a tick at 1 and at multiples of a round number.
  init(countingTo last: Int, count: Int = 10) {
    let last = max(1, last)
    step = max(1, Self.roundNumber(Double(last) / Double(count)))
    ticks = [1] + stride(from: step, through: Double(last), by: step).filter { $0 > 1 }
    // A single number lies in the middle.
    (lower, upper) = last == 1 ? (0.5, 1.5) : (1, Double(last))
  }

  /// Where `value` lies, from 0 at the lower end to 1 at the upper.
  func position(_ value: Double) -> Double { (value - lower) / (upper - lower) }

  /// A tick as text, with as many decimals as tell it from its neighbours.
  func text(_ tick: Double) -> String {
    let exponent = log10(step).rounded(.down)
    guard -6...6 ~= exponent else { return String(format: "%.3g", tick) }
    // Not "-0.0".
    return String(format: "%.\(max(0, Int(-exponent)))f", tick.magnitude < step / 2 ? 0 : tick)
  }

  static func isShown(_ value: Double) -> Bool { value.isFinite && value.magnitude < 1e100 }

  /// The smallest of 1, 2 and 5 times a power of ten that is not below `x`, give or take rounding.
  private static func roundNumber(_ x: Double) -> Double {
    let power = pow(10, log10(x).rounded(.down))
    return ([1, 2, 5].first { $0 * power >= x * (1 - 1e-9) } ?? 10) * power
  }
}
