import Testing
import Witan
import WitanTraining

/// The deletion test, on a model whose logits are known by hand.
struct DeletionEvaluationTests {
  private static func examples(_ texts: [String]) -> [Example] {
    texts.map { Example(text: $0, labels: [:]) }
  }

  @Test("verdicts that rest on one or two words change at these budgets; random words change fewer")
  func budgets() throws {
    let model = try LetterModel.principles()
    // x and the pairs have no weights: 'any' rests on the a's. One stays enough where there are two.
    let e = try DeletionEvaluation(model, Self.examples(["a x x x", "x x", "a a x x", ""]))
    #expect(e.output == "any" && e.texts == 4 && e.flagged == 2 && e.empty == 0)
    #expect(e.rows.map(\.budget) == DeletionEvaluation.budgets)
    #expect(e.rows.map(\.flips) == [1, 2, 2, 1, 1, 2])
    #expect(e.rows.map(\.meanNamed) == [1, 1.5, 1.5, 1, 1, 1.5])
    #expect(e.rows.map(\.meanShare) == [0.25, 0.375, 0.375, 0.25, 0.25, 0.375])
    for row in e.rows { #expect(row.control < Double(row.flips) / 2) }
    #expect(e.rows.contains { $0.control > 0 })

    let json = e.json
    #expect(json["flagged"]?.int == 2 && json["output"]?.string == "any")
    let rows = try #require(json["budgets"]?.array)
    #expect(rows.map { $0["budget"]?.string } == ["1", "3", "5", "10 %", "20 %", "default"])
    #expect(rows[0]["flip_rate"]?.number == 0.5 && rows[1]["share_of_words"]?.number == 0.375)
    let again = try DeletionEvaluation(model, Self.examples(["a x x x", "x x", "a a x x", ""]))
    #expect(again.rows.map(\.control) == e.rows.map(\.control))
  }

  @Test("of a choice the best label counts, and what the empty text is called too is said")
  func choice() throws {
    // Without words the first label is the best: no removal can change that.
    let e = try DeletionEvaluation(LetterModel.choice(), Self.examples(["a", "b", "c"]))
    #expect(e.output == nil && e.flagged == 3 && e.empty == 1)
    #expect(e.rows.allSatisfy { $0.flips == 2 })
    let only = try DeletionEvaluation(LetterModel.choice(), principle: "y", Self.examples(["a", "b", "c"]))
    #expect(only.output == "y" && only.flagged == 1 && only.rows[0].flips == 1 && only.empty == 0)
  }

  @Test("an output that is not there and a set without texts are named; nothing flagged is an answer")
  func edges() throws {
    let model = try LetterModel.principles()
    var error = try #require(
      #expect(throws: WitanError.self) {
        try DeletionEvaluation(model, principle: "s", Self.examples(["a"]))
      })
    #expect(error.message == "the model has no principle 's'; it has p, q, r")
    error = try #require(#expect(throws: WitanError.self) { try DeletionEvaluation(model, []) })
    #expect(error.message == "there are no texts")
    let clean = try DeletionEvaluation(model, Self.examples(["d", "x"]))
    #expect(clean.flagged == 0 && clean.rows.allSatisfy { $0.flips == 0 && $0.control == 0 })
  }
}
