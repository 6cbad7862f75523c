import Foundation
import Testing
import Witan
import WitanTraining

/// Evaluation of principles: thresholds of their own, `any`, harmful against benign.
struct MultiLabelEvaluationTests {
  private func sigmoid(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

  @Test("each label counts from its own threshold, and all must be right")
  func thresholds() throws {
    // b has q at 0.88, below q's threshold of 0.9; f has p at 0.62, above 0.5.
    let examples = [
      Example(text: "a", labels: ["p": 1]),  // right
      Example(text: "b", labels: ["q": 1]),  // q is missed
      Example(text: "c", labels: ["q": 1, "r": 1]),  // right
      Example(text: "d", labels: ["r": 0.4]),  // r is flagged, though 0.4 is no
      Example(text: "e", labels: [:]),  // right
      Example(text: "f", labels: [:]),  // p is flagged
    ]
    let e = try Evaluation(LetterModel.principles(), examples)
    #expect(e.accuracy == 0.5)
    #expect(e.confusion.isEmpty)
    #expect(e.labels.map(\.support) == [1, 2, 1])
    #expect(e.labels.map(\.precision) == [0.5, 1, 0.5])
    #expect(e.labels.map(\.recall) == [1, 0.5, 1])
    #expect(abs(e.macroF1 - 2.0 / 3) < 1e-12)
    #expect(Set(e.mistakes.map(\.text)) == ["b", "d", "f"])
    #expect(e.mistakes.first { $0.text == "d" }?.expected == [])

    let any = try #require(e.any)
    #expect(any.id == "any")
    #expect(any.support == 3)  // a, b, c; r is not prohibited
    #expect(any.precision == 1)  // f stays at 0.62, below 0.75
    #expect(any.recall == 1)
    #expect(any.auroc == 1)
  }

  @Test("a prohibited label that is not pooled raises any to its own probability")
  func unpooled() throws {
    let pooled = try LetterModel.principles()
    let apart = try LetterModel.principles(isQPooled: false)
    // c: q and r at 4, any's column at 3; any is the mean of its column and the leading label.
    #expect(abs(Double(try #require(pooled.score("c").any)) - sigmoid(3.5)) < 1e-5)
    #expect(abs(Double(try #require(apart.score("c").any)) - sigmoid(4)) < 1e-5)
    // a: q at -4, any's column at 4. d: r is permitted and raises nothing.
    #expect(apart.score("a").any == pooled.score("a").any)
    #expect(apart.score("d").any == pooled.score("d").any)
    let e = try Evaluation(apart, [Example(text: "c", labels: ["q": 1]), Example(text: "e", labels: [:])])
    #expect(e.any?.support == 1)
    #expect(e.any?.recall == 1)
  }

  @Test("loss sums over labels, calibration error is their mean")
  func losses() throws {
    let examples = [Example(text: "b", labels: ["q": 1]), Example(text: "f", labels: ["p": 0.25])]
    let e = try Evaluation(LetterModel.principles(), examples)
    let (quiet, b, f) = (sigmoid(-4), sigmoid(2), sigmoid(0.5))
    let lossOfB = -log(b) - 2 * log(1 - quiet)
    let lossOfF = -0.25 * log(f) - 0.75 * log(1 - f) - 2 * log(1 - quiet)
    #expect(abs(e.logLoss - (lossOfB + lossOfF) / 2) < 1e-5)
    // p: quiet and f, no positive; q: b right and quiet; r: quiet twice.
    let errors = [(quiet + f) / 2, ((1 - b) + quiet) / 2, quiet]
    #expect(abs(e.ece - errors.reduce(0, +) / 3) < 1e-5)
  }

  @Test("the JSON has the figures, rounded, and null for what is undefined")
  func json() throws {
    let json = try Evaluation(LetterModel.principles(), [Example(text: "b", labels: ["q": 1])]).json
    #expect(json["n"]?.int == 1)
    #expect(json["accuracy"]?.number == 0)
    #expect(json["auroc"]?["q"] == .null)
    #expect(json["support"] == ["p": 0, "q": 1, "r": 0])
    #expect(json["any"]?["recall"]?.number == 1)
    #expect(json["confusion"] == nil)
    #expect(json["log_loss"]?.number == 0.163228)  // log(1 + e^-2) + 2 log(1 + e^-4)
    let mistake = json["mistakes"]?.array?.first
    #expect(mistake?["expected"] == ["q"])
    #expect(mistake?["text"] == "b")
  }
}

struct HarmEvaluationTests {
  @Test("sets and domains, against figures worked out by hand")
  func figures() throws {
    // any: a 0.98, c 0.97, b 0.88, f 0.62, e 0.15, d 0.03; flagged from 0.75.
    let e = try HarmEvaluation(
      LetterModel.principles(),
      harmful: [("strong", ["a", "a", "c"]), ("mixed", ["a", "f", "d", "b"])],
      benign: [("calm", ["d", "d", "d"]), ("near", ["b", "e"]), ("alike", ["d", "b"])])
    #expect(e.sets.map(\.name) == ["strong", "mixed"])
    #expect(e.sets.map(\.n) == [3, 4])
    #expect(e.sets[0].auroc == 1)
    #expect(e.sets[0].recall == 1)
    #expect(e.sets[0].recallAt1FPR == 1)
    // Against b b e d d d d: a wins 7; f wins 5; d ties 4; b wins 5, ties 2.
    #expect(abs(e.sets[1].auroc - (7 + 5 + 2 + 6) / 28) < 1e-12)
    #expect(e.sets[1].recall == 0.5)
    #expect(e.sets[1].recallAt5FPR == 0.25)  // only a is above both b
    #expect(abs(e.meanAUROC - (1 + 20.0 / 28) / 2) < 1e-12)
    #expect(e.meanRecallAt5FPR == 0.625)

    #expect(e.domains.map(\.name) == ["alike", "near", "calm"])  // highest first, then by name
    #expect(e.domains.map(\.falsePositiveRate) == [0.5, 0.5, 0])
    #expect(e.domains.map(\.n) == [2, 2, 3])
    #expect(e.json["mean_recall_at_5_fpr"]?.number == 0.625)
    #expect(e.json["benign"]?.array?.first?["fpr"]?.number == 0.5)
  }

  @Test("a principle is judged by its own output and threshold, and a stranger is refused by name")
  func principle() throws {
    let classifier = try LetterModel.principles()
    let label = classifier.spec.labels[0]
    let (bad, good) = (["a", "c", "b", "f"], ["d", "b", "e"])
    let e = try HarmEvaluation(
      classifier, principle: label.id, harmful: [("h", bad)], benign: [("b", good)])
    let p = (bad + good).map { classifier.score($0)[label.id]! }
    #expect(e.sets[0].auroc == Metrics.auroc(p, (bad + good).indices.map { $0 < bad.count }))
    #expect(e.sets[0].recall == Double(p.prefix(bad.count).count { $0 >= label.threshold }) / 4)
    #expect(e.domains[0].falsePositiveRate == Double(p.suffix(3).count { $0 >= label.threshold }) / 3)
    let error = #expect(throws: WitanError.self) {
      try HarmEvaluation(classifier, principle: "none", harmful: [("h", bad)], benign: [("b", good)])
    }
    #expect(error?.message.contains("no principle 'none'") == true)
  }

  @Test("a model without 'any' is an error")
  func withoutAny() throws {
    let classifier = try LetterModel.choice()
    let error = #expect(throws: WitanError.self) {
      try HarmEvaluation(classifier, harmful: [("h", ["a"])], benign: [("b", ["b"])])
    }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.contains("'any'") == true)
  }

  @Test("a side without sets, or a set without texts, is an error")
  func emptySides() throws {
    let classifier = try LetterModel.principles()
    let cases: [([(String, [String])], [(String, [String])], String)] = [
      ([], [("b", ["b"])], ""), ([("h", ["a"])], [], ""), ([("h", [])], [("b", ["b"])], "h"),
      ([("h", ["a"])], [("b", ["b"]), ("void", [])], "void"),
    ]
    for (harmful, benign, place) in cases {
      let error = #expect(throws: WitanError.self) {
        try HarmEvaluation(classifier, harmful: harmful, benign: benign)
      }
      #expect(error?.code == .data)
      #expect(error?.place == place)
    }
  }
}
