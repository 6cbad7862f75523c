import Foundation
import Testing
import Witan
import WitanTraining

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Delays, early flags and false alarms, against figures worked out by hand.
struct StreamEvaluationTests {
  /// `lead` words, then `harm` words in a span, then `tail` words.
  private static func stream(_ lead: Int, _ harm: Int, _ tail: Int, group: String? = nil) -> Example {
    let words = (0..<lead + harm + tail).map { "w\($0 % 10)" }  // two bytes each, and a space
    let spans = harm > 0 ? [Span(label: "bad", bytes: 3 * lead..<3 * (lead + harm) - 1)] : []
    return Example(
      text: words.joined(separator: " "), labels: harm > 0 ? ["bad": 1] : [:], group: group,
      spans: spans)
  }

  /// Scores of `count` words: `high` from word `from` on, for `length` words.
  private static func scores(_ count: Int, _ high: Float, from: Int, length: Int = 1) -> [Float] {
    (0..<count).map { from..<from + length ~= $0 ? high : 0.1 }
  }

  private static let streams = [
    stream(0, 5, 5), stream(5, 5, 5), stream(50, 5, 100), stream(20, 5, 5), stream(300, 5, 5),
    stream(10, 0, 0, group: "benign"), stream(20, 0, 0, group: "benign"),
    stream(30, 0, 0, group: "near-miss"),
  ]
  private static let scored: [[Float]] = [
    scores(10, 0.9, from: 0),  // at the first word of the span
    scores(15, 0.9, from: 8),  // at its fourth
    scores(155, 0.9, from: 50 + 99),  // at the hundredth word from the onset
    scores(30, 0.9, from: 3, length: 20),  // early
    scores(310, 0.5, from: 300),  // never
    scores(10, 0.2, from: 2), scores(20, 0.6, from: 2), scores(30, 0.8, from: 29),
  ]

  private func evaluation(_ threshold: StreamEvaluation.Threshold = .model) throws -> StreamEvaluation {
    try StreamEvaluation(
      Self.streams, labels: ["bad"], scores: Self.scored, threshold: threshold, modelThreshold: 0.7)
  }

  private func pair(_ share: StreamEvaluation.Share) -> [Int] { [share.hits, share.n] }

  @Test("delays count from the first word of the span; early flags are no detections")
  func delays() throws {
    let e = try evaluation()
    #expect(e.delays == [1, 4, 100, 3 - 20 + 1, nil])
    #expect([4, 8, 16, 32, 64, 128].map { e.within($0).hits } == [2, 2, 2, 2, 2, 3])
    #expect(e.within(3).hits == 1)
    #expect(e.early.hits == 1 && e.missed.hits == 1 && e.detected.hits == 3 && e.harmful == 5)
    #expect(e.medianDelay == 4)
    #expect(pair(e.inside) == [2, 5])
    #expect(pair(e.falsePositives) == [1, 3])
    #expect(e.groups.map(\.name) == ["benign", "near-miss"])
    #expect(e.groups.map { pair($0.share) } == [[0, 2], [1, 1]])
    #expect(e.innocentWords == 60)
    #expect(e.leads.map(\.words) == [0...0, 1...9, 10...39, 40...99, 200...Int.max])
    #expect(e.leads.map(\.detected.hits) == [1, 1, 0, 1, 0])
    #expect(e.leads.map(\.within16.hits) == [1, 1, 0, 0, 0])
    #expect(e.leads.map(\.early.hits) == [0, 0, 1, 0, 0])
  }

  @Test("a threshold is the model's, one that is given, or the lowest that few enough innocent streams reach")
  func thresholds() throws {
    #expect(try evaluation().threshold == 0.7)
    #expect(try evaluation(.given(0.55)).falsePositives.hits == 2)
    // One of three innocent streams may pass at 0.34, none at 0.33.
    let one = try evaluation(.falsePositiveRate(0.34))
    #expect(one.threshold == Float(0.6).nextUp && one.falsePositives.hits == 1)
    let none = try evaluation(.falsePositiveRate(0.33))
    #expect(none.threshold == Float(0.8).nextUp && none.falsePositives.hits == 0 && none.detected.hits == 3)
    #expect(try evaluation(.given(0.95)).medianDelay == nil)
  }

  @Test("a stream exactly at the threshold is flagged, and streams of other labels do not count")
  func borders() throws {
    let other = Example(text: "w w", labels: ["other": 1], spans: [Span(label: "other", bytes: 0..<1)])
    let e = try StreamEvaluation(
      Self.streams + [other], labels: ["bad"], scores: Self.scored + [[1, 1]], threshold: .given(0.8),
      modelThreshold: 0.5)
    #expect(pair(e.falsePositives) == [1, 3] && e.harmful == 5)
  }

  @Test("missing kinds and missing spans are errors")
  func errors() throws {
    func fails(_ streams: [Example], _ part: String) {
      let error = #expect(throws: WitanError.self) {
        try StreamEvaluation(
          streams, labels: ["bad"], scores: streams.map { [Float](repeating: 0, count: $0.words.count) },
          threshold: .model, modelThreshold: 0.5)
      }
      #expect(error?.code == .data && error?.message.contains(part) == true, "\(String(describing: error))")
    }
    fails([Self.stream(1, 1, 1)], "1 harmful and 0 innocent")
    fails([Self.stream(3, 0, 0)], "0 harmful and 1 innocent")
    var bare = Self.stream(1, 1, 1)
    bare.spans = []
    bare.source = "stream:7"
    fails([bare, Self.stream(3, 0, 0)], "no span that says where its harm begins: stream:7")
  }

  @Test("JSON and chart say the same; bars sum to all streams")
  func reports() throws {
    let e = try evaluation(.falsePositiveRate(0.34))
    let json = e.json
    #expect(json["within"]?["4"]?["hits"]?.int == 2 && json["early"]?["hits"]?.int == 1)
    #expect(json["missed"]?["rate"]?.number == 0.2 && json["median_delay"]?.int == 4)
    #expect(json["threshold_from"]?["innocent_streams_at_fpr"]?.number == 0.34)
    #expect(json["false_positives_by_group"]?["near-miss"]?["n"]?.int == 1)
    #expect(json["lead_ins"]?.array?.last?["to"] == .null)
    let svg = Chart.delays(e, title: "A <title>").svg
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    let bars = svg.matches(of: #/<title>([^<:]+): ([0-9]+) of 5, /#).map { ($0.1, Int($0.2)!) }
    #expect(bars.map(\.0) == ["early", "1-4", "5-8", "9-16", "17-32", "33-64", "65+", "missed"])
    #expect(bars.map(\.1) == [1, 2, 0, 0, 0, 0, 1, 1])
    #expect(svg.contains("A &lt;title&gt;") && svg.contains("33.3 % of 3 innocent streams"))
  }

  @Test("a model is read after each word, as a document of the words so far")
  func model() throws {
    let data = ToyData.multiLabel(count: 300, seed: 81)
    let classifier = try Classifier(bytes: ToyData.trainer().train(data).modelBytes)
    let streams = [
      Example(
        text: "the walk table  harbour tide", labels: ["class-0": 1],
        spans: [Span(label: "class-0", bytes: 16..<28)]),
      Example(text: "the walk\ntable", labels: [:]),
    ]
    let scores = classifier.wordScores(of: streams, output: 0)
    #expect(scores.map(\.count) == [5, 3])
    for (stream, row) in zip(streams, scores) {
      for (word, score) in zip(stream.words, row) {
        let prefix = String(decoding: Array(stream.text.utf8)[..<word.upperBound], as: UTF8.self)
        #expect(classifier.score(prefix).probabilities[0].bitPattern == score.bitPattern)
      }
    }
    let e = try StreamEvaluation(classifier, principle: "class-0", streams)
    #expect(e.delays == [1] && e.falsePositives.hits == 0)
    let noAny = #expect(throws: WitanError.self) { try StreamEvaluation(classifier, streams) }
    #expect(noAny?.message.contains("--principle") == true)
    let absent = #expect(throws: WitanError.self) {
      try StreamEvaluation(classifier, principle: "none", streams)
    }
    #expect(absent?.code == .invalidValue)
  }

  @Test("a window longer than the text grades as the text does; a shorter one does not; prompts are refused")
  func windows() throws {
    let data = ToyData.multiLabel(count: 300, seed: 81)
    let classifier = try Classifier(bytes: ToyData.trainer().train(data).modelBytes)
    let streams = [
      Example(
        text: "the walk harbour  tide table of anchor seven", labels: ["class-0": 1],
        spans: [Span(label: "class-0", bytes: 9..<22)]),
      Example(text: "the walk\ntable", labels: [:]),
    ]
    let whole = classifier.wordScores(of: streams, output: 0)
    #expect(try classifier.wordScores(of: streams, output: 0, windows: [64]) == whole)
    let short = try classifier.wordScores(of: streams, output: 0, windows: [2])
    #expect(short.map(\.count) == [8, 3] && short[0].prefix(2) == whole[0].prefix(2) && short != whole)
    let guarded = try StreamEvaluation(
      classifier, windows: [2], principle: "class-0", streams, threshold: .given(short[0].max()!))
    #expect(guarded.delays == [short[0].firstIndex(of: short[0].max()!)! - 2 + 1])
    let prompted = Example(text: "a b", labels: [:], source: "here", prompt: "c")
    let error = #expect(throws: WitanError.self) {
      try StreamEvaluation(classifier, windows: [2], principle: "class-0", streams + [prompted])
    }
    #expect(error?.code == .unsupported && error?.description.contains("here") == true)
    #expect(throws: WitanError.self) {
      try StreamEvaluation(classifier, windows: [0], principle: "class-0", streams)
    }
  }

  @Test("smoothing averages logits: over the last words, or exponentially")
  func smoothing() {
    func logit(_ p: Float) -> Double { log(Double(p) / (1 - Double(p))) }
    func sigmoid(_ z: Double) -> Float { Float(1 / (1 + exp(-z))) }
    let p: [Float] = [0.1, 0.9, 0.5, 0.99]
    let z = p.map(logit)
    let rolling = ProbeSpec.Smoothing.window(2).smoothed(p)
    let expected = [z[0], (z[0] + z[1]) / 2, (z[1] + z[2]) / 2, (z[2] + z[3]) / 2].map(sigmoid)
    #expect(zip(rolling, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    let average = ProbeSpec.Smoothing.exponential(rate: 0.25).smoothed(p)
    var state = z[0]
    for (got, z) in zip(average, z) {
      state += 0.25 * (z - state)
      #expect(abs(got - sigmoid(state)) < 1e-6)
    }
    #expect(ProbeSpec.Smoothing.window(3).smoothed([0, 1]).allSatisfy { $0 > 0 && $0 < 1 })
    #expect(ProbeSpec.Smoothing.window(3).smoothed([]).isEmpty)
  }

  @Test(
    "exact intervals, against scipy.stats.binomtest",
    arguments: [
      (0, 10, 0, 0.3084971), (10, 10, 0.6915029, 1), (5, 10, 0.1870860, 0.8129140),
      (1, 20, 0.0012651, 0.2487328),
      (3, 1000, 0.0006191, 0.0087420),
    ] as [(Int, Int, Double, Double)])
  func exact(_ hits: Int, _ n: Int, _ lower: Double, _ upper: Double) {
    let interval = Metrics.exactInterval(hits, of: n)
    #expect(abs(interval.lowerBound - lower) < 1e-6 && abs(interval.upperBound - upper) < 1e-6)
    #expect(Metrics.exactInterval(0, of: 0) == 0...1)
  }
}
