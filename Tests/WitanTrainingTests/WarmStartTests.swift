import Foundation
import Testing
import Witan
import WitanTraining

/// Training that goes on from a model.
struct WarmStartTests {
  private func trainer(from bytes: [UInt8]) throws -> Trainer {
    var trainer = ToyData.trainer()
    trainer.options.start(from: try WarmStart(bytes: bytes))
    return trainer
  }

  private func probabilities(_ bytes: [UInt8], _ texts: [String]) throws -> [[Float]] {
    let classifier = try Classifier(bytes: bytes)
    return texts.map { classifier.score($0).probabilities }
  }

  @Test(
    "without a useful change the probabilities stay: choices of two and three, labels, hidden layers",
    arguments: [(2, []), (3, []), (0, []), (2, [8]), (3, [8, 4]), (0, [8])] as [(Int, [Int])])
  func unchanged(_ classes: Int, _ hidden: [Int]) throws {
    let data =
      classes == 0
      ? ToyData.multiLabel(count: 600, seed: 61) : ToyData.choice(classes, count: 600, seed: 61)
    var cold = ToyData.trainer()
    cold.options.recipe.hidden = hidden
    let model = try cold.train(data)
    var warm = try trainer(from: model.modelBytes)
    warm.options.recipe.learningRate = 1e-9
    warm.options.maximumEpochs = 1
    // Too few to be calibrated on: the model's own calibration has to come along.
    let again = try warm.train(data, dev: Array(data.prefix(10)))
    #expect(again.spec == model.spec)
    let texts = data.prefix(200).map(\.text)
    let (before, after) = try (
      probabilities(model.modelBytes, texts), probabilities(again.modelBytes, texts)
    )
    let worst = zip(before.joined(), after.joined()).reduce(Float(0)) { max($0, ($1.0 - $1.1).magnitude) }
    #expect(worst < 0.01, "\(worst)")
    let initial = try #require(again.summary.initialDevLoss)
    #expect(abs(initial - (try #require(again.summary.devLoss.first))) < 1e-3)
  }

  @Test("when no pass lowers the dev loss the model's weights stay, and the summary says 0 epochs")
  func noGain() throws {
    let data = ToyData.choice(3, count: 600, seed: 62)
    let model = try ToyData.trainer().train(data)
    var random = SeededRandom(seed: 63)
    let noise = data.map { example in
      var copy = example
      copy.labels = ["class-\(random.below(3))": 1]
      return copy
    }
    let clean = ToyData.choice(3, count: 200, seed: 64)
    // One label in ten is wrong, so that no loss is too small to be told from others.
    let dev = clean.enumerated().map { i, example in
      var copy = example
      if i % 10 == 0 { copy.labels = ["class-\(i / 10 % 3)": 1] }
      return copy
    }
    let result = try trainer(from: model.modelBytes).train(noise, dev: dev)
    #expect(result.summary.epochs == 0)
    #expect(try #require(result.summary.initialDevLoss) < result.summary.devLoss.min()!)
    #expect(ToyData.accuracy(try Classifier(bytes: result.modelBytes), clean) > 0.95)
    let texts = clean.map(\.text)
    for (p, q) in zip(
      try probabilities(model.modelBytes, texts), try probabilities(result.modelBytes, texts))
    {
      #expect(p.firstIndex(of: p.max()!) == q.firstIndex(of: q.max()!))
    }
  }

  /// Texts of another domain: most have the old words among new neutral ones, the others new words alone. One
  /// label in ten is wrong, so that no loss is too small to be told from others.
  private func shifted(count: Int, seed: UInt64) -> [Example] {
    let own = [["splice", "halyard", "keel"], ["poolish", "crumb", "proof"], ["riff", "octave", "capo"]]
    var random = SeededRandom(seed: seed)
    return ToyData.choice(3, count: count, seed: seed).enumerated().map { i, example in
      var copy = example
      let c = Int(String(example.labels.keys.first!.last!))!
      let words = random.below(10) < 7 ? example.text : "\(random.pick(own[c])) \(random.pick(own[c]))"
      copy.text = "dear forum \(words) thanks everyone"
      if i % 10 == 9 { copy.labels = ["class-\(i / 10 % 3)": 1] }
      return copy
    }
  }

  @Test("in a new domain a warm start reaches a lower dev loss in fewer passes than a cold one")
  func domainShift() throws {
    let model = try ToyData.trainer().train(ToyData.choice(3, count: 900, seed: 65))
    let (data, dev) = (shifted(count: 12, seed: 66), shifted(count: 300, seed: 67))
    let cold = try ToyData.trainer().train(data, dev: dev).summary
    let warm = try trainer(from: model.modelBytes).train(data, dev: dev).summary
    let best = try #require(cold.devLoss.min())
    #expect(try #require(warm.devLoss.min()) < best, "\(warm.devLoss) against \(cold.devLoss)")
    let passes = try #require(warm.devLoss.firstIndex { $0 < best }) + 1
    #expect(passes < cold.epochs, "\(warm.devLoss) against \(cold.devLoss)")
  }

  @Test(
    "new labels are added behind the model's, begin at their share, and are learnt",
    arguments: [(2, []), (2, [8])] as [(Int, [Int])])
  func newLabel(_ classes: Int, _ hidden: [Int]) throws {
    var cold = ToyData.trainer()
    cold.options.recipe.hidden = hidden
    let known = ToyData.choice(2, count: 600, seed: 68)
    let model = try cold.train(known)
    let data = ToyData.choice(3, count: 600, seed: 69).map { example in
      var copy = example
      if copy.labels["class-2"] != nil { copy.labels = ["a new one": 1] }
      return copy
    }
    var warm = try trainer(from: model.modelBytes)
    let result = try warm.train(data)
    #expect(result.spec.labels.map(\.id) == ["class-0", "class-1", "a new one"])
    #expect(result.spec.width == 3)
    #expect(ToyData.accuracy(try Classifier(bytes: result.modelBytes), data) > 0.95)
    warm.options.recipe.learningRate = 1e-9
    let start = try Classifier(
      bytes: warm.train(data, dev: Array(data.prefix(10)), metadata: [:]).modelBytes)
    let old = try Classifier(bytes: model.modelBytes)
    var share = 0.0
    for example in data { share += Double(start.score(example.text).probabilities[2]) / Double(data.count) }
    for example in known {
      // What the new label leaves is divided as the model did: it has seen all features of these.
      let (p, q) = (start.score(example.text).probabilities, old.score(example.text).probabilities)
      #expect(abs(p[0] / (p[0] + p[1]) - q[0]) < 0.02)
    }
    #expect(abs(share - 1.0 / 3) < 0.12, "\(share)")
  }

  @Test("labels that each hold by themselves get new ones; those missing in the data are kept")
  func newIndependentLabel() throws {
    let model = try ToyData.trainer().train(ToyData.multiLabel(count: 900, seed: 70))
    var random = SeededRandom(seed: 71)
    let data = (0..<400).map { i in
      Example(
        text: ToyData.text([i % 2], &random), labels: i % 2 == 0 ? ["class-0": 1, "wet": 1] : ["class-1": 1])
    }
    let result = try trainer(from: model.modelBytes).train(data)
    #expect(result.spec.labels.map(\.id) == ["class-0", "class-1", "class-2", "wet"])
    let classifier = try Classifier(bytes: result.modelBytes)
    let p = classifier.score("river boat sail").probabilities
    #expect(p[0] > 0.8 && p[3] > 0.8 && p[1] < 0.2 && p[2] < 0.2, "\(p)")
    #expect(classifier.score("guitar chord melody").probabilities[2] > 0.5)
  }

  @Test("a compressed model is gone on from; the result is not compressed")
  func compressed() throws {
    let data = ToyData.choice(3, count: 600, seed: 72)
    let model = try ToyData.trainer().train(data)
    let small = try Compressor(bytes: model.modelBytes, texts: data.map(\.text)).compress(
      CompressionOptions(bits: 4, folds: 1, pruneShare: 0.2))
    let result = try trainer(from: small.bytes).train(data)
    #expect(result.spec.table == .plain && result.spec.features.log2Buckets == 11)
    #expect(ToyData.accuracy(try Classifier(bytes: result.modelBytes), data) > 0.95)
  }

  @Test("the file of the model is named by its digest, and equal trainings give equal files")
  func reproducible() throws {
    let data = ToyData.choice(2, count: 200, seed: 73)
    let model = try ToyData.trainer().train(data)
    let (one, two) = try (
      trainer(from: model.modelBytes).train(data), trainer(from: model.modelBytes).train(data)
    )
    let isSame = one.modelBytes == two.modelBytes
    #expect(isSame)
    let digest = try WarmStart(bytes: model.modelBytes).digest
    #expect(try Classifier(bytes: one.modelBytes).metadata["witan.warm_start"] == digest)
    #expect(digest.hasPrefix("sha256:") && digest.count == 71)
  }

  @Test("what contradicts the model is an error that names it")
  func faults() throws {
    let data = ToyData.choice(2, count: 100, seed: 74)
    let model = try ToyData.trainer().train(data)
    func fails(_ part: String, _ examples: [Example]? = nil, _ change: (inout Trainer) -> Void) throws {
      var trainer = try trainer(from: model.modelBytes)
      change(&trainer)
      let error = try #require(
        #expect(throws: WitanError.self) { _ = try trainer.train(examples ?? data) })
      #expect(error.description.contains(part), "\(error)")
    }
    try fails("options.recipe.log2Buckets: ") { $0.options.recipe.log2Buckets = 13 }
    try fails("options.recipe.hidden: ") { $0.options.recipe.hidden = [4] }
    try fails("options.recipe.characters: ") { $0.options.recipe.characters = false }
    try fails("options.autotune: ") { $0.options.autotune = 1 }
    try fails("the model makes one choice", ToyData.multiLabel(count: 50, seed: 75)) { _ in }
    let table = try StaticEmbeddings(bytes: StaticModelFolder().table().encode(name: "t", .init()))
    try fails("dense: the model was trained without embeddings") { $0.embeddings = table }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel, labels: model.spec.labels)
    let error = try #require(
      #expect(throws: WitanError.self) {
        _ = try trainer(from: model.modelBytes).train(data, dev: nil, spec: spec, metadata: [:])
      })
    #expect(error.place == "task")
    #expect(throws: WitanError.self) { try WarmStart(bytes: Array(model.modelBytes.dropLast(100))) }
    let absent = try #require(#expect(throws: WitanError.self) { try WarmStart(path: "/no/model") })
    #expect(absent.code == .io && absent.place == "/no/model")
  }

  @Test("dense models go on with the table that they were trained with, and with no other")
  func dense() throws {
    let table = try StaticEmbeddings(bytes: StaticModelFolder().table().encode(name: "t", .init()))
    let data = XORData.examples(300, seed: 76)
    var cold = ToyData.trainer()
    cold.embeddings = table
    let model = try cold.train(data)
    var warm = try trainer(from: model.modelBytes)
    let error = try #require(#expect(throws: WitanError.self) { _ = try warm.train(data) })
    #expect(error.place == "dense.digest" && error.message.contains("'t'"))
    warm.embeddings = table
    warm.options.recipe.learningRate = 1e-9
    let again = try warm.train(data, dev: Array(data.prefix(10)))
    let (one, two) = try (
      Classifier(bytes: model.modelBytes, embeddings: table),
      Classifier(bytes: again.modelBytes, embeddings: table)
    )
    for example in data.prefix(100) {
      #expect(
        abs(one.score(example.text).probabilities[0] - two.score(example.text).probabilities[0]) < 0.01)
    }
  }
}
