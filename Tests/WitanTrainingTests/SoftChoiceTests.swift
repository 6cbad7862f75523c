import Foundation
import Testing
import Witan
import WitanTraining

/// Degrees that are the shares of one choice: how they are read, learnt and evaluated.
struct SoftChoiceTests {
  private static let line = #"{"text": "x", "labels": {"a": 0.7, "b": 0.3}}"#

  @Test("degrees are each for themselves, unless they are said to be one choice")
  func read() throws {
    try withFile(Self.line + "\n" + #"{"text": "y", "label": "b"}"#, name: "d.jsonl") { path in
      #expect(try ExampleReader.all(path: path).map(\.isSingleLabel) == [false, true])
      let choice = try ExampleReader.all(path: path, task: .singleLabel)
      #expect(choice.map(\.isSingleLabel) == [true, true])
      #expect(choice[0].labels == ["a": 0.7, "b": 0.3] && choice[1].labels == ["b": 1])
      #expect(try ExampleReader.all(path: path, task: .multiLabel).map(\.isSingleLabel) == [false, false])
    }
  }

  @Test("shares within a thousandth of 1 are made to sum to 1")
  func rounding() throws {
    let text = #"{"text": "x", "labels": {"a": 0.333, "b": 0.333, "c": 0.333}}"#
    try withFile(text, name: "d.jsonl") { path in
      let labels = try ExampleReader.all(path: path, task: .singleLabel)[0].labels
      #expect(labels.values.allSatisfy { abs($0 - 1.0 / 3) < 1e-6 }, "\(labels)")
    }
  }

  @Test(
    "shares that do not sum to 1 are an error that names file and line, in every format",
    arguments: [
      ("d.jsonl", line + "\n" + #"{"text": "y", "labels": {"a": 0.7, "b": 0.2}}"#, "d.jsonl:2", "sum to 0.9"),
      ("d.jsonl", line + "\n\n" + #"{"text": "y", "labels": ["a", "b"]}"#, "d.jsonl:3", "sum to 2.0"),
      ("d.jsonl", #"{"text": "y"}"#, "d.jsonl:1", "there is no label"),
      ("d.csv", "text,labels\nx,a\n\"y\nz\",a|b\n", "d.csv:3", "sum to 2.0"),
      ("d.txt", "__label__a x\n__label__a __label__b y\n", "d.txt:2", "sum to 2.0"),
    ])
  func faults(_ name: String, _ content: String, _ place: String, _ message: String) throws {
    try withFile(content, name: name) { path in
      let error = try #require(
        #expect(throws: WitanError.self) { try ExampleReader.all(path: path, task: .singleLabel) })
      #expect(error.code == .data)
      #expect(error.place.hasSuffix(place) && error.message.contains(message), "\(error)")
    }
  }

  /// Texts of three kinds whose choice is known by shares alone.
  private static func examples(_ shares: [[Float]], count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { i in
      let row = shares[i % shares.count]
      return Example(
        text: ToyData.text([i % shares.count], &random),
        labels: Dictionary(uniqueKeysWithValues: row.enumerated().map { ("class-\($0)", $1) }),
        isSingleLabel: true)
    }
  }

  @Test(
    "shares are learnt as the probabilities of one choice, of two labels and of three",
    arguments: [
      [[0.8, 0.2], [0.35, 0.65]], [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]],
    ] as [[[Float]]])
  func learnt(_ shares: [[Float]]) throws {
    let result = try ToyData.trainer().train(Self.examples(shares, count: 1200, seed: 31))
    #expect(result.spec.task == .singleLabel)
    #expect(result.spec.width == (shares.count == 2 ? 1 : 3))
    let classifier = try Classifier(bytes: result.modelBytes)
    var means = shares.map { $0.map { _ in Float(0) } }
    for (i, example) in Self.examples(shares, count: 300, seed: 32).enumerated() {
      let p = classifier.score(example.text).probabilities
      let kind = i % shares.count
      for j in p.indices { means[kind][j] += p[j] * Float(shares.count) / 300 }
    }
    for (mean, wanted) in zip(means.joined(), shares.joined()) {
      #expect(abs(mean - wanted) < 0.05, "\(means)")
    }
    // The loss cannot be lower than the entropy of the shares.
    let entropy = shares.joined().reduce(0.0) { $0 - Double($1) * log(Double($1)) } / Double(shares.count)
    let best = try #require(result.summary.devLoss.min())
    #expect(best > entropy - 1e-3 && best < entropy + 0.05, "\(best), \(entropy)")
  }

  @Test("evaluation takes the largest share as the right label")
  func evaluation() throws {
    let shares: [[Float]] = [[0.4, 0.35, 0.25], [0.3, 0.45, 0.25], [0.5, 0, 0.5]]
    let result = try ToyData.trainer().train(ToyData.choice(3, count: 600, seed: 33))
    let classifier = try Classifier(bytes: result.modelBytes)
    let report = try Evaluation(classifier, Self.examples(shares, count: 300, seed: 34))
    // Kinds 0 and 1 are named by their words; of equal shares, kind 2, the first label by name is right.
    #expect(report.labels.map(\.support) == [200, 100, 0])
    #expect(report.accuracy > 0.6 && report.accuracy < 0.72)
  }

  @Test("an example with shares is written as such, and read again")
  func written() throws {
    let example = Self.examples([[0.75, 0.25]], count: 1, seed: 35)[0]
    try withFile(example.json.text(), name: "d.jsonl") { path in
      let again = try ExampleReader.all(path: path, task: .singleLabel)
      #expect(again == [example])
    }
  }
}
