import Testing
import Witan
import WitanTraining

/// Measures against their definitions and against values worked out by hand.
struct MetricsTests {
  /// Scores with many ties, and truths of every share.
  private func draw(_ random: inout SeededRandom) -> (scores: [Float], truth: [Bool]) {
    let n = 1 + random.below(120)
    let steps = 1 + random.below(30)
    let share = random.below(101)
    return (
      (0..<n).map { _ in Float(random.below(steps)) / Float(steps) },
      (0..<n).map { _ in random.below(100) < share }
    )
  }

  @Test("AUROC is the share of pairs in the right order, a tie for one half")
  func auroc() throws {
    let seed: UInt64 = 31
    var random = SeededRandom(seed: seed)
    var defined = 0
    for round in 0..<500 {
      let (scores, truth) = draw(&random)
      var (wins, pairs) = (0.0, 0)
      for i in scores.indices where truth[i] {
        for j in scores.indices where !truth[j] {
          pairs += 1
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
        }
      }
      let found = Metrics.auroc(scores, truth)
      if pairs == 0 {
        try #require(found == nil, "seed \(seed), round \(round)")
      } else {
        defined += 1
        let value = try #require(found)
        try #require(abs(value - wins / Double(pairs)) < 1e-12, "seed \(seed), round \(round)")
      }
    }
    #expect(defined > 300)
  }

  @Test("AUROC by hand: 5 of 6 pairs, and the two ends")
  func aurocByHand() throws {
    let value = try #require(Metrics.auroc([0.9, 0.4, 0.8, 0.3, 0.1], [true, true, false, false, false]))
    #expect(abs(value - 5.0 / 6) < 1e-12)
    #expect(Metrics.auroc([0.2, 0.1], [true, false]) == 1)
    #expect(Metrics.auroc([0.1, 0.2], [true, false]) == 0)
    #expect(Metrics.auroc([0.1, 0.1], [true, false]) == 0.5)
  }

  @Test("recall at a false positive rate is the best of all thresholds that keep the rate")
  func recall() throws {
    let seed: UInt64 = 32
    var random = SeededRandom(seed: seed)
    for round in 0..<500 {
      let (scores, truth) = draw(&random)
      let positives = truth.count { $0 }
      let negatives = truth.count - positives
      for rate in [0, 0.01, 0.05, 0.1, 0.5, 1] {
        let found = Metrics.recall(scores, truth, atFalsePositiveRate: rate)
        guard positives > 0, negatives > 0 else {
          try #require(found == nil, "seed \(seed), round \(round)")
          continue
        }
        var best = 0.0  // a threshold above all scores
        for threshold in Set(scores) {
          let passed = scores.indices.filter { scores[$0] >= threshold }
          let wrong = passed.count { !truth[$0] }
          if Double(wrong) <= rate * Double(negatives) {
            best = max(best, Double(passed.count - wrong) / Double(positives))
          }
        }
        try #require(found == best, "seed \(seed), round \(round), rate \(rate)")
      }
    }
  }

  @Test("recall by hand: of 20 negatives one may pass at 5 %, none at 1 %")
  func recallByHand() {
    let negatives = (0..<20).map { Float($0) / 100 }  // 0 ... 0.19
    let scores = negatives + [0.185, 0.19, 0.3, 0.05]
    let truth = negatives.map { _ in false } + [true, true, true, true]
    #expect(Metrics.recall(scores, truth, atFalsePositiveRate: 0.05) == 0.75)
    #expect(Metrics.recall(scores, truth, atFalsePositiveRate: 0.01) == 0.25)
    #expect(Metrics.recall(scores, truth, atFalsePositiveRate: 1) == 1)
  }

  @Test(
    "calibration error by hand",
    arguments: [
      ([0.75, 0.75, 0.75, 0.75], [true, true, true, false], 0),
      ([0.95, 0.95, 0.95, 0.95], [true, true, true, false], 0.2),
      // Two bins: gaps 0.2 and 0, weighted 4 : 2.
      ([0.95, 0.95, 0.95, 0.95, 0.5, 0.5], [true, true, true, false, true, false], 0.8 / 6),
      // 0.61 and 0.65 share bin 9 (0.6 ... 0.667), so their gaps cancel in part.
      ([0.61, 0.65], [true, false], 0.13),
      // 0.64 and 0.68 lie in bins 9 and 10, so theirs do not.
      ([0.64, 0.68], [true, false], 0.52),
      ([1, 1], [true, false], 0.5),
      ([0, 0], [true, false], 0.5),
      ([], [], 0),
    ] as [([Float], [Bool], Double)])
  func calibration(_ confidence: [Float], _ isRight: [Bool], _ expected: Double) {
    #expect(abs(Metrics.calibrationError(confidence, isRight) - expected) < 1e-6)
  }

  @Test(
    "Wilson's interval has the values of the literature",
    arguments: [
      (8, 10, 0.4901625, 0.9433178), (0, 10, 0, 0.2775328), (10, 10, 0.7224672, 1),
      (50, 100, 0.4038315, 0.5961685), (1, 3, 0.0614919, 0.7923404), (0, 0, 0, 1),
    ])
  func wilson(_ hits: Int, _ n: Int, _ low: Double, _ high: Double) {
    let interval = Metrics.interval(hits, of: n)
    #expect(abs(interval.lowerBound - low) < 1e-6)
    #expect(abs(interval.upperBound - high) < 1e-6)
  }

  @Test("without both kinds there is neither AUROC nor recall")
  func undefined() {
    for truth in [[], [true, true], [false, false]] {
      let scores = truth.map { _ in Float(0.5) }
      #expect(Metrics.auroc(scores, truth) == nil)
      #expect(Metrics.recall(scores, truth, atFalsePositiveRate: 0.05) == nil)
    }
  }

  @Test("the threshold of the best F1, ties taken together")
  func bestF1() throws {
    // Thresholds from above: 0.9 gives 2/4, 0.7 (both) 4/6, 0.2 4/7, 0.1 6/9.
    let best = try #require(
      Metrics.bestF1([0.9, 0.7, 0.7, 0.2, 0.1, 0.1], [true, true, false, false, true, false]))
    #expect(best.threshold == 0.7 && abs(best.f1 - 4.0 / 6) < 1e-12)
    #expect(Metrics.bestF1([0.1, 0.2], [false, false]) == nil)
    #expect(Metrics.bestF1([0.5], [true])?.threshold == 0.5)
  }
}
