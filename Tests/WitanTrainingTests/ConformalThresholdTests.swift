import Testing
import Witan
import WitanTraining

/// The promise of a conformal threshold, on samples whose distribution is known.
struct ConformalThresholdTests {
  private func uniform(_ count: Int, _ random: inout SeededRandom) -> [Float] {
    (0..<count).map { _ in Float(random.unit() * 0.999) }
  }

  @Test("by hand: of 99 scores at 5 %, the threshold lies right above the 95th smallest")
  func byHand() throws {
    let scores = (1...99).reversed().map { Float($0) / 100 }
    let found = try ConformalThreshold(scores, rate: 0.05)
    #expect(found.n == 99 && found.rank == 95)
    #expect(found.threshold == Float(0.95).nextUp)
    #expect(scores.count { $0 >= found.threshold } == 4)
    // Beta(5, 95), by SciPy.
    #expect(abs(found.interval.lowerBound - 0.0165999) < 1e-6)
    #expect(abs(found.interval.upperBound - 0.1002279) < 1e-6)
  }

  @Test("over 1,000 random splits the mean rate keeps the promise, and 95 % of counts are expected ones")
  func splits() throws {
    let (n, m, rounds, rate) = (400, 600, 1000, 0.05)
    var random = SeededRandom(seed: 71)
    var pool = uniform(n + m, &random)
    var (flagged, expected) = (0, 0)
    for _ in 0..<rounds {
      random.shuffle(&pool)
      let found = try ConformalThreshold(Array(pool.prefix(n)), rate: rate)
      let count = pool.dropFirst(n).count { $0 >= found.threshold }
      flagged += count
      expected += found.expected(of: m).contains(count) ? 1 : 0
    }
    // The rate has mean (n + 1 - k) / (n + 1) = 20 / 401 and a standard deviation of 0.0141 a split.
    let mean = Double(flagged) / Double(rounds * m)
    #expect(abs(mean - 20.0 / 401) < 4 * 0.0141 / Double(rounds).squareRoot(), "\(mean)")
    #expect(mean <= rate + 4 * 0.0141 / Double(rounds).squareRoot())
    let share = Double(expected) / Double(rounds)
    #expect(share > 0.93 && share < 0.985, "\(share)")  // 4 deviations of 0.007 about 0.95 to 0.96
  }

  @Test("where many scores tie, counts stay among those expected and the mean below the promise")
  func tiedSplits() throws {
    var random = SeededRandom(seed: 73)
    var pool = uniform(1000, &random).map { ($0 * 30).rounded() / 30 }
    var (flagged, expected, tied) = (0, 0, 0)
    for _ in 0..<1000 {
      random.shuffle(&pool)
      let found = try ConformalThreshold(Array(pool.prefix(400)), rate: 0.1)
      let count = pool.dropFirst(400).count { $0 >= found.threshold }
      flagged += count
      expected += found.expected(of: 600).contains(count) ? 1 : 0
      tied += found.kept > found.rank ? 1 : 0
    }
    #expect(tied > 900 && expected > 930, "\(tied) \(expected)")
    #expect(Double(flagged) / 600_000 < 0.1)
  }

  @Test("of 1,000 samples 95 % have a true rate inside the interval")
  func interval() throws {
    var random = SeededRandom(seed: 72)
    var inside = 0
    for _ in 0..<1000 {
      let found = try ConformalThreshold(uniform(999, &random), rate: 0.01)
      let trueRate = 1 - Double(found.threshold) / 0.999
      inside += found.interval.contains(trueRate) ? 1 : 0
    }
    #expect(abs(Double(inside) / 1000 - 0.95) < 0.028, "\(inside)")  // 4 deviations
  }

  @Test("ties only lower the rate: no score of the tied value is flagged")
  func ties() throws {
    let scores = [Float](repeating: 0.25, count: 60) + [Float](repeating: 0.5, count: 40)
    let found = try ConformalThreshold(scores, rate: 0.1)
    #expect(found.threshold == Float(0.5).nextUp && found.rank == 90 && found.kept == 100)
    #expect(scores.count { $0 >= found.threshold } == 0)
    #expect(found.interval.lowerBound == 0 && found.expected(of: 1000).lowerBound == 0)
    #expect(try ConformalThreshold([Float](repeating: 0, count: 9), rate: 0.1).threshold > 0)
  }

  @Test(
    "a sample that cannot carry the rate is refused with the size that could, and one of that size is not")
  func refusal() throws {
    #expect(ConformalThreshold.smallestSample(rate: 0.001) == 999)
    #expect(ConformalThreshold.smallestSample(rate: 0.01) == 99)
    let error = #expect(throws: WitanError.self) {
      try ConformalThreshold([Float](repeating: 0.5, count: 998), rate: 0.001)
    }
    #expect(error?.code == .data)
    #expect(error?.message == "998 benign texts cannot carry a rate of 0.1 %: that takes at least 999")
    for i in 1...400 {
      let rate = Double(i) / 1000
      let least = ConformalThreshold.smallestSample(rate: rate)
      let enough = try ConformalThreshold([Float](repeating: 0.5, count: least), rate: rate)
      try #require(enough.rank <= least, "\(rate)")
      try #require(Double(least + 1 - enough.rank) / Double(least + 1) <= rate * (1 + 1e-8), "\(rate)")
      #expect(throws: WitanError.self, "\(rate)") {
        try ConformalThreshold([Float](repeating: 0.5, count: least - 1), rate: rate)
      }
    }
  }

  @Test("scores of 1 beyond the rate are refused: no threshold is above them")
  func saturated() throws {
    let scores = [Float](repeating: 0.5, count: 90) + [Float](repeating: 1, count: 9)
    #expect(try ConformalThreshold(scores, rate: 0.1).threshold == Float(0.5).nextUp)
    let error = #expect(throws: WitanError.self) { try ConformalThreshold(scores, rate: 0.05) }
    #expect(error?.message.contains("more than 5 % of the benign texts have a probability of 1") == true)
    for rate in [0, 1, -0.1, .nan] {
      #expect(throws: WitanError.self) { try ConformalThreshold([0.5], rate: rate) }
    }
  }
}
