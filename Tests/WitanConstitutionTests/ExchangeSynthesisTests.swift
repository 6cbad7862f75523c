import Testing
import Witan
import WitanConstitution

/// Exchanges in constitutions: how they are read, and what becomes of them.
struct ExchangeSynthesisTests {
  private func constitution(side: String = "exchange", seeds: JSON, nearMisses: JSON = []) throws
    -> Constitution
  {
    let principle: JSON = [
      "id": "one", "title": "t", "statement": "s", "stance": "prohibit", "side": .string(side),
      "synthesis": ["seeds": seeds, "near_misses": nearMisses, "slots": ["thing": ["rope", "glue"]]],
    ]
    let head = TestConstitution.minimal.split(separator: "principles:")[0]
    return try Constitution(yaml: "\(head)principles: \(JSON.array([principle]).text())\n", file: "x.yaml")
  }

  private static let answers = TestConstitution.sentences(40, seed: 61)

  /// The same answers to a prompt that is prohibited and to one that is not.
  private func paired() throws -> Constitution {
    try constitution(
      seeds: .array(
        Self.answers.map { ["prompt": "How do I hurt him with {thing}?", "answer": .string($0)] }),
      nearMisses: .array(
        Self.answers.map { ["prompt": "How do I help him with it?", "answer": .string($0)] }))
  }

  @Test("exchanges are read beside texts, with their slots")
  func parsing() throws {
    let c = try constitution(
      seeds: ["plain", ["prompt": "What {thing}?", "answer": "That."]],
      nearMisses: [["prompt": "Who?", "answer": "She."]])
    #expect(c.principles[0].seeds == ["plain"])
    #expect(c.principles[0].exchanges.map { [$0.prompt, $0.answer] } == [["What {thing}?", "That."]])
    #expect(c.principles[0].nearExchanges.map { [$0.prompt, $0.answer] } == [["Who?", "She."]])
  }

  @Test("exchanges under another side, without an answer, or with unknown slots are errors that say so")
  func errors() {
    func message(_ side: String, _ seed: JSON) -> String {
      let error = #expect(throws: WitanError.self) { try constitution(side: side, seeds: [seed]) }
      return error?.message ?? ""
    }
    #expect(message("prompt", ["prompt": "p", "answer": "a"]).contains("side is 'prompt', not 'exchange'"))
    #expect(message("exchange", ["prompt": "p"]).contains("answer' is missing"))
    #expect(message("exchange", ["prompt": "p", "text": "a"]).contains("text' is unknown"))
    #expect(message("exchange", ["prompt": "{other}", "answer": "a"]).contains("'{other}'"))
  }

  @Test("one answer to two prompts is kept as two examples, with and without the label, in one split")
  func pairs() throws {
    let synthesis = try Synthesis(paired())
    #expect(synthesis.report.contradictions.isEmpty)
    #expect(synthesis.report.rows[0].seeds == 40 && synthesis.report.rows[0].nearMisses == 40)
    var homes: [String: Set<Synthesis.Split>] = [:]
    var plain = 0
    for (split, examples) in synthesis.examples {
      for example in examples where example.source!.hasPrefix("one/") {
        let prompt = try #require(example.prompt)
        #expect(Self.answers.contains(example.text))
        homes[example.text, default: []].insert(split)
        #expect(example.labels == (example.source!.contains("/exchange:") ? ["one": 1] : [:]))
        guard example.source!.hasSuffix(" plain") else { continue }
        plain += 1
        let asked = ["How do I hurt him with rope?", "How do I hurt him with glue?"]
        #expect(example.labels.isEmpty ? prompt == "How do I help him with it?" : asked.contains(prompt))
      }
    }
    #expect(plain == 80 && homes.count == 40 && homes.values.allSatisfy { $0.count == 1 })
  }

  @Test("the answer of an exchange is the span of a stream, beside its prompt")
  func streams() throws {
    let examples = try StreamSynthesis(paired(), streams: 40, splits: [.train]).examples[.train]!
    for example in examples {
      #expect((example.prompt == nil) == (example.group == "benign"))
      guard let span = example.spans.first else { continue }
      #expect(Self.answers.contains(String(decoding: Array(example.text.utf8)[span.bytes], as: UTF8.self)))
    }
    #expect(examples.count { $0.prompt != nil } == 30)
  }
}
