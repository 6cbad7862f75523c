import Foundation
import Testing
import Witan
import WitanConstitution

/// Each mistake in a constitution is an error with file, line, column and what to do.
struct ParsingErrorTests {
  private func fault(_ yaml: String) throws -> WitanError {
    let error = #expect(throws: WitanError.self) { try Constitution(yaml: yaml, file: "dir/tiny.yaml") }
    return try #require(error)
  }

  /// The minimal constitution with one part replaced.
  private func changed(_ part: String, _ other: String) throws -> String {
    try #require(TestConstitution.minimal.contains(part))
    return TestConstitution.minimal.replacingOccurrences(of: part, with: other)
  }

  @Test(
    "a mistake in a field",
    arguments: [
      // Keys
      ("title: Tiny rules", "titel: Tiny rules", "3:1", ["'titel' is unknown", "did you mean 'title'?"]),
      ("  who: A", "  whom: A", "7:3", ["'community.whom' is unknown", "did you mean 'who'?"]),
      ("    side:", "    sides:", "16:5", ["'principles[1].sides' is unknown", "did you mean 'side'?"]),
      (
        "language: en", "language: en\nextraordinary: 1", "6:1", ["'extraordinary' is unknown", "witan, id,"]
      ),
      ("rationale: To test the parser.\n", "", "1:1", ["'rationale' is missing"]),
      ("  contact: Nowhere.\n", "", "7:3", ["'community.contact' is missing"]),
      ("    statement: Do not do the first thing.\n", "", "12:5", ["'principles[1].statement' is missing"]),
      // Kinds
      ("title: Tiny rules", "title: [a]", "3:8", ["'title' should be a text"]),
      ("title: Tiny rules", "title: \"  \"", "3:8", ["'title' is empty"]),
      ("witan: 1", "witan: 2", "1:8", ["format '2' is unknown", "witan: 1"]),
      ("id: tiny", "id: Tiny Rules", "2:5", ["'Tiny Rules'", "lower-case"]),
      ("- id: one", "- id: any", "12:9", ["'any'"]),
      ("prohibit", "forbid", "15:13", ["'forbid'", "prohibit, discourage, permit, encourage"]),
      ("side: prompt", "side: both", "16:11", ["'both'", "prompt, response, exchange"]),
      ("[An example text.]", "An example text.", "17:15", ["'principles[1].examples' should be a list"]),
      ("[An example text.]", "[ok, {a: b}]", "17:21", ["'principles[1].examples[2].a' is unknown"]),
      ("[An example text.]", "[ok, '']", "17:20", ["'principles[1].examples[2]' is empty"]),
      ("[An example text.]", "[]", "12:5", ["no texts", "examples"]),
      ("An example text.", "'About {thing}.'", "12:5", ["'{thing}'", "'slots' does not say"]),
    ])
  func field(_ part: String, _ other: String, _ place: String, _ messages: [String]) throws {
    let error = try fault(changed(part, other))
    #expect(error.code == .constitution)
    #expect(error.place == "dir/tiny.yaml:\(place)")
    for message in messages { #expect(error.message.contains(message), "\(error)") }
  }

  @Test(
    "a mistake in the part that says how texts are made",
    arguments: [
      ("{seed: [a]}", "18:17", ["'principles[1].synthesis.seed' is unknown", "did you mean 'seeds'?"]),
      ("{seeds: {form: x.txt}}", "18:25", ["'principles[1].synthesis.seeds.form' is unknown", "'from'"]),
      ("{seeds: {}}", "18:24", ["'principles[1].synthesis.seeds.from' is missing"]),
      ("{seeds: x.txt}", "18:24", ["should be a list"]),
      ("{seeds: {from: /etc/passwd}}", "18:31", ["'/etc/passwd' lies outside"]),
      ("{seeds: {from: ../x.txt}}", "18:31", ["'../x.txt' lies outside"]),
      ("{seeds: {from: a/../../x.txt}}", "18:31", ["lies outside"]),
      ("{seeds: {from: absent.txt}}", "18:31", ["'absent.txt' cannot be read"]),
      ("{frames: [Hello]}", "18:26", ["{text} or {lower}"]),
      ("{frames: Hello}", "18:25", ["should be a list"]),
      ("{slots: [a]}", "18:24", ["'slots' should be a mapping"]),
      ("{slots: {thing: apple}}", "18:32", ["'principles[1].synthesis.slots.thing' should be a list"]),
      ("{slots: {thing: []}}", "18:32", ["'principles[1].synthesis.slots.thing'", "empty"]),
      ("{slots: {thing: ['']}}", "18:33", ["is empty"]),
      ("{slots: {thing: [x]}, seeds: ['{think}']}", "12:5", ["'{think}'", "'slots' does not say"]),
      ("{slots: {thing: [x]}, near_misses: ['{a} {thing}']}", "12:5", ["'{a}'", "'slots' does not say"]),
      ("{pooled: maybe}", "18:25", ["'pooled' should be true or false"]),
      ("[seeds]", "18:16", ["'principles[1].synthesis' should be a mapping"]),
    ])
  func synthesis(_ value: String, _ place: String, _ messages: [String]) throws {
    let error = try fault(TestConstitution.minimal + "    synthesis: \(value)\n")
    #expect(error.code == .constitution)
    #expect(error.place == "dir/tiny.yaml:\(place)")
    for message in messages { #expect(error.message.contains(message), "\(error)") }
  }

  @Test(
    "a number outside its range",
    arguments: [
      ("per_seed: 0", "2:13"), ("per_seed: 5", "2:13"), ("per_seed: many", "2:13"),
      ("per_seed: 2.5", "2:13"), ("per_seed: nan", "2:13"), ("per_negative: 0", "2:17"),
      ("per_negative: 5", "2:17"), ("near_miss_share: -0.1", "2:20"), ("near_miss_share: 0.91", "2:20"),
      ("near_miss_share: 25%", "2:20"), ("near_miss_share: []", "2:20"),
      ("seed_weight: 0", "2:16"), ("seed_weight: 21", "2:16"), ("seed_weight: heavy", "2:16"),
    ])
  func numbers(_ line: String, _ place: String) throws {
    let error = try fault("synthesis:\n  \(line)\n" + TestConstitution.minimal)
    #expect(error.code == .constitution)
    #expect(error.place == "dir/tiny.yaml:\(place)")
    let key = try #require(line.split(separator: ":").first)
    #expect(error.message.contains("'synthesis.\(key)' should be a"), "\(error)")
  }

  @Test("two principles of one name: the second is pointed at")
  func duplicatePrinciple() throws {
    let second = TestConstitution.minimal.split(separator: "principles:\n")[1]
    let error = try fault(TestConstitution.minimal + second)
    #expect(error.place == "dir/tiny.yaml:18:9")
    #expect(error.message.contains("'one' stands twice"))
  }

  @Test("principles that are empty, or no list")
  func noPrinciples() throws {
    let head = TestConstitution.minimal.split(separator: "principles:\n")[0]
    for (value, message) in [("[]", "'principles' is empty"), ("none", "'principles' should be a list")] {
      let error = try fault(head + "principles: \(value)\n")
      #expect(error.place == "dir/tiny.yaml:11:13")
      #expect(error.message.contains(message))
    }
  }

  @Test("each required field that is missing is named")
  func required() throws {
    let lines = TestConstitution.minimal.split(separator: "\n").map { String($0) }
    let top = [(0, "witan"), (1, "id"), (2, "title"), (3, "version"), (4, "language"), (9, "rationale")]
    for (i, key) in top {
      var rest = lines
      rest.remove(at: i)
      #expect(try fault(rest.joined(separator: "\n")).message.contains("'\(key)' is missing"))
    }
    for (i, key) in [(6, "who"), (7, "adopted"), (8, "contact")] {
      var rest = lines
      rest.remove(at: i)
      #expect(try fault(rest.joined(separator: "\n")).message.contains("'community.\(key)' is missing"))
    }
    for (i, key) in [(12, "title"), (13, "statement"), (14, "stance"), (15, "side")] {
      var rest = lines
      rest.remove(at: i)
      #expect(try fault(rest.joined(separator: "\n")).message.contains("'principles[1].\(key)' is missing"))
    }
  }
}
