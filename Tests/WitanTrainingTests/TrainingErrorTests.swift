import Testing
import Witan
import WitanTraining

/// Data that cannot be trained on, and what the error says; and the promised size of models.
struct TrainingErrorTests {
  private func message(_ body: () throws -> Void) throws -> String {
    let error = try #require(#expect(throws: WitanError.self) { try body() })
    #expect(error.code == .data)
    return error.message
  }

  @Test("no examples is an error")
  func noExamples() throws {
    #expect(try message { _ = try ToyData.trainer().train([]) }.contains("no training examples"))
  }

  @Test("one label is no choice; the error names it")
  func oneLabel() throws {
    let examples = ToyData.choice(1, count: 20, seed: 1)
    let text = try message { _ = try ToyData.trainer().train(examples) }
    #expect(text.contains("'class-0'"))
    #expect(text.contains("1 label"))
  }

  @Test("examples without any label are an error")
  func noLabels() throws {
    let examples = ["x", "y"].map { Example(text: $0, labels: [:]) }
    #expect(try message { _ = try ToyData.trainer().train(examples) }.contains("0 label"))
  }

  @Test("one label that applies or not is enough")
  func yesOrNo() throws {
    var random = SeededRandom(seed: 3)
    let examples = (0..<200).map { i in
      Example(text: ToyData.text([i % 2], &random), labels: i % 2 == 0 ? ["water": 1] : [:])
    }
    let result = try ToyData.trainer().train(examples)
    #expect(result.spec.task == .multiLabel)
    #expect(result.spec.labels.map(\.id) == ["water"])
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(classifier.score("river boat sail").probabilities[0] > 0.8)
    #expect(classifier.score("oven flour dough").probabilities[0] < 0.2)
  }

  @Test("a label of the dev part that training does not have is an error that names it")
  func strangeDevLabel() throws {
    let examples = ToyData.choice(2, count: 40, seed: 4)
    let dev = ToyData.choice(3, count: 40, seed: 5)
    let text = try message { _ = try ToyData.trainer().train(examples, dev: dev) }
    #expect(text.contains("'class-2'"))
    #expect(text.contains("dev"))
  }

  @Test("a label of the training part that the spec does not have is an error that blames that part")
  func strangeTrainingLabel() throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .singleLabel,
      labels: [Label(id: "class-0"), Label(id: "class-1")])
    let examples = ToyData.choice(3, count: 40, seed: 5)
    let text = try message {
      _ = try ToyData.trainer().train(examples, dev: nil, spec: spec, metadata: [:])
    }
    #expect(text.contains("'class-2'"))
    #expect(!text.contains("is in the dev part"))
  }

  @Test("a dev part without examples is allowed; nothing is reported of it then")
  func emptyDev() throws {
    let result = try ToyData.trainer().train(ToyData.choice(2, count: 60, seed: 6), dev: [])
    #expect(result.summary.devExamples == 0)
    #expect(result.summary.quantization == nil)
    #expect(result.weights.calibrationSlope == [1])
    #expect(result.weights.calibrationOffset == [0])
  }

  @Test("texts without a word train nothing and break nothing")
  func emptyTexts() throws {
    let examples = (0..<40).map {
      Example(text: $0 % 3 == 0 ? "" : " \n", labels: ["\($0 % 2)": 1], isSingleLabel: true)
    }
    let result = try ToyData.trainer().train(examples, dev: examples)
    let isZero = result.weights.table.allSatisfy { $0 == 0 }
    #expect(isZero)
    let p = try Classifier(bytes: result.modelBytes).score("anything").probabilities
    #expect(abs(p[0] - 0.5) < 0.02)
  }

  @Test(
    "by default a model is below 3.3 MB, and below 10.1 MB above 20 labels",
    arguments: [(2, 3_300_000), (3, 3_300_000), (20, 3_300_000), (21, 10_100_000)])
  func size(_ labels: Int, _ limit: Int) throws {
    var options = TrainingOptions()
    options.maximumEpochs = 1
    options.wordRates = [1]
    let examples = (0..<labels).map {
      Example(text: "word\($0)", labels: ["label-\($0)": 1], isSingleLabel: true)
    }
    let result = try Trainer(options: options).train(examples, dev: [])
    #expect(result.modelBytes.count < limit)
    // And with room for no fewer than a quarter of the rows that fit: they are what accuracy is made of.
    #expect(result.spec.features.buckets * result.spec.columns > limit / 4)
  }
}
