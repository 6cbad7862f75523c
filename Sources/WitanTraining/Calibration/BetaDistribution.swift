internal import Foundation

/// The beta distribution on [0, 1]. `a` and `b` are above 0.
package struct BetaDistribution {
  package let a: Double
  package let b: Double
  private let logScale: Double  // -ln B(a, b)

  package init(a: Double, b: Double) {
    precondition(a > 0 && b > 0)
    self.a = a
    self.b = b
    logScale = lgamma(a + b) - lgamma(a) - lgamma(b)
  }

  /// The share below `x`: the regularised incomplete beta function I_x(a, b), to about 9 digits for
  /// parameters up to 10^6. O(sqrt(a + b))
  package func cumulative(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(logScale + a * log(x) + b * log1p(-x))
    // The fraction converges fast below the mean; above, I_x(a, b) = 1 - I_{1-x}(b, a).
    return x < (a + 1) / (a + b + 2)
      ? front * Self.fraction(x, a, b) / a : 1 - front * Self.fraction(1 - x, b, a) / b
  }

  /// The continued fraction of I_x (DLMF 8.17.22), from its front to its end (Lentz 1976).
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let least = 1e-300
    func nonZero(_ v: Double) -> Double { v.magnitude < least ? least : v }
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var value = d
    for m in 1...100_000 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonZero(1 + even * d)
      c = nonZero(1 + even / c)
      value *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonZero(1 + odd * d)
      c = nonZero(1 + odd / c)
      value *= d * c
      if (d * c - 1).magnitude < 1e-15 { break }
    }
    return value
  }

  /// The x below which the share `p` lies, by bisection to the last few bits. [p in 0...1]
  package func quantile(_ p: Double) -> Double {
    if p <= 0 { return 0 }
    if p >= 1 { return 1 }
    var (low, high) = (0.0, 1.0)
    // Near 0 it takes some dozens of halvings to find the magnitude first.
    for _ in 0..<1100 {
      let middle = (low + high) / 2
      if high - low <= 1e-15 * high || middle == low || middle == high { break }
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The quantiles that leave (1 - level) / 2 on either side.
  package func interval(level: Double = 0.95) -> ClosedRange<Double> {
    let tail = (1 - level) / 2
    return quantile(tail)...quantile(1 - tail)
  }

  /// How many of `m` trials succeed whose chance is drawn from this distribution: a range with at most
  /// (1 - level) / 2 on either side of it (beta-binomial distribution). O(m)
  package func successes(of m: Int, level: Double = 0.95) -> ClosedRange<Int> {
    guard m > 0 else { return 0...0 }
    let tail = (1 - level) / 2
    var logMass = lgamma(b + Double(m)) - lgamma(b) + lgamma(a + b) - lgamma(a + b + Double(m))
    var below = 0.0  // the mass of fewer than j successes
    var lower = 0
    for j in 0...m {
      let mass = exp(logMass)
      if below <= tail { lower = j }
      if below + mass >= 1 - tail { return lower...j }
      below += mass
      let (x, rest) = (Double(j), Double(m - j))
      if rest > 0 { logMass += log(rest * (x + a)) - log((x + 1) * (rest - 1 + b)) }
    }
    return lower...m
  }
}
