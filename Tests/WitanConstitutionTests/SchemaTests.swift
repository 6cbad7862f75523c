import Foundation
import Testing
import Witan
import WitanConstitution

/// The JSON Schema says what the parser does.
struct SchemaTests {
  private static let schema = Result {
    let url = TestConstitution.package.appendingPathComponent("docs/constitution.schema.json")
    return try JSON(parsing: String(contentsOf: url, encoding: .utf8))
  }

  /// The schema of a mapping, by its name in `Constitution.keys`.
  private func mapping(_ name: String) throws -> JSON {
    let schema = try Self.schema.get()
    return try name.isEmpty ? schema : #require(schema["$defs"]?[name], "$defs.\(name)")
  }

  /// A constitution with every field, as JSON, which is YAML.
  private static let full: JSON = [
    "witan": 1, "id": "full", "title": "t", "version": "1", "language": "en", "rationale": "r",
    "community": ["who": "w", "adopted": "a", "contact": "c"],
    "synthesis": ["per_seed": 2, "per_negative": 2, "near_miss_share": 0.5, "seed_weight": 2],
    "principles": [
      [
        "id": "p", "title": "t", "statement": "s", "stance": "prohibit", "side": "exchange", "rationale": "r",
        "tensions": [["with": "w", "text": "t"]], "examples": ["e"], "near_misses": ["n"],
        "synthesis": [
          "seeds": [["prompt": "p", "answer": "a"], "s"], "near_misses": ["m"], "slots": ["x": ["y"]],
          "frames": ["f {text}"],
          "pooled": false,
        ],
      ]
    ],
  ]

  /// Where each mapping stands in `full`.
  private static let places: [String: [String]] = [
    "": [], "community": ["community"], "synthesis": ["synthesis"], "principle": ["principles"],
    "tension": ["principles", "tensions"], "principle.synthesis": ["principles", "synthesis"],
    "exchange": ["principles", "synthesis", "seeds"],
  ]

  /// `json` with the mapping at `place` changed; of a list, its first item.
  private func changed(
    _ json: JSON, at place: ArraySlice<String>, _ change: (inout [String: JSON]) -> Void
  ) throws -> JSON {
    if case .array(var items) = json {
      items[0] = try changed(items[0], at: place, change)
      return .array(items)
    }
    var fields = try #require(json.object)
    if let key = place.first {
      fields[key] = try changed(try #require(fields[key]), at: place.dropFirst(), change)
    } else {
      change(&fields)
    }
    return .object(fields)
  }

  private func error(of json: JSON) -> WitanError? {
    do throws(WitanError) {
      _ = try Constitution(yaml: json.text(), file: "x")
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "each mapping names exactly the keys that the parser knows, with descriptions",
    arguments: Constitution.keys)
  func keys(_ name: String, _ keys: [String]) throws {
    let schema = try mapping(name)
    let properties = try #require(schema["properties"]?.object)
    #expect(properties.keys.sorted() == keys.sorted())
    #expect(schema["additionalProperties"] == .bool(false))
    for (key, property) in properties {
      #expect(property["description"]?.string?.isEmpty == false, "\(key)")
    }
  }

  @Test("the schema has no other mappings, but that of 'from'")
  func noOthers() throws {
    let definitions = try #require(try Self.schema.get()["$defs"]?.object)
    let mappings = definitions.filter { $0.value["properties"] != nil }.keys
    #expect(Set(mappings) == Set(Constitution.keys.keys).subtracting([""]).union(["from"]))
    #expect(definitions["from"]?["properties"]?.object.map { Array($0.keys) } == ["from"])
    #expect(definitions["from"]?["required"] == ["from"])
  }

  @Test("the mappings stand where the parser looks for them")
  func references() throws {
    func reference(_ name: String, _ key: String) throws -> String? {
      let property = try mapping(name)["properties"]?[key]
      return (property?["items"] ?? property)?["$ref"]?.string
    }
    #expect(try reference("", "community") == "#/$defs/community")
    #expect(try reference("", "synthesis") == "#/$defs/synthesis")
    #expect(try reference("", "principles") == "#/$defs/principle")
    #expect(try reference("principle", "tensions") == "#/$defs/tension")
    #expect(try reference("principle", "synthesis") == "#/$defs/principle.synthesis")
    #expect(try reference("principle.synthesis", "seeds") == "#/$defs/texts")
    #expect(try reference("principle.synthesis", "near_misses") == "#/$defs/texts")
  }

  @Test("a field is required exactly when the parser misses it", arguments: Constitution.keys)
  func required(_ name: String, _ keys: [String]) throws {
    #expect(error(of: Self.full) == nil)
    let schema = try mapping(name)
    let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
    let place = try #require(Self.places[name])
    for key in keys {
      let found = error(of: try changed(Self.full, at: place[...]) { $0[key] = nil })
      if required.contains(key) {
        #expect(found?.message.contains("\(key)' is missing") == true, "\(key): \(String(describing: found))")
      } else {
        #expect(found == nil, "\(key)")
      }
    }
  }

  @Test("stances and sides are those of the program")
  func enums() throws {
    let properties = try mapping("principle")["properties"]
    #expect(properties?["stance"]?["enum"] == JSON(Stance.allCases.map(\.rawValue)))
    #expect(properties?["side"]?["enum"] == JSON(Side.allCases.map(\.rawValue)))
    let format = try mapping("")["properties"]?["witan"]?["enum"]
    #expect(format?.array?.contains(.string(Constitution.formatVersion)) == true)
  }

  @Test("numbers have the parser's bounds and defaults")
  func numbers() throws {
    let defaults = try Constitution(yaml: TestConstitution.minimal, file: "x").recipe
    for (key, value, step) in [
      ("per_seed", Double(defaults.perSeed), 1), ("per_negative", Double(defaults.perNegative), 1),
      ("near_miss_share", defaults.nearMissShare, 0.01), ("seed_weight", defaults.seedWeight, 0.01),
    ] {
      let property = try mapping("synthesis")["properties"]?[key]
      let least = try #require(property?["minimum"]?.number)
      let most = try #require(property?["maximum"]?.number)
      #expect(property?["default"]?.number == value)
      for (number, isAllowed) in [(least, true), (most, true), (least - step, false), (most + step, false)] {
        let json = try changed(Self.full, at: ["synthesis"]) { $0[key] = .number(number) }
        #expect((error(of: json) == nil) == isAllowed, "\(key): \(number)")
      }
    }
  }
}
