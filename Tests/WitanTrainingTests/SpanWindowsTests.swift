import Testing
import Witan
import WitanTraining

struct SpanWindowsTests {
  /// Twelve words, of which the sixth and seventh are in a span.
  private static let text = "a1 b2 c3 d4 e5 bad6 bad7 h8 i9 j10 k11 l12"

  private static func example(spans: [Span]? = nil) -> Example {
    let start = text.utf8.count - "bad6 bad7 h8 i9 j10 k11 l12".utf8.count
    return Example(
      text: text, labels: ["rude": 0.75, "absent": 0],
      spans: spans ?? [Span(label: "rude", bytes: start..<start + 9)])
  }

  @Test("windows have so many words, and the labels of the spans that they touch", arguments: 1...20)
  func labels(_ seed: UInt64) throws {
    var windows = try SpanWindows(sizes: [1, 4])
    windows.count = 3
    let out = try windows.replacing([Self.example()], seed: seed)
    #expect(out.count == 2 + 3 + 3 + 3)
    for window in out {
      #expect([1, 4].contains(window.words.count) && Self.text.contains(window.text))
      let isRude = window.text.contains("bad")
      #expect(window.labels == (isRude ? ["rude": 0.75] : [:]))
      #expect(window.spans.isEmpty)
    }
    #expect(Set(out.map(\.text)).count == out.count)
    #expect(out.count { $0.labels.isEmpty } == 6)
  }

  @Test("equal seeds give equal windows; examples with a label of the whole text stay as they are")
  func wholes() throws {
    let windows = try SpanWindows(sizes: [4, 2, 4])
    #expect(windows.sizes == [2, 4])
    let whole = Example(text: Self.text, labels: ["rude": 1])
    let harmless = Example(text: "one two three", labels: [:])
    let examples = [Self.example(), whole, harmless]
    let out = try windows.replacing(examples, seed: 3)
    #expect(out.map(\.text) == (try windows.replacing(examples, seed: 3)).map(\.text))
    #expect(out.map(\.text) != (try windows.replacing(examples, seed: 4)).map(\.text))
    #expect(out.count { $0.text == Self.text } == 1)
    #expect(out.suffix(2).allSatisfy { $0.labels.isEmpty && $0.words.count == 2 })
    let short = try windows.replacing([Self.example(), Example(text: "one", labels: [:])], seed: 1)
    #expect(short.last?.text == "one")
  }

  @Test("a choice, no span at all and sizes out of range are errors that say so")
  func faults() throws {
    let windows = try SpanWindows(sizes: [1])
    let choice = Example(text: "a", labels: ["x": 1], isSingleLabel: true)
    #expect("choice") { _ = try windows.replacing([choice], seed: 1) } throws: {
      ($0 as? WitanError)?.message.contains("\"labels\", not \"label\"") == true
    }
    #expect("no span") { _ = try windows.replacing([Self.example(spans: [])], seed: 1) } throws: {
      ($0 as? WitanError)?.message.contains("no example has \"spans\"") == true
    }
    for sizes in [[], [0], [4097]] {
      #expect(throws: WitanError.self) { _ = try SpanWindows(sizes: sizes) }
    }
  }

  @Test("a classifier trained on windows finds where a label begins")
  func finds() throws {
    var random = SeededRandom(seed: 1)
    let calm = (0..<60).map { "word\($0)" }
    func stream() -> Example {
      var words = (0..<20).map { _ in random.pick(calm) }
      let at = random.below(20)
      words[at] = random.pick(["vile", "nasty", "foul"])
      let start = words[..<at].reduce(0) { $0 + $1.utf8.count + 1 }
      return Example(
        text: words.joined(separator: " "), labels: ["rude": 1],
        spans: [Span(label: "rude", bytes: start..<start + words[at].utf8.count)])
    }
    let examples = (0..<300).map { _ in stream() }
    let windows = try SpanWindows(sizes: [1, 3]).replacing(examples, seed: 1)
    let classifier = try Classifier(bytes: Trainer().train(windows).modelBytes)
    let innocent = (0..<50).map { _ in
      Example(text: (0..<20).map { _ in random.pick(calm) }.joined(separator: " "), labels: [:])
    }
    let streams = (0..<100).map { _ in stream() }
    // Each word by itself, as a window of one word is.
    let scores = (streams + innocent).map { example in
      example.words.map { word in
        classifier.score(String(decoding: Array(example.text.utf8)[word], as: UTF8.self)).probabilities[0]
      }
    }
    let evaluation = try StreamEvaluation(
      streams + innocent, labels: ["rude"], scores: scores, threshold: .falsePositiveRate(0.05),
      modelThreshold: 0.5)
    #expect(evaluation.inside.value > 0.95 && evaluation.early.hits == 0)
  }
}
