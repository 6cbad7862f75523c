import Testing
import Witan
import WitanTraining

/// What training learns, and that it does so reproducibly.
struct TrainerTests {
  @Test("a choice of classes with telling words is learnt", arguments: [2, 3])
  func choice(_ classes: Int) throws {
    let result = try ToyData.trainer().train(ToyData.choice(classes, count: 600, seed: 11))
    #expect(result.spec.task == .singleLabel)
    #expect(result.spec.labels.map(\.id) == (0..<classes).map { "class-\($0)" })
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(classifier, ToyData.choice(classes, count: 300, seed: 12)) > 0.95)
  }

  @Test("several labels at once with telling words are learnt")
  func multiLabel() throws {
    let result = try ToyData.trainer().train(ToyData.multiLabel(count: 900, seed: 13))
    #expect(result.spec.task == .multiLabel)
    #expect(result.spec.width == 3)
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(classifier, ToyData.multiLabel(count: 300, seed: 14)) > 0.95)
  }

  @Test("one example with several labels makes all labels independent")
  func mixed() throws {
    var examples = ToyData.choice(2, count: 100, seed: 15)
    examples[40].isSingleLabel = false
    let result = try ToyData.trainer().train(examples)
    #expect(result.spec.task == .multiLabel)
    #expect(result.spec.width == 2)
  }

  @Test("equal seeds give equal bytes, another seed other weights")
  func seeds() throws {
    let examples = ToyData.choice(3, count: 200, seed: 16)
    let one = try ToyData.trainer(seed: 5).train(examples)
    let again = try ToyData.trainer(seed: 5).train(examples)
    let other = try ToyData.trainer(seed: 6).train(examples)
    // Bytes are too long to be printed.
    let isSame = one.modelBytes == again.modelBytes
    let isSameTable = one.weights.table == other.weights.table
    #expect(isSame)
    #expect(!isSameTable)
  }

  @Test("a choice of two has one column, and its two probabilities sum to one")
  func binaryWidth() throws {
    let result = try ToyData.trainer().train(ToyData.choice(2, count: 200, seed: 17))
    #expect(result.spec.width == 1)
    #expect(result.weights.table.count == result.spec.columns << 12)
    let classifier = try Classifier(bytes: result.modelBytes)
    for text in ["river boat", "oven flour", "table", ""] {
      let scores = classifier.score(text)
      #expect(scores.probabilities.count == 2)
      #expect(abs(scores.probabilities[0] + scores.probabilities[1] - 1) < 1e-6)
    }
    #expect(try #require(classifier.score("river boat")["class-0"]) > 0.8)
    #expect(try #require(classifier.score("oven flour")["class-1"]) > 0.8)
  }

  @Test("degrees are learnt as probabilities")
  func softLabels() throws {
    var random = SeededRandom(seed: 18)
    let examples = (0..<800).map { i in
      Example(text: ToyData.text([i % 2], &random), labels: ["hot": i % 2 == 0 ? 0.7 : 0.1])
    }
    let classifier = try Classifier(bytes: ToyData.trainer().train(examples).modelBytes)
    var means = [0.0, 0.0]
    for i in 0..<200 {
      means[i % 2] += Double(classifier.score(ToyData.text([i % 2], &random)).probabilities[0]) / 100
    }
    #expect(abs(means[0] - 0.7) < 0.07, "\(means)")
    #expect(abs(means[1] - 0.1) < 0.07, "\(means)")
  }

  @Test("an example of weight 3 counts as three examples")
  func weights() throws {
    var random = SeededRandom(seed: 19)
    // Each text once with class-0 and once, of thrice the weight, with class-1.
    let examples = (0..<300).flatMap { i in
      let text = ToyData.text([i % 3], &random)
      return [(0, Float(1)), (1, Float(3))].map { c, weight in
        Example(text: text, labels: ["class-\(c)": 1], isSingleLabel: true, weight: weight)
      }
    }
    let classifier = try Classifier(bytes: ToyData.trainer().train(examples).modelBytes)
    let mean =
      (0..<100).reduce(0.0) { sum, i in
        sum + Double(classifier.score(ToyData.text([i % 3], &random)).probabilities[1]) / 100
      }
    #expect(abs(mean - 0.75) < 0.06, "\(mean)")
  }

  @Test("any learns the prohibited labels, and takes those that are not pooled as they are")
  func anyOutput() throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
      labels: [
        Label(id: "class-0", stance: .prohibit), Label(id: "class-1", stance: .permit),
        Label(id: "class-2", stance: .prohibit, isPooled: false),
      ], hasAny: true)
    let result = try ToyData.trainer().train(
      ToyData.multiLabel(count: 900, seed: 20), dev: nil, spec: spec, metadata: [:])
    let classifier = try Classifier(bytes: result.modelBytes)
    let fresh = ToyData.multiLabel(count: 300, seed: 21)
    let hits = try fresh.count { example in
      let any = try #require(classifier.score(example.text).any)
      return (any > 0.5) == (example.labels["class-0"] != nil || example.labels["class-2"] != nil)
    }
    #expect(hits > 285)
    // What only the label apart says, any repeats bit for bit: its own column has not learnt it.
    let apart = fresh.filter { $0.labels.keys.sorted() == ["class-2"] }
    #expect(apart.count > 20)
    let equal = apart.count { classifier.score($0.text).any == classifier.score($0.text)["class-2"] }
    #expect(equal == apart.count)
  }
}
