import Testing
import Witan
import WitanTraining

/// The promise of the bounds of prediction sets, on samples whose distribution is known.
struct ConformalQuantileTests {
  @Test(
    "by hand: of 99 probabilities at 5 %, positives keep the 5th smallest on, negatives the 5th largest down")
  func byHand() throws {
    let scores = (1...99).reversed().map { Float($0) / 100 }
    let positives = try ConformalQuantile(scores, isPositive: true, alpha: 0.05)
    #expect(positives.n == 99 && positives.rank == 95 && positives.kept == 95 && positives.value == 0.05)
    let negatives = try ConformalQuantile(scores, isPositive: false, alpha: 0.05)
    #expect(negatives.value == 0.95 && negatives.kept == 95)
    // Beta(95, 5), by SciPy.
    for found in [positives, negatives] {
      #expect(abs(found.interval.lowerBound - (1 - 0.1002279)) < 1e-6)
      #expect(abs(found.interval.upperBound - (1 - 0.0165999)) < 1e-6)
    }
  }

  /// Of one pool again and again: some texts set the bounds, the rest are new to them.
  @Test(
    "over 1,000 random splits each class is covered as promised, however unequal the classes",
    arguments: [1, 20])
  func splits(_ ties: Float) throws {
    let (rounds, alpha) = (1000, 0.1)
    var random = SeededRandom(seed: 171)
    // Unlike to the promise: a few positives of middling probability among many negatives that pile up low.
    func round(_ x: Double) -> Float { ties == 1 ? Float(x) : (Float(x) * ties).rounded() / ties }
    var positives = (0..<300).map { _ in round(0.2 + 0.8 * random.unit()) }
    var negatives = (0..<1500).map { _ in round(random.unit() * random.unit()) }
    var (covered, expected) = ([0, 0], [0, 0])
    for _ in 0..<rounds {
      random.shuffle(&positives)
      random.shuffle(&negatives)
      for (i, (pool, n)) in [(positives, 99), (negatives, 499)].enumerated() {
        let bound = try ConformalQuantile(Array(pool.prefix(n)), isPositive: i == 0, alpha: alpha)
        let rest = pool.dropFirst(n)
        let count = rest.count { i == 0 ? $0 >= bound.value : $0 <= bound.value }
        covered[i] += count
        expected[i] += bound.expected(of: rest.count).contains(count) ? 1 : 0
      }
    }
    let means = [
      Double(covered[0]) / Double(rounds * 201), Double(covered[1]) / Double(rounds * 1001),
    ]
    for (i, n) in [99.0, 499].enumerated() {
      // A split's coverage has mean (n + 1 - k) / (n + 1) = 0.9 and, drawn from one pool, a deviation of less than
      // sqrt(0.9 * 0.1 / n + the same of the rest).
      let deviation = (0.09 / n + 0.09 / [201.0, 1001][i]).squareRoot() / Double(rounds).squareRoot()
      #expect(means[i] > 0.9 - 4 * deviation, "\(means)")
      if ties == 1 { #expect(means[i] < 0.9 + 4 * deviation, "\(means)") }
      #expect(Double(expected[i]) / Double(rounds) > 0.925, "\(expected)")  // 0.95 less 4 deviations
    }
  }

  @Test("a sample that cannot carry alpha is refused with the size that could, and one of that size is not")
  func refusal() throws {
    let error = #expect(throws: WitanError.self) {
      try ConformalQuantile([Float](repeating: 0.5, count: 8), isPositive: true, alpha: 0.1)
    }
    #expect(error?.code == .data)
    #expect(
      error?.message == "8 texts that fall under it cannot carry an alpha of 10 %: that takes at least 9")
    let other = #expect(throws: WitanError.self) { try ConformalQuantile([], isPositive: false, alpha: 0.01) }
    #expect(other?.message.hasPrefix("0 texts that do not fall under it") == true)
    for i in 1...400 {
      let alpha = Double(i) / 1000
      let least = ConformalThreshold.smallestSample(rate: alpha)
      let scores = (0..<least).map { Float($0) / 1000 }
      for isPositive in [true, false] {
        let found = try ConformalQuantile(scores, isPositive: isPositive, alpha: alpha)
        try #require(Double(found.rank) / Double(least + 1) >= (1 - alpha) * (1 - 1e-8), "\(alpha)")
        #expect(throws: WitanError.self, "\(alpha)") {
          try ConformalQuantile(Array(scores.dropLast()), isPositive: isPositive, alpha: alpha)
        }
      }
    }
    for alpha in [0, 1, -0.1, .nan] {
      #expect(throws: WitanError.self) { try ConformalQuantile([0.5], isPositive: true, alpha: alpha) }
    }
    // Next to 1 every text but none may be lost.
    #expect(try ConformalQuantile([0.25, 0.5], isPositive: true, alpha: 1 - 1e-12).value == 0.5)
  }

  @Test("ties only raise the coverage")
  func ties() throws {
    let scores = [Float](repeating: 0.25, count: 40) + [Float](repeating: 0.5, count: 60)
    let found = try ConformalQuantile(scores, isPositive: true, alpha: 0.1)
    #expect(found.value == 0.25 && found.rank == 91 && found.kept == 100)
    #expect(found.interval.upperBound == 1 && found.expected(of: 1000).upperBound == 1000)
  }
}
