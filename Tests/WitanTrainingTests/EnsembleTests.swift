import Testing
import Witan
import WitanTraining

/// Cross-validation, ensembles and packed tables: what a model is made of beside one network.
struct EnsembleTests {
  private static func spec(hidden: [Int]) throws -> ModelSpec {
    try ModelSpec(
      features: FeatureSpec(log2Buckets: 10), task: .singleLabel,
      labels: ["a", "b", "c"].map { Label(id: $0) }, hidden: hidden)
  }

  /// A network with random weights everywhere.
  private static func network(_ spec: ModelSpec, seed: UInt64) -> Network {
    let network = Network(spec, seed: seed)
    var random = SeededRandom(seed: seed, purpose: "test")
    for row in 0..<spec.features.buckets {
      for j in 0..<network.columns {
        network.rows[row * 2 * network.stride + j] = Float(random.unit()) - 0.5
      }
    }
    for j in 0..<network.columns { network.bias[j] = Float(random.unit()) - 0.5 }
    return network
  }

  @Test("the logits of an ensemble are the mean of its members'", arguments: [[], [7], [32]])
  func mean(_ hidden: [Int]) throws {
    let spec = try Self.spec(hidden: hidden)
    let data = TrainingSet(ToyData.choice(3, count: 40, seed: 91), spec, nil)
    func logits(_ network: Network) -> [Float] {
      NetworkTrainer(network: network, options: TrainingOptions(), recipe: Recipe()).logits(data)
    }
    let members = (1...4).map { Self.network(spec, seed: $0) }
    let ensemble = try Network.ensemble(of: members)
    #expect(ensemble.spec.hidden == hidden.map { 4 * $0 })
    let (found, single) = (logits(ensemble), members.map(logits))
    for i in found.indices {
      let mean = single.reduce(0) { $0 + $1[i] } / 4
      #expect(abs(found[i] - mean) < 1e-4, "\(i)")
    }
    #expect(Set(single[0]).count > 20)
  }

  @Test("an ensemble that does not fit is refused by name")
  func tooLarge() throws {
    let spec = try Self.spec(hidden: [64])
    #expect(Network.largestEnsemble(spec) == 2)
    #expect(Network.largestEnsemble(try Self.spec(hidden: [8, 8])) == 1)
    let members = (1...3).map { Self.network(spec, seed: $0) }
    let error = #expect(throws: WitanError.self) { try Network.ensemble(of: members) }
    #expect(error?.place == "ensemble")
  }

  @Test("folds hold out every example once and keep equal texts together")
  func folds() {
    let examples = ToyData.choice(3, count: 300, seed: 92) + ToyData.choice(3, count: 100, seed: 92)
    let folds = Fold.split(examples, into: 5, seed: 3)
    #expect(folds.count == 5)
    #expect(folds.reduce(0) { $0 + $1.held.count } == examples.count)
    for fold in folds {
      #expect(fold.fit.count + fold.held.count == examples.count)
      #expect(Set(fold.fit.map(\.text)).isDisjoint(with: fold.held.map(\.text)))
      #expect(fold.held.count > 40)
    }
    #expect(Fold.split(examples, into: 5, seed: 4)[0].held.map(\.text) != folds[0].held.map(\.text))
  }

  @Test("cross-validation judges by all examples; equal options give the same bytes")
  func crossValidation() throws {
    let examples = ToyData.choice(3, count: 200, seed: 93)
    var trainer = ToyData.trainer()
    trainer.options.folds = 4
    trainer.options.members = 3
    let result = try trainer.train(examples)
    #expect(result.summary.folds == 4 && result.summary.members == 3)
    #expect(result.summary.devExamples == 200)
    let again = try trainer.train(examples).modelBytes
    #expect(again == result.modelBytes)
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(classifier, ToyData.choice(3, count: 200, seed: 94)) > 0.95)
    trainer.options.members = 1
    let single = try trainer.train(examples).modelBytes
    #expect(single != result.modelBytes)
  }

  @Test("a packed table is smaller and scores the same bits, text by text and in batches")
  func packed() throws {
    let examples = ToyData.choice(3, count: 200, seed: 95)
    var trainer = ToyData.trainer()
    let plain = try trainer.train(examples).modelBytes
    trainer.options.packsTable = true
    let packed = try trainer.train(examples).modelBytes
    #expect(packed.count < plain.count / 2)
    let (a, b) = (try Classifier(bytes: plain), try Classifier(bytes: packed))
    let texts = ToyData.choice(3, count: 100, seed: 96).map(\.text)
    for text in texts {
      #expect(a.score(text).probabilities == b.score(text).probabilities)
    }
    func batched(_ classifier: Classifier) -> [Float] {
      let scorer = BatchScorer(classifier)
      return texts.chunks(of: BatchScorer.size).flatMap { part in
        for var text in part { text.withUTF8 { scorer.add($0) } }
        return Array(scorer.flush())
      }
    }
    #expect(batched(a) == batched(b))
  }

  @Test("a table above its limit loses the rows that matter least, and no more")
  func limit() throws {
    let examples = ToyData.choice(3, count: 300, seed: 97)
    let result = try ToyData.trainer().train(examples)
    let rows = CompressibleTable(result.spec, result.weights, counts: nil).nonEmpty.count
    let limit = result.spec.features.buckets / 8 + result.spec.columns * rows * 3 / 4
    let packed = try Quantizer.packed(result.spec, result.weights, limit: limit)
    let kept = try #require(packed.spec.table.keptRows)
    #expect(kept == (limit - result.spec.features.buckets / 8) / result.spec.columns && kept < rows)
    let bytes = ModelFile.encode(spec: packed.spec, weights: packed.weights, metadata: [:])
    #expect(ToyData.accuracy(try Classifier(bytes: bytes), examples) > 0.97)
  }

  @Test("much text for each output means words and their triples in a crowded table")
  func muchText() throws {
    let plain = Recipe().resolved(outputs: 2, bytes: 11_999_999)
    #expect(plain.characters == true && plain.phrases == false && plain.wordRate == 3 && !plain.crowdsTable)
    let much = Recipe().resolved(outputs: 2, bytes: 12_000_000)
    #expect(much.characters == false && much.phrases == true && much.wordRate == 1 && much.crowdsTable)
    var own = Recipe()
    (own.characters, own.log2Buckets) = (true, 12)
    let kept = own.resolved(outputs: 2, bytes: 12_000_000)
    #expect(kept.characters == true && kept.wordRate == 3 && kept.log2Buckets == 12 && !kept.crowdsTable)
    let base = try ModelSpec(
      features: FeatureSpec(log2Buckets: 14), task: .singleLabel, labels: [Label(id: "a"), Label(id: "b")])
    #expect(try much.spec(like: base, embeddings: nil).features.log2Buckets == 21)
    #expect(try plain.spec(like: base, embeddings: nil).features.log2Buckets == 20)
  }
}

extension Array {
  fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min(count, $0 + size)] }
  }
}
