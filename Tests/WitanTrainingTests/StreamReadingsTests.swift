import Testing
import Witan
import WitanTraining

/// What training reads of streams.
struct StreamReadingsTests {
  /// `lead` words a0, a1, ..., then `harm` words b0, b1, ... in a span, then `tail` words c0, c1, ...
  private func stream(_ lead: Int, _ harm: Int, _ tail: Int) -> Example {
    func words(_ mark: String, _ count: Int) -> [String] { (0..<count).map { "\(mark)\($0)" } }
    let before = words("a", lead).map { $0 + " " }.joined()
    let span = words("b", harm).joined(separator: " ")
    let start = before.utf8.count
    return Example(
      text: ([before + span] + words("c", tail)).joined(separator: " "),
      labels: harm > 0 ? ["theft": 1] : [:], weight: 0.5,
      spans: harm > 0 ? [Span(label: "theft", bytes: start..<start + span.utf8.count)] : [])
  }

  private func words(_ example: Example) -> [Substring] { example.text.split(separator: " ") }

  @Test(
    "up to the onset a stream is harmless, from the seventh harmful word on it is not, and nothing between")
  func onset() throws {
    var readings = StreamReadings()
    readings.windows = [16]
    for seed in 1...8 {
      let runs = readings.runs(of: [stream(40, 14, 30)], seed: UInt64(seed))
      #expect(2...3 ~= runs.count)  // a quarter has the first words too
      let lead = try #require(runs.first)
      #expect(lead.count == 10 && lead.allSatisfy { $0.labels.isEmpty && $0.spans.isEmpty })
      #expect(lead.map { words($0).last! } == stride(from: 3, through: 39, by: 4).map { "a\($0)" })
      #expect(lead.allSatisfy { words($0).count <= 16 && $0.weight == 0.5 * readings.harmlessWeight })
      #expect(words(lead[9]).count == 16 && words(lead[0]) == ["a0", "a1", "a2", "a3"])
      let harm = try #require(runs.last)
      #expect(harm.map { words($0).last! } == ["b6", "b10", "b13"])
      #expect(harm.allSatisfy { $0.labels == ["theft": 1] && words($0).count == 16 })
      #expect(harm.allSatisfy { $0.weight == 0.5 * readings.harmfulWeight })
      #expect(words(harm[0]).first == "a31")
    }
  }

  @Test("of a stream without harm a stretch of ten readings is taken, anywhere")
  func innocent() {
    let readings = StreamReadings()
    let streams = [stream(200, 0, 0)]
    let ends = (1...40).map { seed in
      let run = readings.runs(of: streams, seed: UInt64(seed))[0]
      #expect(run.count == 10 && run.allSatisfy { $0.labels.isEmpty && words($0).count <= 48 })
      return words(run.last!).last!
    }
    #expect(Set(ends).count > 20)
    let short = readings.runs(of: [stream(3, 0, 0)], seed: 1)
    #expect(short[0].map { words($0).count } == [3])
  }

  @Test("harm at the start: its first words are harmless; short harm is read when it is complete")
  func openings() {
    let runs = StreamReadings().runs(of: [stream(0, 5, 0)], seed: 1)
    #expect(runs.map { $0.map { words($0).count } } == [[1, 2, 3], [5]])
    #expect(runs[0].allSatisfy { $0.labels.isEmpty } && runs[1][0].labels == ["theft": 1])
  }

  @Test("a seed gives the same runs; weights of 0 leave runs out; an empty stream has none")
  func seeds() {
    let streams = (0..<20).map { stream($0 * 5, $0 % 2 * 9, 10) }
    let readings = StreamReadings()
    #expect(readings.runs(of: streams, seed: 1) == readings.runs(of: streams, seed: 1))
    #expect(readings.runs(of: streams, seed: 1) != readings.runs(of: streams, seed: 2))
    var none = readings
    (none.harmlessWeight, none.harmfulWeight) = (0, 0)
    #expect(none.runs(of: streams, seed: 1).isEmpty)
    #expect(readings.runs(of: [Example(text: " ", labels: [:])], seed: 1).isEmpty)
  }

  @Test("a run moves training as its loss says: innocent runs push a word down, harmful ones up")
  func training() throws {
    let texts = (0..<60).map {
      Example(
        text: $0 % 2 == 0 ? "steal purse \($0)" : "mend sock \($0)", labels: $0 % 2 == 0 ? ["theft": 1] : [:])
    }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel, labels: [Label(id: "theft")])
    func grade(_ labels: [String: Float], _ loss: ProbeLoss) throws -> Float {
      var options = TrainingOptions()
      options.maximumEpochs = 4
      options.recipe.log2Buckets = 12
      options.streamLoss = loss
      let run = (1...6).map {
        Example(text: (0..<$0).map { _ in "umbrella" }.joined(separator: " "), labels: labels)
      }
      let runs = Array(repeating: run, count: 20)
      let result = try Trainer(options: options).train(
        texts, dev: Array(texts.prefix(30)), spec: spec, metadata: [:], runs: runs)
      return try Classifier(bytes: result.modelBytes).score("umbrella").probabilities[0]
    }
    for loss in ProbeLoss.allCases {
      #expect(try grade(["theft": 1], loss) > 0.6, "\(loss)")
      #expect(try grade([:], loss) < 0.4, "\(loss)")
    }
  }

  @Test("a label that the model does not have is refused in runs too, and runs count in the digest")
  func checks() throws {
    let texts = ToyData.multiLabel(count: 60, seed: 5)
    let labels = Set(texts.flatMap(\.labels.keys)).sorted()
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel, labels: labels.map { Label(id: $0) })
    func train(_ runs: [[Example]]) throws(WitanError) -> Trainer.Result {
      try ToyData.trainer().train(
        texts, dev: Array(texts.prefix(20)), spec: spec, metadata: [:], runs: runs)
    }
    let error = #expect(throws: WitanError.self) {
      try train([[Example(text: "a", labels: ["stranger": 1])]])
    }
    #expect(error?.code == .data && error?.message.contains("stranger") == true)
    let (with, without) = (try train([[Example(text: "a", labels: [:])]]), try train([[]]))
    #expect(with.metadata["witan.data_digest"] != without.metadata["witan.data_digest"])
    #expect(try without.modelBytes == train([]).modelBytes)
  }

  @Test("equal data and options give equal bytes on any number of threads, runs included")
  func threads() throws {
    let texts = ToyData.multiLabel(count: 200, seed: 5)
    let runs = (0..<30).map { i in (1...(2 + i % 5)).map { texts[(i + $0) % 200] } }.map { run in
      run.map { Example(text: $0.text, labels: [:]) }
    }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
      labels: Set(texts.flatMap(\.labels.keys)).sorted().map { Label(id: $0) })
    func bytes(_ threads: Int) throws -> [UInt8] {
      var options = TrainingOptions()
      (options.maximumEpochs, options.threads) = (3, threads)
      return try Trainer(options: options).train(
        texts, dev: Array(texts.prefix(40)), spec: spec, metadata: [:], runs: runs
      ).modelBytes
    }
    #expect(try bytes(1) == bytes(3))
  }
}
