import Foundation
import Testing
import Witan
import WitanTraining

/// The Laplace posterior behind doubts: against closed forms, and on text unlike that of training.
struct DoubtFitTests {
  /// A^-1 by Gauss and Jordan with pivots. [n][n]
  private static func inverse(_ a: [[Double]]) -> [[Double]] {
    let n = a.count
    var m = a.enumerated().map { i, row in row + (0..<n).map { $0 == i ? 1 : 0 } }
    for c in 0..<n {
      m.swapAt(c, (c..<n).max { abs(m[$0][c]) < abs(m[$1][c]) }!)
      let pivot = m[c][c]
      for j in 0..<2 * n { m[c][j] /= pivot }
      for r in 0..<n where r != c {
        let factor = m[r][c]
        for j in 0..<2 * n { m[r][j] -= factor * m[c][j] }
      }
    }
    return m.map { Array($0[n...]) }
  }

  @Test("the covariance is the inverse of k A + prior I of the inputs made alike, by a naive method")
  func covariance() throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 8), task: .multiLabel,
      labels: (0..<3).map { Label(id: "\($0)") }, hidden: [4], hasDoubt: true)
    let n = spec.doubtInputs
    #expect(n == 10)
    var random = SeededRandom(seed: 61)
    let rows = (0..<60).map { _ in
      (0..<n).map { $0 == n - 1 ? 1 : Double($0) + (random.unit() - 0.5) * Double(1 + $0) }
    }
    let weights = (0..<60).map { _ in 0.5 + random.unit() }
    let sampled = weights.reduce(0, +)
    let fit = try DoubtFit(rows.flatMap { $0 }, weights, total: 3 * sampled, spec)

    func mean(_ body: (Int) -> Double) -> Double {
      rows.indices.reduce(0) { $0 + weights[$1] * body($1) } / sampled
    }
    let means = (0..<n).map { d in d == n - 1 ? 0 : mean { rows[$0][d] } }
    let spreads = (0..<n).map { d in
      d == n - 1 ? 1 : mean { (rows[$0][d] - means[d]) * (rows[$0][d] - means[d]) }.squareRoot()
    }
    func alike(_ row: [Double]) -> [Double] { (0..<n).map { (row[$0] - means[$0]) / spreads[$0] } }
    let asked = (0..<n).map { $0 == n - 1 ? 1 : Double(3 * $0) - 4 }
    let x = alike(asked)
    for j in 0..<3 {
      let k =
        3 * sampled
        * mean {
          let p = 1 / (1 + exp(-rows[$0][j]))
          return p * (1 - p)
        }
      let precision = (0..<n).map { a in
        (0..<n).map { b in
          k * mean { alike(rows[$0])[a] * alike(rows[$0])[b] } + (a == b ? fit.priorPrecision : 0)
        }
      }
      let covariance = Self.inverse(precision)
      let expected = (0..<n).reduce(0.0) { sum, a in
        sum + (0..<n).reduce(0.0) { $0 + x[a] * covariance[a][$1] * x[$1] }
      }
      let got = (0..<n).reduce(0.0) { sum, d in
        let y = (0..<n).reduce(0.0) { $0 + asked[$1] * Double(fit.directions[$1 * n + d]) }
        return sum + Double(fit.variance[j * n + d]) * y * y
      }
      #expect(abs(got - expected) < 1e-4 * expected, "output \(j): \(got), \(expected)")
    }
  }

  @Test("no other prior has more evidence")
  func evidence() {
    let (moments, curvature, length) = ([0.01, 0.3, 1, 4.2], [12.0, 90], 7.5)
    func evidence(_ prior: Double) -> Double {
      let determinants = curvature.reduce(0) { sum, k in
        sum + moments.reduce(0) { $0 + log(k * $1 + prior) }
      }
      return (-prior * length + Double(moments.count * curvature.count) * log(prior) - determinants) / 2
    }
    let found = DoubtFit.evidencePrior(moments, curvature, length: length)
    for factor in [0.01, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 100] {
      #expect(evidence(found) > evidence(found * factor), "\(found) times \(factor)")
    }
  }

  /// Words that no training text has.
  private static func foreign(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededRandom(seed: seed)
    let words = ["pferd", "straße", "жизнь", "qwxz", "zzkjv", "maißen", "öfter", "вода", "vrijdag", "gjøre"]
    return (0..<count).map { _ in (0..<7).map { _ in random.pick(words) }.joined(separator: " ") }
  }

  private static func trainer(doubt: Bool = true) -> Trainer {
    var trainer = ToyData.trainer()
    trainer.options.estimatesDoubt = doubt
    trainer.options.recipe.log2Buckets = 14
    return trainer
  }

  /// The table is nearly empty here, so that unknown words find empty rows; docs/doubt.md has real sets.
  @Test("doubt tells text of the training kind from unknown words", arguments: [2, 3])
  func outOfDomain(_ classes: Int) throws {
    let result = try Self.trainer().train(ToyData.choice(classes, count: 600, seed: 62))
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(classifier.hasDoubts && classifier.spec.hasDoubt)
    let known = ToyData.choice(classes, count: 200, seed: 63).map(\.text)
    let strange = Self.foreign(200, seed: 64)
    let read = classifier.doubts(of: known + strange).map { $0.max()! }
    let auroc = try #require(Metrics.auroc(read, (0..<400).map { $0 >= 200 }))
    #expect(auroc > 0.95, "\(auroc)")
  }

  @Test("doubts are off by default, change no score, and equal seeds give equal bytes")
  func reproducible() throws {
    let examples = ToyData.multiLabel(count: 300, seed: 65)
    let plain = try Self.trainer(doubt: false).train(examples)
    let (one, again) = (try Self.trainer().train(examples), try Self.trainer().train(examples))
    let isSame = one.modelBytes == again.modelBytes
    #expect(isSame && !TrainingOptions().estimatesDoubt && !plain.spec.hasDoubt)
    let (with, without) = (try Classifier(bytes: one.modelBytes), try Classifier(bytes: plain.modelBytes))
    for example in examples.prefix(50) {
      let (a, b) = (with.score(example.text), without.score(example.text))
      #expect(a.probabilities == b.probabilities && b.doubts == nil)
      #expect(a.doubts?.allSatisfy { $0 > 0 } == true)
    }
    #expect(!one.heldOutSpec.hasDoubt)
  }

  @Test("a compressed model keeps its doubts")
  func compressed() throws {
    let result = try Self.trainer().train(ToyData.choice(3, count: 300, seed: 66))
    let compressed = try Compressor(bytes: result.modelBytes).compress(CompressionOptions(bits: 4))
    let classifier = try Classifier(bytes: compressed.bytes)
    #expect(classifier.hasDoubts && (classifier.score("river boat").doubts?[0] ?? 0) > 0)
  }
}
