internal import Witan

/// Intervals of anything that is computed of a sample, by drawing from it again (Efron and Tibshirani 1993,
/// section 13.3: percentiles).
package struct Bootstrap: Sendable {
  private let resamples: Int
  private let seed: UInt64

  package init(resamples: Int = 1000, seed: UInt64 = 1) { (self.resamples, self.seed) = (resamples, seed) }

  /// The middle 95 % of each number of `measure` over samples of `n` drawn with replacement; `measure` is told how
  /// often each was drawn. nil for a number that is nil in more than a tenth of them. O(resamples x measure)
  package func intervals(
    of n: Int, _ measure: @Sendable ([Int]) -> [Double?]
  ) -> [ClosedRange<Double>?] {
    let rows = concurrentMap(resamples) { k in
      var random = SeededRandom(seed: seed &+ UInt64(k), purpose: "bootstrap")
      var times = [Int](repeating: 0, count: n)
      for _ in 0..<n { times[random.below(n)] += 1 }
      return measure(times)
    }
    guard let count = rows.first?.count else { return [] }
    return (0..<count).map { j in
      let values = rows.compactMap { $0[j] }.sorted()
      guard !values.isEmpty, values.count * 10 >= rows.count * 9 else { return nil }
      func quantile(_ q: Double) -> Double { values[Int((q * Double(values.count - 1)).rounded())] }
      return quantile(0.025)...quantile(0.975)
    }
  }
}
