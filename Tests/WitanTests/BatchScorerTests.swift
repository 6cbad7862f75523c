import CAllocationCounter
import Foundation
import Testing
import Witan

/// Batches of whole texts give what streams give.
@Suite(.serialized) struct BatchScorerTests {
  @Test("probabilities are those of a stream, bit for bit, on every backend", arguments: TestModel.Kind.all)
  func likeStreams(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let outputs = classifier.spec.outputs
    var random = SeededRandom(seed: 21)
    // Short ones, none at all and damaged UTF-8 among them; three batches, the last not full.
    let texts = (0..<150).map { i in
      i % 10 == 0 ? [] : TestModel.randomText(&random, length: 1 + random.below(i % 3 == 0 ? 8 : 400))
    }
    KernelTests.withEveryBackend { backend in
      let scorer = BatchScorer(classifier)
      let stream = classifier.makeStream()
      var flushed: [UInt32] = []
      for text in texts {
        if scorer.isFull { flushed += scorer.flush().map(\.bitPattern) }
        text.withUnsafeBufferPointer(scorer.add)
      }
      flushed += scorer.flush().map(\.bitPattern)
      #expect(flushed.count == texts.count * outputs)
      for (i, text) in texts.enumerated() {
        stream.reset()
        stream.push(text)
        stream.finish()
        #expect(
          stream.read().map(\.bitPattern) == Array(flushed[i * outputs..<(i + 1) * outputs]),
          "\(backend), text \(i)")
      }
    }
  }

  @Test("a flush of nothing is empty, and a scorer goes on after it")
  func empty() {
    let scorer = BatchScorer(TestModel.classifier(.dense))
    #expect(scorer.flush().isEmpty)
    #expect(scorer.flushLogits().isEmpty)
    Array("text".utf8).withUnsafeBufferPointer(scorer.add)
    #expect(scorer.flush().count == 10)
    #expect(scorer.flush().isEmpty)
  }

  @Test("logits become the probabilities through the calibration", arguments: TestModel.Kind.all)
  func logits(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind)
    let weights = TestModel.weights(classifier.spec)
    let scorer = BatchScorer(classifier)
    Array("the quick brown fox".utf8).withUnsafeBufferPointer(scorer.add)
    let logits = scorer.flushLogits()
    let p = classifier.score("the quick brown fox").probabilities
    for j in p.indices {
      let z = Double(weights.calibrationSlope[j] * logits[j] + weights.calibrationOffset[j])
      #expect(abs(Double(p[j]) - 1 / (1 + exp(-z))) < 1e-6, "output \(j)")
    }
  }

  @Test("nothing is allocated per text, nor per batch", arguments: TestModel.Kind.all)
  func memory(_ kind: TestModel.Kind) {
    let scorer = BatchScorer(TestModel.classifier(kind, hasAny: true))
    var random = SeededRandom(seed: 22)
    let texts = (0..<BatchScorer.size).map { _ in TestModel.randomText(&random, length: 200) }
    var sum: Float = 0
    func round() -> (texts: Int, batch: Int) {
      witan_allocations_start()
      for text in texts { text.withUnsafeBufferPointer(scorer.add) }
      let perText = witan_allocations_stop()
      witan_allocations_start()
      sum += scorer.flush()[0]
      return (perText, witan_allocations_stop())
    }
    for _ in 0..<3 { _ = round() }
    for _ in 0..<20 {
      let (perText, perBatch) = round()
      #expect(perText <= 0 && perBatch <= 0, "\(perText), \(perBatch)")
    }
    #expect(sum.isFinite)
  }

  @Test("the counter of these tests counts")
  func counter() {
    witan_allocations_start()
    let counts = Array(repeating: 0, count: 100)
    let allocations = witan_allocations_stop()
    #expect(counts.count == 100)
    #expect(allocations == 1 || allocations == -1)
  }
}
