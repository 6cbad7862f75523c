import Foundation
import Testing
import Witan
import WitanConstitution

/// Policies as files: places of mistakes, the guide, the schema, and the examples.
struct PolicyYAMLTests {
  private static let minimal = """
    witan_policy: 1
    id: tiny
    title: Tiny
    version: 1.0
    missing: hold
    owner:
      who: We
      adopted: By vote
      contact: Nowhere
    members:
      - name: one
      - name: "2"
    floor:
      objects: hold
    layers:
      - name: house
        combine: {quorum: 2}
        objects: hold
        rules:
          - {when: one/bad, then: ask}
    """

  @Test("numbers are numbers where they count, and words where they name")
  func numbers() throws {
    let policy = try Policy(yaml: Self.minimal, file: "x")
    #expect(policy.version == "1.0" && policy.members.map(\.name) == ["one", "2"])
    #expect(policy.layers[0].combination == .quorum(2))
  }

  @Test(
    "a mistake has file, line and column",
    arguments: [
      ("title: Tiny", "titel: Tiny", "3:1", ["'titel' is unknown", "did you mean 'title'?"]),
      ("title: Tiny\n", "", "1:1", ["'title' is missing"]),
      ("  contact: Nowhere\n", "", "7:3", ["'owner.contact' is missing"]),
      (
        "then: ask", "then: aks", "20:31",
        ["'layers[1].rules[1].then' is 'aks'", "did you mean 'ask'?"]
      ),
      (
        "one/bad", "[one/bad, oen/bad]", "20:26",
        ["'layers[1].rules[1].when[2]'", "did you mean 'one'?"]
      ),
      ("quorum: 2", "quorum: 3", "17:23", ["from 1 to 2"]),
      ("quorum: 2", "quorum: two", "17:23", ["whole number"]),
      (
        "quorum: 2", "quorun: 2", "17:15",
        ["'layers[1].combine.quorun' is unknown", "did you mean 'quorum'?"]
      ),
      ("    objects: hold\n", "    objects: hold\n    objects: ask\n", "18:5", ["stands twice"]),
      ("title: Tiny", "title: [Tiny", "5:1", ["not YAML"]),
      ("title: Tiny", "title: Tiny\n? [a, b]\n: c", "4:3", ["the file has a key that is no word"]),
      ("quorum: 2", "quorum: 2, '': 3", "17:26", ["'layers[1].combine' has a key that is no word"]),
      ("title: Tiny", "title:", "3:7", ["'title' is missing"]),
    ])
  func mistake(_ part: String, _ other: String, _ place: String, _ messages: [String]) throws {
    try #require(Self.minimal.contains(part))
    let yaml = Self.minimal.replacingOccurrences(of: part, with: other)
    let found = #expect(throws: WitanError.self) { try Policy(yaml: yaml, file: "dir/p.yaml") }
    let error = try #require(found)
    #expect(error.code == .invalidValue)
    #expect(error.place.hasPrefix("dir/p.yaml:"), "\(error)")
    if messages != ["not YAML"], messages != ["stands twice"] {
      #expect(error.place == "dir/p.yaml:\(place)", "\(error)")
    }
    for message in messages { #expect(error.message.contains(message), "\(error)") }
  }

  @Test("no file, an empty one, and one that anchors make large")
  func files() throws {
    #expect(throws: WitanError.self) { try Policy(path: "/no/such/policy.yaml") }
    let empty = #expect(throws: WitanError.self) { try Policy(yaml: "", file: "x") }
    #expect(empty?.message.contains("is empty") == true)
    var bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for (name, last) in zip("bcdefgh", "abcdefg") {
      bomb +=
        "\(name): &\(name) [\(Array(repeating: "*\(last)", count: 10).joined(separator: ", "))]\n"
    }
    #expect(throws: WitanError.self) { try Policy(yaml: bomb, file: "x") }
  }

  private static let docs = TestConstitution.package.appendingPathComponent("docs")

  @Test("the guide explains every key, and its examples are a policy and the settings of its user")
  func guide() throws {
    let text = try String(
      contentsOf: Self.docs.appendingPathComponent("policy.md"), encoding: .utf8)
    for (name, keys) in Policy.keys {
      for key in keys {
        #expect(text.contains("`\(key)") || text.contains("{\(key)"), "\(key) of '\(name)'")
      }
    }
    let blocks = text.matches(of: /(?s)```yaml\n(.*?)```/).map { String($0.output.1) }
    let policy = try Policy(yaml: #require(blocks.first), file: "guide")
    #expect(policy.layers.map(\.name) == ["house"] && policy.roles.map(\.name) == ["committee"])
    let user = try policy.userLayer(yaml: #require(blocks.last), file: "settings")
    #expect(user.relax == ["house": .annotate] && user.layer?.rules.count == 1)
    for action in GuardAction.allCases { #expect(text.contains("| `\(action.rawValue)` | ")) }
    for outcome in PolicyOutcome.allCases { #expect(text.contains("| `\(outcome.rawValue)` | ")) }
  }

  @Test(
    "the schema names exactly the keys that the parser knows, with descriptions",
    arguments: Policy.keys)
  func schema(_ name: String, _ keys: [String]) throws {
    let url = Self.docs.appendingPathComponent("policy.schema.json")
    let schema = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    let mapping = try name.isEmpty ? schema : #require(schema["$defs"]?[name], "$defs.\(name)")
    let properties = try #require(mapping["properties"]?.object)
    #expect(properties.keys.sorted() == keys.sorted(), "\(name)")
    #expect(mapping["additionalProperties"] == .bool(false))
    for (key, property) in properties {
      #expect(property["description"]?.string?.isEmpty == false, "\(key)")
    }
    #expect(schema["$defs"]?["action"]?["enum"] == JSON(GuardAction.allCases.map(\.rawValue)))
  }

  @Test("the schema takes exactly the debounces that the parser takes")
  func debounces() throws {
    let url = Self.docs.appendingPathComponent("policy.schema.json")
    let schema = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    let options = try #require(schema["$defs"]?["debounce"]?["oneOf"]?.array)
    #expect(options[0]["minimum"] == 1 && options[0]["maximum"] == 64)
    let pattern = try Regex(#require(options[1]["pattern"]?.string))
    var texts = ["", "/", "3/", "/3", "1/2/3", "+2/+4", "2/+4", "+2", "-1", "2 /4", "two"]
    for k in 0...66 {
      texts.append("\(k)")
      for m in Set([1, 5, 9, 10, 19, 20, 58, 59, 60, 63, 64, 65, 99, k - 1, k, k + 1]) where m >= 0 {
        texts.append("\(k)/\(m)")
      }
    }
    var taken = 0
    for text in texts {
      let yaml = Self.minimal.replacing("then: ask", with: "then: ask, debounce: '\(text)'")
      let isTaken = (try? Policy(yaml: yaml, file: "x")) != nil
      #expect(try (pattern.firstMatch(in: text) != nil) == isTaken, "\(text)")
      taken += isTaken ? 1 : 0
    }
    #expect(taken > 300 && taken < texts.count - 300, "\(taken) of \(texts.count)")
  }

  /// The principles of a shipped constitution and their stances.
  private func stances(_ id: String) throws -> [String: Stance] {
    let url = TestConstitution.package.appendingPathComponent("models/\(id)/constitution.yaml")
    let principles = try Constitution(path: url.path).principles
    return Dictionary(uniqueKeysWithValues: principles.map { ($0.id, $0.stance) })
  }

  @Test(
    "the examples name principles that the shipped constitutions have, and exempt by those that permit",
    arguments: ["school-library", "open-forum", "companion-app"])
  func examples(_ name: String) throws {
    let url = TestConstitution.package.appendingPathComponent("policies/\(name).yaml")
    let policy = try Policy(path: url.path)
    #expect(
      policy.id == name && !policy.rationale.isEmpty && policy.owner.adopted.hasPrefix("By nobody.")
    )
    var stances: [String: [String: Stance]] = [:]
    for member in policy.members { stances[member.name] = try self.stances(member.constitution) }
    for layer in [policy.floor] + policy.layers {
      for signal in layer.rules.flatMap(\.signals) {
        #expect(stances[signal.member]?[signal.principle] != nil, "\(signal.name)")
      }
      for signal in layer.exemptions + layer.rules.flatMap(\.exemptions) {
        let stance = stances[signal.member]?[signal.principle]
        #expect(stance == .permit || stance == .encourage, "\(signal.name)")
      }
    }
    for paragraph in policy.explanation { #expect(paragraph.hasSuffix(".")) }
  }
}
