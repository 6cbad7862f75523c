import Foundation
import Testing
import Witan

struct JSONTests {
  @Test(
    "valid texts parse",
    arguments: [
      ("null", JSON.null), (" true ", JSON.bool(true)), ("-0.5e2", JSON.number(-50)), ("[]", JSON.array([])),
      ("{}", JSON.object([:])),
      (#""a\u00e9\n\ud83d\ude00\/""#, JSON.string("aé\n😀/")),
      (#"{"a":[1,{"b":null}]}"#, JSON.object(["a": .array([1, .object(["b": .null])])])),
      (#""\ud800x""#, JSON.string("\u{FFFD}x")),
    ] as [(String, JSON)])
  func parses(_ text: String, _ value: JSON) throws { #expect(try JSON(parsing: text) == value) }

  @Test(
    "invalid texts are errors with the place",
    arguments: [
      ("", "byte 0"), ("{", "byte 1"), ("[1,]", "byte 3"), ("{\"a\":1,}", "byte 7"), ("01", "byte 0"),
      ("1.", "byte 2"), ("nul", "byte 0"), ("\"a", "not closed"), ("\"\\x\"", "no escape"), ("1 2", "byte 2"),
      ("{\"a\":1,\"a\":2}", "stands twice"), ("\"\u{1}\"", "control character"), ("1e999", "out of range"),
      (String(repeating: "[", count: 100), "64 levels"),
    ])
  func refuses(_ text: String, _ part: String) {
    let error = #expect(throws: WitanError.self) { try JSON(parsing: text) }
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test("what is written reads back, and equals Foundation's reading")
  func roundTrip() throws {
    var random = SeededRandom(seed: 13)
    func value(_ depth: Int) -> JSON {
      switch random.below(depth > 3 ? 4 : 6) {
      case 0: return .null
      case 1: return .bool(random.below(2) == 0)
      case 2: return .number((random.unit() - 0.5) * pow(10, Double(random.below(20))))
      case 3: return .string(String(decoding: TestModel.randomText(&random, length: 12), as: UTF8.self))
      case 4: return .array((0..<random.below(4)).map { _ in value(depth + 1) })
      default:
        return .object(
          Dictionary((0..<random.below(4)).map { ("k\($0)", value(depth + 1)) }, uniquingKeysWith: { $1 }))
      }
    }
    for _ in 0..<300 {
      let json = value(0)
      for indent in [false, true] {
        #expect(try JSON(parsing: json.text(indent: indent)) == json)
      }
      let theirs = try JSONSerialization.jsonObject(
        with: Data(json.text().utf8), options: .fragmentsAllowed)
      let again = try JSONSerialization.data(withJSONObject: theirs, options: .fragmentsAllowed)
      #expect(try JSON(parsing: String(decoding: again, as: UTF8.self)) == json)
    }
  }

  @Test("members of one object are listed in order, canonically equivalent and equal keys too")
  func listing() throws {
    let text = #"{"a": {"b": {"é": 1, "e\u0301": {"b": 2}, "é": 3}, "c": {"b": 4}}, "b": [{"a": 5}]}"#
    var members: [(key: String, value: JSON)] = []
    let rest = try Array(text.utf8).withUnsafeBufferPointer {
      try JSON(parsing: $0, listing: ["a", "b"], into: &members)
    }
    #expect(members.map { Array($0.key.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81], [0xC3, 0xA9]])
    #expect(members.map(\.value) == [1, ["b": 2], 3])
    #expect(rest == ["a": ["b": [:], "c": ["b": 4]], "b": [["a": 5]]])
    #expect(throws: WitanError.self) { try JSON(parsing: text) }
  }
}
