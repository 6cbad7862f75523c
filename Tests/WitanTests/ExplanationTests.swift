import Foundation
import Testing
import Witan

/// What words add: exact in linear models, by leaving out in others.
struct ExplanationTests {
  private static let text = "The quick brown-fox don't naïve 日本 text hi fox"

  @Test(
    "of labels of a linear model the values sum to the logit less a constant",
    arguments: TestModel.Kind.all.filter {
      $0.hidden.isEmpty && $0.dimensions == nil
    })
  func linear(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let weights = TestModel.weights(classifier.spec)
    let scorer = BatchScorer(classifier)
    Array(Self.text.utf8).withUnsafeBufferPointer(scorer.add)
    let z = scorer.flushLogits()
    for j in classifier.spec.labels.indices {
      let sum = try classifier.explain(Self.text.utf8, output: j).reduce(0) { $0 + Double($1.value) }
      let expected = Double(weights.calibrationSlope[j]) * Double(z[j] - weights.bias[j])
      #expect(abs(sum - expected) < 1e-4, "output \(j)")
    }
  }

  @Test(
    "else a value is the logit with the word less the logit without, for 'any' too",
    arguments: [
      TestModel.Kind.linear, .dense, .deep, .whole,
    ])
  func occlusion(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let spec = classifier.spec
    let weights = TestModel.weights(spec)
    let bytes = Array(Self.text.utf8)
    let words = FeatureExtractor.words(of: bytes, spec.features)
    var largest: Float = 0
    let isLinear = kind.hidden.isEmpty && kind.dimensions == nil
    for j in isLinear ? [spec.labels.count] : [0, spec.labels.count] {
      let contributions = try classifier.explain(bytes, output: j)
      #expect(contributions.map(\.bytes) == words.map(\.bytes))
      let whole = logit(classifier, weights, words, bytes, without: nil)[j]
      for (i, contribution) in contributions.enumerated() {
        let rest = logit(classifier, weights, words, bytes, without: i)[j]
        #expect(abs(contribution.value - (whole - rest)) < 1e-5, "word \(i), output \(j)")
        largest = max(largest, contribution.value.magnitude)
      }
    }
    #expect(largest > 0.01)
  }

  /// Calibrated logits of all words but one, summed anew. [width]
  private func logit(
    _ classifier: Classifier, _ weights: ModelWeights, _ words: [FeatureExtractor.Word], _ bytes: [UInt8],
    without left: Int?
  ) -> [Float] {
    let spec = classifier.spec
    var sums = [Int32](repeating: 0, count: (spec.columns + 15) / 16 * 16)
    var dense = [Int32](repeating: 0, count: spec.dense?.dimensions ?? 0)
    var count = 0
    let stream = classifier.makeStream()
    for (i, word) in words.enumerated() where i != left {
      for id in word.ids {
        for j in 0..<spec.columns { sums[j] += Int32(weights.table[Int(id) * spec.columns + j]) }
      }
      count += word.ids.count
      stream.reset()
      stream.push(Array(bytes[word.bytes]))
      stream.finish()
      for j in dense.indices { dense[j] += stream.denseSums[j] }
    }
    var scratch = [Float](repeating: 0, count: classifier.head.scratchCount(1))
    var z = [Float](repeating: 0, count: spec.width)
    classifier.head.logits(
      1, sums: sums, counts: &count, denseSums: dense.isEmpty ? nil : dense, scratch: &scratch, into: &z)
    spec.calibrate(&z, slope: weights.calibrationSlope, offset: weights.calibrationOffset)
    return z
  }

  @Test("the two sides of a choice of two have opposite values", arguments: TestModel.Kind.all)
  func binary(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, labels: 2, task: .singleLabel)
    let first = try classifier.explain(Self.text.utf8, output: 0).map(\.value)
    let second = try classifier.explain(Self.text.utf8, output: 1).map(\.value)
    #expect(first == second.map { -$0 })
    #expect(second.contains { $0 != 0 })
  }

  @Test("a text without words has nothing to explain, and an output that is not there is named")
  func edges() throws {
    let classifier = TestModel.classifier(.whole)
    #expect(try classifier.explain(" \n".utf8, output: 0).isEmpty)
    let error = try #require(
      #expect(throws: WitanError.self) { try classifier.explain("a".utf8, output: 10) })
    #expect(error.message == "there is no output 10; the model has 10")
  }
}
