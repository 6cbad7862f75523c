import Foundation
import Testing
import Witan
import WitanTraining

/// Doubt rises on text unlike that of training: other letters, another language, code, another subject.
struct DoubtDomainTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let table = Result {
    try StaticEmbeddings(path: folder.appending(path: "models/embeddings/minilm-128.safetensors").path)
  }

  /// Questions about food and about gardens: what the classifier of these tests is for.
  private static func questions(_ count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed, purpose: "questions")
    let kinds = [
      [
        "bread", "soup", "stew", "cake", "rice", "pasta", "curry", "dough", "sauce", "butter", "omelette",
        "pie",
      ],
      [
        "roses", "tomatoes", "a hedge", "the lawn", "tulips", "compost", "seedlings", "an oak", "ivy",
        "herbs",
      ],
    ]
    let verbs = [
      ["bake", "cook", "season", "reheat", "serve", "freeze"], ["plant", "water", "prune", "grow", "feed"],
    ]
    return (0..<count).map { _ in
      let kind = random.below(2)
      let (verb, thing) = (random.pick(verbs[kind]), random.pick(kinds[kind]))
      let text = random.pick([
        "How do I \(verb) \(thing) in \(random.pick(["winter", "summer", "a small flat", "an hour"]))?",
        "What is the best way to \(verb) \(thing)?", "When should I \(verb) \(thing), and how often?",
        "Can you tell me how long it takes to \(verb) \(thing)?", "Should I \(verb) \(thing) before noon?",
        "My \(random.pick(["sister", "neighbour", "teacher"])) wants to \(verb) \(thing). What does she need?",
      ])
      return Example(text: text, labels: [["food", "garden"][kind]: 1], isSingleLabel: true)
    }
  }

  private static func many(_ make: (inout SeededRandom) -> String) -> [String] {
    var random = SeededRandom(seed: 91, purpose: "foreign")
    return (0..<200).map { _ in make(&random) }
  }

  private static let foreign: [(name: String, texts: [String])] = [
    (
      "random letters",
      many { random in
        (0..<4 + random.below(8)).map { _ in
          String((0..<2 + random.below(7)).map { _ in random.pick(Array("abcdefghijklmnopqrstuvwxyz")) })
        }.joined(separator: " ")
      }
    ),
    (
      "German",
      many { random in
        "\(random.pick(["Die Regierung", "Mein Bruder", "Das Gericht", "Niemand"])) "
          + "\(random.pick(["hat gestern", "wird morgen", "kann leider nicht", "möchte"])) "
          + "\(random.pick(["über den Vertrag", "mit dem Zug", "wegen der Steuern", "im Krankenhaus"])) "
          + random.pick(["gesprochen.", "fahren.", "warten müssen.", "entscheiden."])
      }
    ),
    (
      "code",
      many { random in
        "for (int \(random.pick(["i", "j", "n"])) = 0; i < \(random.pick(["size", "count", "len"])); i++) { "
          + "\(random.pick(["sum", "out[i]", "*p"])) += \(random.pick(["a[i] * b[i]", "f(x, i)", "buf[i] & 0xff"])); }"
      }
    ),
    (
      "another subject",
      many { random in
        "The \(random.pick(["senator", "striker", "court", "orchestra", "airline"])) "
          + "\(random.pick(["announced", "lost", "rejected", "celebrated", "denied"])) "
          + "\(random.pick(["the merger", "a late goal", "the appeal", "its new album", "all charges"])) "
          + random.pick([
            "on Tuesday.", "despite heavy criticism.", "in front of thousands.", "after the vote.",
          ])
      }
    ),
  ]

  @Test("with word pieces doubt rises on each kind of foreign text, and not on new text of the own kind")
  func foreign() throws {
    var trainer = ToyData.trainer()
    trainer.embeddings = try Self.table.get()
    trainer.options.estimatesDoubt = true
    let result = try trainer.train(Self.questions(700, seed: 1))
    let classifier = try Classifier(bytes: result.modelBytes, embeddings: Self.table.get())
    func doubts(_ texts: [String]) -> [Float] {
      classifier.doubts(of: texts).map { $0.reduce(0, +) / Float($0.count) }
    }
    let own = doubts(Self.questions(200, seed: 2).map(\.text))
    func auroc(_ other: [Float]) throws -> Double {
      try #require(Metrics.auroc(own + other, (own + other).indices.map { $0 >= own.count }))
    }
    for (name, texts) in Self.foreign {
      let value = try auroc(doubts(texts))
      #expect(value > 0.9, "\(name): \(value)")
    }
    let same = try auroc(doubts(Self.questions(200, seed: 3).map(\.text)))
    #expect(abs(same - 0.5) < 0.12, "\(same)")  // 4 deviations of 0.029
  }

  @Test("a foreign term is 1 in the mean of its own text, whatever the inputs, and grows to the generic side")
  func direction() throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 8), task: .multiLabel, labels: [Label(id: "a"), Label(id: "b")],
      dense: DenseSpec(name: "t", digest: "d", dimensions: 16), hasDoubt: true)
    let n = spec.doubtInputs
    var random = SeededRandom(seed: 92)
    func rows(_ count: Int, at shift: Double) -> [[Double]] {
      (0..<count).map { _ in
        (0..<n).map { d in
          let isVector = 2..<18 ~= d
          return d == n - 1 ? 1 : random.unit() - 0.5 + (isVector ? shift * Double(d % 3) : 0)
        }
      }
    }
    let (own, far) = (rows(500, at: 0), rows(400, at: 0.3))
    func vectors(_ rows: [[Double]]) -> [Double] { rows.flatMap { $0[2..<18] } }
    let weights = [Double](repeating: 1, count: own.count)
    func fit(_ generic: [[Double]]) throws -> DoubtFit {
      try DoubtFit(own.flatMap { $0 }, weights, total: 500, spec, generic: generic)
    }
    let (plain, with) = (try fit([]), try fit([vectors(far)]))
    func squared(_ fit: DoubtFit, _ phi: [Double]) -> Double {
      (0..<n).reduce(0) { sum, d in
        let y = (0..<n).reduce(0) { $0 + phi[$1] * Double(fit.directions[$1 * n + d]) }
        return sum + Double(fit.variance[d]) * y * y
      }
    }
    func mean(_ fit: DoubtFit, _ rows: [[Double]]) -> Double {
      rows.reduce(0) { $0 + squared(fit, $1) } / Double(rows.count)
    }
    // The constant's own variance went; what came is as large as all of the posterior's in the mean.
    let constant = try #require(zip(plain.variance, with.variance).first { $0 != $1 })
    let expected = 2 * mean(plain, own) - Double(constant.0)
    #expect(abs(mean(with, own) - expected) < 1e-3 * expected, "\(mean(with, own)), \(expected)")
    #expect(mean(with, far) / mean(with, own) > 1.2 * mean(plain, far) / mean(plain, own))
    #expect(try fit([[]]).directions == plain.directions)
  }

  @Test("generic text is the same for the same seed, has unit length, and words are no punctuation")
  func generic() throws {
    let table = try Self.table.get()
    for kind in GenericText.allCases {
      let made = try kind.vectors(table, lengths: [1, 5, 40], seed: 3)
      #expect(try made == kind.vectors(table, lengths: [1, 5, 40], seed: 3))
      #expect(try made != kind.vectors(table, lengths: [1, 5, 40], seed: 4))
      #expect(made.count == 3 * table.dimensions)
      for i in 0..<3 {
        let square = made[i * table.dimensions..<(i + 1) * table.dimensions].reduce(0) { $0 + $1 * $1 }
        #expect(abs(square - 1) < 1e-9)
      }
    }
    let tokens = try table.tokens()
    #expect(tokens.count == table.rowCount && tokens.contains("river"))
    #expect(table.vocabulary.id(of: tokens[2000]) == 2000)
  }
}
