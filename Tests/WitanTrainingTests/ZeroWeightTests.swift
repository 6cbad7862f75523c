import Testing
import Witan
import WitanTraining

/// Examples of weight 0 are as good as absent.
struct ZeroWeightTests {
  private func examples(_ classes: Int, count: Int, seed: UInt64) -> [Example] {
    classes == 0
      ? ToyData.multiLabel(count: count, seed: seed)
      : ToyData.choice(classes, count: count, seed: seed)
  }

  /// The same texts with the labels of their neighbours, of weight 0.
  private func contradicting(_ examples: [Example]) -> [Example] {
    examples.indices.map { i in
      var example = examples[i]
      example.labels = examples[(i + 1) % examples.count].labels
      example.weight = 0
      return example
    }
  }

  @Test("in training they do not change what is predicted", arguments: [0, 2, 3])
  func training(_ classes: Int) throws {
    let good = examples(classes, count: 600, seed: 21)
    let wrong = contradicting(good) + contradicting(good)
    let without = try Classifier(bytes: ToyData.trainer().train(good).modelBytes)
    let with = try Classifier(bytes: ToyData.trainer().train(wrong + good).modelBytes)
    let fresh = examples(classes, count: 200, seed: 22)
    #expect(ToyData.accuracy(with, fresh) > 0.95)
    let agreeing = fresh.count { example in
      let (a, b) = (with.score(example.text), without.score(example.text))
      return classes == 0 ? a.flagged.map(\.id).sorted() == b.flagged.map(\.id).sorted() : a.best == b.best
    }
    #expect(agreeing >= 190, "\(agreeing) of 200")
  }

  @Test("in the dev part they change no weight and no calibration", arguments: [0, 2, 3])
  func calibration(_ classes: Int) throws {
    let good = examples(classes, count: 300, seed: 23)
    let dev = examples(classes, count: 100, seed: 24)
    let without = try ToyData.trainer().train(good, dev: dev)
    let with = try ToyData.trainer().train(good, dev: dev + contradicting(dev))
    let isSameTable = with.weights.table == without.weights.table  // too long to be printed
    #expect(isSameTable)
    #expect(with.weights.calibrationSlope == without.weights.calibrationSlope)
    #expect(with.weights.calibrationOffset == without.weights.calibrationOffset)
  }

  @Test("in the dev part they do not change the reported accuracy of int8 rows")
  func report() throws {
    let good = examples(2, count: 300, seed: 25)
    let dev = examples(2, count: 100, seed: 26)
    let without = try #require(try ToyData.trainer().train(good, dev: dev).summary.quantization)
    let with = try #require(
      try ToyData.trainer().train(good, dev: dev + contradicting(dev)).summary.quantization)
    #expect(with.int8Accuracy == without.int8Accuracy)
    #expect(with.floatAccuracy == without.floatAccuracy)
  }
}
