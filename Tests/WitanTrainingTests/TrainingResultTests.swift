import Foundation
import Testing
import Witan
import WitanTraining

/// What training says of itself, and that the model file keeps to it.
struct TrainingResultTests {
  @Test("the loaded model scores as training reported", arguments: [2, 3])
  func fileKeepsPromise(_ classes: Int) throws {
    let dev = ToyData.choice(classes, count: 150, seed: 32)
    let result = try ToyData.trainer().train(ToyData.choice(classes, count: 100, seed: 31), dev: dev)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("witan-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("toy.witan").path
    try Data(result.modelBytes).write(to: URL(fileURLWithPath: path))

    let classifier = try Classifier(path: path)
    #expect(classifier.spec == result.spec)
    let quantization = try #require(result.summary.quantization)
    #expect(abs(ToyData.accuracy(classifier, dev) - quantization.int8Accuracy) < 1e-9)
    // The loss of the int8 model on the dev part is what the best epoch had in float.
    let loss = dev.reduce(0.0) { sum, example in
      let p = classifier.score(example.text)[example.labels.keys.first!]!
      return sum - log(Double(p)) / Double(dev.count)
    }
    let least = try #require(result.summary.devLoss.min())
    #expect(abs(loss - least) < 0.01, "\(loss), reported \(least)")
    #expect(dev.count == result.summary.devExamples)
  }

  @Test("int8 rows cost next to no accuracy", arguments: [0, 2, 3])
  func quantization(_ classes: Int) throws {
    let examples =
      classes == 0
      ? ToyData.multiLabel(count: 600, seed: 33) : ToyData.choice(classes, count: 600, seed: 33)
    let report = try #require(try ToyData.trainer().train(examples).summary.quantization)
    #expect(report.floatAccuracy > 0.9)
    #expect(abs(report.floatAccuracy - report.int8Accuracy) <= 0.02)
    #expect(report.largestLogitDifference > 0)
    #expect(report.largestLogitDifference < 0.5)
  }

  @Test("the model's metadata says which seed, data and training made it")
  func metadata() throws {
    let examples = ["x", "y"].map { text in
      Example(text: text, labels: [text == "x" ? "a" : "b": 1], isSingleLabel: true)
    }
    var trainer = ToyData.trainer(seed: .max)
    trainer.options.devShare = 0
    let result = try trainer.train(examples, metadata: ["note": "kept", "witan.seed": "replaced"])
    let metadata = try Classifier(bytes: result.modelBytes).metadata
    #expect(metadata["note"] == "kept")
    #expect(metadata["witan.seed"] == "18446744073709551615")
    // sha256sum of {"label":"a","text":"x"}\n{"label":"b","text":"y"}\n
    #expect(
      metadata["witan.data_digest"]
        == "sha256:221b1d7f5cf3058edd36305cb04aa40d868bb8b25381a1c23658c9526397e366")
    let training = try JSON(parsing: #require(metadata["witan.training"]))
    #expect(training["examples"]?.int == 2)
    #expect(training["dev_examples"]?.int == 0)
    #expect(training["seed"]?.string == "18446744073709551615")
    #expect(training["epochs"]?.int == result.summary.epochs)
    #expect(training["dev_loss"]?.array?.count == result.summary.devLoss.count)
  }

  @Test("the digest covers text, labels, weight, order and the dev part")
  func digest() throws {
    func digest(_ examples: [Example], _ dev: [Example]) throws -> String? {
      var trainer = ToyData.trainer()
      trainer.options.maximumEpochs = 1
      return try trainer.train(examples, dev: dev).metadata["witan.data_digest"]
    }
    let examples = ToyData.choice(2, count: 20, seed: 34)
    let dev = ToyData.choice(2, count: 5, seed: 35)
    var variants = [(examples, dev), (examples.reversed(), dev), (examples, Array(dev.dropLast()))]
    for change: (inout Example) -> Void in [
      { $0.text += "." }, { $0.weight = 2 }, { $0.labels = ["class-0": 1] }, { $0.labels = ["class-1": 1] },
    ] {
      var changed = examples
      change(&changed[3])
      variants.append((changed, dev))
    }
    let digests = try variants.map { try #require(try digest($0.0, $0.1)) }
    // One of the two label changes is none.
    #expect(Set(digests).count == variants.count - 1)
    #expect(try digest(examples, dev) == digests[0])
  }

  @Test("without a dev part a tenth is held out and the weights are fitted anew on all")
  func holdOut() throws {
    var events: [TrainingProgress] = []
    // Each text five times: equal texts stay on one side.
    let examples = ToyData.choice(2, count: 200, seed: 36)
    var trainer = ToyData.trainer()
    trainer.options.members = 1
    trainer.onProgress = { events.append($0) }
    let result = try trainer.train(Array(repeating: examples, count: 5).flatMap { $0 })
    let summary = result.summary
    #expect(summary.examples == 1000)
    #expect(summary.devExamples % 5 == 0)
    #expect((50...150).contains(summary.devExamples))
    #expect(events.last?.phase == "refit")
    #expect(events.count { $0.phase == "refit" } == summary.epochs)
    let isRefitted = result.heldOutWeights.table != result.weights.table
    #expect(isRefitted)
    let losses = events.filter { $0.phase == "train" }.compactMap(\.devLoss)
    #expect(losses.min() == summary.devLoss.min())
    #expect(summary.devLoss.firstIndex(of: summary.devLoss.min()!) == summary.epochs - 1)
  }

  @Test("with a dev part the weights that it chose are kept, unless more examples are named")
  func explicitDev() throws {
    let examples = ToyData.choice(2, count: 100, seed: 37)
    let dev = ToyData.choice(2, count: 40, seed: 38)
    var phases: Set<String> = []
    var trainer = ToyData.trainer()
    trainer.options.members = 1
    trainer.onProgress = { phases.insert($0.phase) }
    let result = try trainer.train(examples, dev: dev)
    #expect(phases == ["train"])
    let isKept = result.heldOutWeights.table == result.weights.table
    #expect(isKept)
    let refitted = try trainer.train(
      examples, dev: dev, spec: result.spec, metadata: [:],
      refitOn: ToyData.choice(2, count: 40, seed: 39))
    #expect(phases == ["train", "refit"])
    let isSameBefore = refitted.heldOutWeights.table == result.weights.table
    let isSameAfter = refitted.weights.table == result.weights.table
    #expect(isSameBefore)
    #expect(!isSameAfter)
    #expect(refitted.weights.calibrationSlope == result.weights.calibrationSlope)
  }
}
