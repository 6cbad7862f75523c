import Testing
import Witan

import WitanTraining

/// Opinions of groups: planted differences are found, and nobody learns from ratings that are not there.
struct RaterTrainerTests {
  @Test(
    "each group says what its members say; the pooled output says the share; where they part the spread does")
  func planted() throws {
    let result = try RaterData.trainer(by: ["group"]).train(RaterData.texts(900, seed: 1))
    #expect(result.model.spec.labels.map(\.id) == ["pooled", "first", "second"])
    let model = try Classifier(bytes: result.model.modelBytes)
    let opinions = try #require(try model.opinionGroups())
    #expect(opinions == result.opinions)
    #expect(
      opinions.groups.map(\.ratings) == [1800, 1800] && opinions.groups.map(\.field) == ["group", "group"])
    var means = [[Float]](repeating: [0, 0, 0, 0], count: 3)  // pooled, first, second, spread
    let test = RaterData.texts(300, seed: 2)
    for (i, text) in test.enumerated() {
      let p = model.score(text.text).probabilities
      let spread = p.withUnsafeBufferPointer { opinions.spread(of: $0) }
      #expect(abs(spread - abs(p[1] - p[2]) / 2) < 1e-6)  // of two groups of as many ratings
      for (j, value) in (p + [spread]).enumerated() { means[i % 3][j] += value / 100 }
    }
    #expect(means[0][1] > 0.85 && means[0][2] < 0.15 && abs(means[0][0] - 0.5) < 0.1, "\(means)")
    #expect(means[1][1] > 0.85 && means[1][2] > 0.85 && means[1][3] < 0.1, "\(means)")
    #expect(abs(means[2][1] - 0.5) < 0.15 && abs(means[2][2] - 0.5) < 0.15 && means[2][3] < 0.1, "\(means)")
    #expect(means[0][3] > 0.35, "\(means)")
  }

  @Test("a rating that is not there teaches nothing, whatever degree stands in its place")
  func masked() throws {
    func weights(_ absent: Float) throws -> ModelWeights {
      let examples = RaterData.texts(300, seed: 3).enumerated().map { i, text in
        var example = Example(text: text.text, labels: ["pooled": text.mean, "first": Float(i % 2)])
        example.labels["second"] = i % 3 == 0 ? absent : 1
        example.labelWeights = ["second": i % 3 == 0 ? 0 : 1]
        return example
      }
      var trainer = ToyData.trainer()
      trainer.options.sharing = Sharing(column: 0)
      let spec = try ModelSpec(
        features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
        labels: ["pooled", "first", "second"].map { Label(id: $0) })
      return try trainer.train(examples, dev: nil, spec: spec, metadata: [:]).weights
    }
    let (low, high) = (try weights(0), try weights(1))
    #expect(low.table == high.table && low.bias == high.bias && low.scale == high.scale)
    #expect(low.calibrationSlope == high.calibrationSlope && low.calibrationOffset == high.calibrationOffset)
  }

  @Test("what one group rates does not move the pooled output's weights, only what all rate does")
  func pooledAlone() throws {
    func pooled(_ flips: Bool) throws -> (own: [Float], other: [Float]) {
      let examples = RaterData.texts(120, seed: 4).enumerated().map { i, text in
        let degree = Float(i % 2)
        return Example(text: text.text, labels: ["all": text.mean, "one": flips ? 1 - degree : degree])
      }
      let spec = try ModelSpec(
        features: FeatureSpec(log2Buckets: 10), task: .multiLabel,
        labels: ["all", "one"].map { Label(id: $0) })
      let network = Network(spec, seed: 1)
      network.sharing = Sharing(column: 0)
      let set = TrainingSet(examples, spec, nil)
      network.startFromBaseRates(set)
      let trainer = NetworkTrainer(network: network, options: TrainingOptions(), recipe: Recipe())
      for seed in 0..<3 { _ = trainer.epoch(set, order: Array(0..<set.count), seed: UInt64(seed)) }
      func column(_ j: Int) -> [Float] { (0..<1024).map { network.rows[$0 * 2 * network.stride + j] } }
      return (column(0), column(1))
    }
    let (a, b) = (try pooled(false), try pooled(true))
    #expect(a.own == b.own && a.other != b.other)
    #expect(a.own.contains { $0 != 0 })
  }

  @Test(
    "sums are written out: the plain network gives the same logits", arguments: [[], [8], [8, 4]] as [[Int]])
  func unshared(_ hidden: [Int]) throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 10), task: .multiLabel,
      labels: ["all", "one", "two"].map { Label(id: $0) }, hidden: hidden)
    let examples = RaterData.texts(60, seed: 5).enumerated().map { i, text in
      Example(text: text.text, labels: ["all": text.mean, "one": Float(i % 2), "two": Float(i % 5) / 4])
    }
    let network = Network(spec, seed: 2)
    network.sharing = Sharing(column: 0)
    let set = TrainingSet(examples, spec, nil)
    network.startFromBaseRates(set)
    func trainer(_ network: Network) -> NetworkTrainer {
      NetworkTrainer(network: network, options: TrainingOptions(), recipe: Recipe())
    }
    for seed in 0..<3 { _ = trainer(network).epoch(set, order: Array(0..<60), seed: UInt64(seed)) }
    let plain = network.unshared
    #expect(plain.sharing == nil)
    let (own, written) = (trainer(network).logits(set), trainer(plain).logits(set))
    #expect(zip(own, written).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(own != [Float](repeating: own[0], count: own.count))
  }

  @Test("groups with too few ratings are named; fewer than two groups are an error that says which there are")
  func small() throws {
    var texts = RaterData.texts(60, seed: 6)
    texts[0].ratings.append(Rating(degree: 1, fields: ["rater": "eve", "group": "third"]))
    let result = try RaterData.trainer(by: ["group"]).train(texts)
    #expect(result.leftOut.map(\.name) == ["group=third"] && result.leftOut[0].ratings == 1)
    #expect(result.opinions.groups.map(\.name) == ["first", "second"])

    var trainer = try RaterData.trainer(by: ["group"])
    trainer.grouping.leastRatings = 1000
    let few = try #require(#expect(throws: WitanError.self) { try trainer.train(texts) })
    #expect(few.code == .data && few.place == "by")
    #expect(
      few.message.contains("only 0 group(s) have 1000 ratings") && few.message.contains("group=first (120)"))

    let stranger = try #require(
      #expect(throws: WitanError.self) { try RaterData.trainer(by: ["age"]).train(texts) })
    #expect(
      stranger.message.contains("no rating has the field \"age\"; there are group, rater"), "\(stranger)")
  }

  @Test("several fields at once give the groups of each; names say of which")
  func fields() throws {
    let result = try RaterData.trainer(by: ["group", "rater"]).train(RaterData.texts(120, seed: 7))
    #expect(
      result.model.spec.labels.map(\.id)
        == ["pooled", "group=first", "group=second", "rater=ada", "rater=bea", "rater=cyd", "rater=dan"])
  }

  @Test("severity puts raters together who see more, or less, than others in the same texts")
  func severity() throws {
    let texts = RaterData.texts(240, seed: 8, fields: false)
    var trainer = try RaterData.trainer(by: ["severity"])
    trainer.grouping.severityGroups = 2
    let result = try trainer.train(texts)
    #expect(result.opinions.members == ["ada": "2", "bea": "2", "cyd": "1", "dan": "1"])
    #expect(result.model.spec.labels.map(\.id) == ["pooled", "severity=1", "severity=2"])
    let alone = texts.map { RatedText(text: $0.text, ratings: [$0.ratings[0]]) }
    let error = try #require(#expect(throws: WitanError.self) { try trainer.train(alone) })
    #expect(error.message.contains("no text has two ratings with a \"rater\""), "\(error)")
  }

  @Test("raters with equal data and seed give the same file; options that know no raters are refused")
  func options() throws {
    let texts = RaterData.texts(90, seed: 9)
    let trainer = try RaterData.trainer(by: ["group"])
    let (first, again) = (try trainer.train(texts), try trainer.train(texts))
    #expect(first.model.modelBytes == again.model.modelBytes)
    var doubtful = trainer
    doubtful.trainer.options.estimatesDoubt = true
    let error = try #require(#expect(throws: WitanError.self) { try doubtful.train(texts) })
    #expect(error.code == .invalidValue && error.place == "raters")
  }

  @Test("the majority is a choice of no and yes, ties yes")
  func majority() {
    func text(_ degrees: [Float]) -> RatedText {
      RatedText(text: "x", ratings: degrees.map { Rating(degree: $0, fields: [:]) })
    }
    let examples = RaterTrainer.majority([text([0, 0, 1]), text([0, 1]), text([0.75, 0.5])])
    #expect(examples.map(\.labels) == [["no": 1], ["yes": 1], ["yes": 1]])
    #expect(examples.map(\.isSingleLabel) == [true, true, true])
  }
}
