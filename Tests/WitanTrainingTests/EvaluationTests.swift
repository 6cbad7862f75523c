import Foundation
import Testing
import Witan
import WitanTraining

/// Evaluation of one choice, against figures worked out by hand.
struct EvaluationTests {
  /// Text, right label, group. `a` is taken for x, `b` for y, `c` for z, `d` for y.
  private static let examples = [
    ("a", "x", "first"), ("a", "x", "first"), ("a", "x", "first"), ("d", "x", "first"),
    ("a", "y", "second"), ("b", "y", "second"), ("b", "y", "third"), ("c", "z", "third"),
  ].map { Example(text: $0.0, labels: [$0.1: 1], isSingleLabel: true, group: $0.2) }

  // Probabilities of the letters' best labels: a logit of 4, or of 1, against two of 0.
  private let strong = exp(4.0) / (exp(4.0) + 2)
  private let weak = exp(1.0) / (exp(1.0) + 2)

  private func evaluation(mistakes: Int = 10) throws -> Evaluation {
    try Evaluation(LetterModel.choice(), Self.examples, mistakes: mistakes)
  }

  @Test("accuracy, confusion and F1")
  func counts() throws {
    let e = try evaluation()
    #expect(e.n == 8)
    #expect(e.accuracy == 0.75)
    #expect(abs(e.accuracyInterval.lowerBound - 0.4092746) < 1e-6)  // Wilson, 6 of 8
    #expect(abs(e.accuracyInterval.upperBound - 0.9285208) < 1e-6)
    #expect(e.confusion == [[3, 1, 0], [1, 2, 0], [0, 0, 1]])
    #expect(e.labels.map(\.id) == ["x", "y", "z"])
    #expect(e.labels.map(\.support) == [4, 3, 1])
    #expect(e.labels.map(\.precision) == [0.75, 2.0 / 3, 1])
    #expect(e.labels.map(\.recall) == [0.75, 2.0 / 3, 1])
    #expect(zip(e.labels.map(\.f1), [0.75, 2.0 / 3, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(e.macroF1 - (0.75 + 2.0 / 3 + 1) / 3) < 1e-12)
    #expect(e.any == nil)
  }

  @Test("a label without examples is not in macro-F1 and has no AUROC")
  func absentLabel() throws {
    let e = try Evaluation(LetterModel.choice(), Self.examples.filter { $0.labels["z"] == nil })
    #expect(e.labels[2].support == 0)
    #expect(e.labels[2].auroc == nil)
    #expect(e.labels[2].recallAt1FPR == nil)
    #expect(abs(e.macroF1 - (0.75 + 2.0 / 3) / 2) < 1e-12)
  }

  @Test("loss and calibration error")
  func losses() throws {
    let e = try evaluation()
    let other = (1 - strong) / 2  // a's probability of y
    let rest = (1 - weak) / 2  // d's probability of x
    let loss = -(6 * log(strong) + log(other) + log(rest)) / 8
    #expect(abs(e.logLoss - loss) < 1e-5)
    // Bin 14 has 7 examples, 6 of them right; bin 8 has d, which is wrong.
    let error = (abs(7 * strong - 6) + weak) / 8
    #expect(abs(e.ece - error) < 1e-5)
  }

  @Test("AUROC of each label")
  func auroc() throws {
    // p(x): 3 positives at strong, d at rest = 0.2119; negatives a strong, b b c other = 0.0176.
    // Pairs: 3 x (3 wins + 1 tie), d wins over 3: 10.5 + 3 of 16.
    let e = try evaluation()
    #expect(abs(try #require(e.labels[0].auroc) - 13.5 / 16) < 1e-12)
    #expect(e.labels[2].auroc == 1)
    // No negative may pass: x's a is not above the negative a; y's b and z's c are above all.
    #expect(e.labels.map(\.recallAt1FPR) == [0, 2.0 / 3, 1])
  }

  @Test("groups come worst first, examples without a group in none")
  func groups() throws {
    var examples = Self.examples
    examples.append(Example(text: "c", labels: ["x": 1], isSingleLabel: true))
    let e = try Evaluation(LetterModel.choice(), examples)
    #expect(e.groups.map(\.group) == ["second", "first", "third"])
    #expect(e.groups.map(\.n) == [2, 4, 2])
    #expect(e.groups.map(\.accuracy) == [0.5, 0.75, 1])
    #expect(abs(e.groups[0].interval.lowerBound - 0.0945312) < 1e-6)  // Wilson, 1 of 2
    #expect(abs(e.groups[0].interval.upperBound - 0.9054688) < 1e-6)
  }

  @Test("mistakes come costliest first, as many as asked for")
  func mistakes() throws {
    let all = try evaluation().mistakes
    #expect(all.map(\.text) == ["a", "d"])
    #expect(all.map(\.expected) == [["y"], ["x"]])
    #expect(all.map(\.predicted) == ["x", "y"])
    #expect(abs(Double(all[0].probability) - strong) < 1e-5)
    #expect(abs(Double(all[1].probability) - weak) < 1e-5)
    #expect(try evaluation(mistakes: 1).mistakes.map(\.text) == ["a"])
    #expect(try evaluation(mistakes: 0).mistakes.isEmpty)
  }

  @Test("a choice of two is evaluated from its one column")
  func binary() throws {
    let classifier = try LetterModel.classifier(
      [Label(id: "no"), Label(id: "yes")], task: .singleLabel, logits: ["a": [2], "b": [-2], "c": [1]])
    let examples = [("a", "yes"), ("b", "no"), ("c", "no"), ("a", "yes")].map {
      Example(text: $0.0, labels: [$0.1: 1], isSingleLabel: true)
    }
    let e = try Evaluation(classifier, examples)
    #expect(e.accuracy == 0.75)
    #expect(e.confusion == [[1, 1], [0, 2]])
    let sure = 1 / (1 + exp(-2.0))
    #expect(abs(e.logLoss + (3 * log(sure) + log(1 - 1 / (1 + exp(-1.0)))) / 4) < 1e-5)
    #expect(e.labels.map(\.auroc) == [1, 1])
  }

  @Test("a label that the model does not know is an error that names it and what is known")
  func strangeLabel() throws {
    let classifier = try LetterModel.choice()
    let examples = Self.examples + [Example(text: "a", labels: ["w": 1], isSingleLabel: true)]
    let error = #expect(throws: WitanError.self) { try Evaluation(classifier, examples) }
    #expect(error?.code == .data)
    #expect(error?.message.contains("'w'") == true)
    #expect(error?.message.contains("x, y, z") == true)
  }

  @Test("no examples is an error")
  func none() throws {
    let classifier = try LetterModel.choice()
    let error = #expect(throws: WitanError.self) { try Evaluation(classifier, []) }
    #expect(error?.code == .data)
  }
}
