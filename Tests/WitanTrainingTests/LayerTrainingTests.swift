import Foundation
import Testing
import Witan
import WitanTraining

/// What hidden and dense layers learn, and that training them is reproducible.
struct LayerTrainingTests {
  @Test("hidden layers learn what no sum of words can tell", arguments: [[16], [16, 8]])
  func exclusiveOr(_ hidden: [Int]) throws {
    let (train, test) = (XORData.examples(800, seed: 71), XORData.examples(400, seed: 72))
    let linear = try Classifier(bytes: XORData.trainer().train(train).modelBytes)
    let result = try XORData.trainer(hidden: hidden).train(train)
    let deep = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(linear, test) < 0.8)
    #expect(ToyData.accuracy(deep, test) > 0.95, "\(result.summary.devLoss)")
    let report = try #require(result.summary.quantization)
    #expect(abs(report.floatAccuracy - report.int8Accuracy) <= 0.02)
    #expect(report.largestLogitDifference > 0 && report.largestLogitDifference < 0.5)
    #expect(report.accuracyWithoutEmbeddings == nil)
  }

  /// Letters with vectors: those up to m point one way, the others the other way.
  private func sidedLetters() throws -> StaticEmbeddings {
    let tokens = StaticModelFolder.tokens
    var random = SeededRandom(seed: 73)
    let values = tokens.flatMap { token -> [Double] in
      let letter = token.unicodeScalars.last!.value
      let side = letter <= 109 ? 1.0 : -1.0
      return (0..<16).map { j in (j == 0 ? side : 0) + Double(random.below(33) - 16) / 64 }
    }
    let table = try StaticModelFolder(values: values).table()
    return try StaticEmbeddings(bytes: table.encode(name: "sides", .init()))
  }

  private func letters(_ sets: [String], count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { i in
      let letters = Array(sets[i % sets.count])
      let text = (0..<5).map { _ in String(random.pick(letters)) }.joined(separator: " ")
      return Example(text: text, labels: ["side-\(i % sets.count)": 1], isSingleLabel: true)
    }
  }

  @Test("the shared table carries over to words that training never saw", arguments: [[], [8]])
  func dense(_ hidden: [Int]) throws {
    let table = try sidedLetters()
    var trainer = XORData.trainer(hidden: hidden)
    trainer.embeddings = table
    let result = try trainer.train(letters(["abcdefg", "nopqrst"], count: 400, seed: 74))
    let unseen = letters(["hijklm", "uvwxyz"], count: 200, seed: 75)
    let whole = try Classifier(bytes: result.modelBytes, embeddings: table)
    #expect(ToyData.accuracy(whole, unseen) > 0.95)
    let alone = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(alone, unseen) < 0.8)
    let report = try #require(result.summary.quantization)
    #expect(report.largestLogitDifference > 0 && report.largestLogitDifference < 0.5)
    // Without the table the letters of training are still known by themselves.
    let without = try #require(report.accuracyWithoutEmbeddings)
    #expect(without > 0.9)
    let stored = try JSON(parsing: #require(alone.metadata["witan.training"]))
    #expect(stored["dev_accuracy_without_embeddings"]?.number == without)
    #expect(alone.spec.dense == DenseSpec(table))
  }

  @Test("any number of threads gives the same bytes", arguments: [[], [8], [8, 4]])
  func threads(_ hidden: [Int]) throws {
    let table = try sidedLetters()
    let examples = ToyData.choice(3, count: 200, seed: 76)
    let files = try [1, 2, 3, 8].map { threads in
      var trainer = ToyData.trainer()
      trainer.embeddings = table
      trainer.options.threads = threads
      trainer.options.recipe.hidden = hidden
      trainer.options.recipe.phrases = true
      trainer.options.maximumEpochs = 4
      return try trainer.train(examples).modelBytes
    }
    for (i, file) in files.enumerated() {
      let isSame = file == files[0]  // too long to be printed
      #expect(isSame, "\([1, 2, 3, 8][i]) threads")
    }
  }

  @Test("the loaded model has the dev loss that training reported", arguments: [[], [8], [8, 6]])
  func reportedLoss(_ hidden: [Int]) throws {
    let table = try sidedLetters()
    let dev = ToyData.choice(3, count: 150, seed: 77)
    var trainer = ToyData.trainer()
    trainer.embeddings = table
    trainer.options.recipe.hidden = hidden
    let result = try trainer.train(ToyData.choice(3, count: 100, seed: 78), dev: dev)
    let classifier = try Classifier(bytes: result.modelBytes, embeddings: table)
    let loss = dev.reduce(0.0) { sum, example in
      sum - log(Double(classifier.score(example.text)[example.labels.keys.first!]!)) / Double(dev.count)
    }
    let least = try #require(result.summary.devLoss.min())
    #expect(abs(loss - least) < 0.01, "\(loss), reported \(least)")
  }

  @Test("hidden layers learn degrees as probabilities too")
  func softLabels() throws {
    var random = SeededRandom(seed: 79)
    let examples = (0..<800).map { i in
      Example(text: ToyData.text([i % 2], &random), labels: ["hot": i % 2 == 0 ? 0.7 : 0.1])
    }
    var trainer = ToyData.trainer()
    trainer.options.recipe.hidden = [8]
    let classifier = try Classifier(bytes: trainer.train(examples).modelBytes)
    var means = [0.0, 0.0]
    for i in 0..<200 {
      means[i % 2] += Double(classifier.score(ToyData.text([i % 2], &random)).probabilities[0]) / 100
    }
    #expect(abs(means[0] - 0.7) < 0.07 && abs(means[1] - 0.1) < 0.07, "\(means)")
  }

  @Test("texts that excite units more than training did stay within their steps")
  func loudTexts() throws {
    let result = try XORData.trainer(hidden: [16]).train(XORData.examples(400, seed: 80))
    let classifier = try Classifier(bytes: result.modelBytes)
    for word in ["alpha", "omega"] {
      let p = classifier.score(String(repeating: word + " ", count: 1000)).probabilities
      #expect(p.allSatisfy { $0.isFinite } && abs(p[0] + p[1] - 1) < 1e-5)
    }
  }
}
