import Testing
import Witan
import WitanTraining

/// The short way to a line's text: where it answers, the reader of examples gives the same.
struct TextFieldTests {
  private func short(_ line: String) -> String? {
    var out: [UInt8] = [0x78]
    return Array(line.utf8).withUnsafeBufferPointer { TextField.read($0, into: &out) }
      ? String(decoding: out, as: UTF8.self) : nil
  }

  @Test(
    "usual lines are read",
    arguments: [
      (#"{"text": "plain", "label": "a"}"#, "plain"),
      (#" { "id" : -12.5 , "text" : "x" , "ok":true,"no":false,"nil":null,"zero":0 } "#, "x"),
      (#"{"text":""}"#, ""),
      (#"{"text":"\"\\\/\b\f\n\r\té日本 \u00e9\uD83D\uDE00"}"#, "\"\\/\u{8}\u{C}\n\r\té日本 é😀"),
    ])
  func usual(_ line: String, _ text: String) throws {
    #expect(short(line) == text)
    #expect(try Example(jsonLine: Array(line.utf8)[...], at: "x").text == text)
  }

  @Test(
    "other lines are left to the parser",
    arguments: [
      "", "{}", "[]", #"{"text":1}"#, #"{"label":"a"}"#, #"{"text":"a","text":"b"}"#, #"{"text":"a"} x"#,
      #"{"text":"a","weight":-1}"#, #"{"text":"a","labels":[1]}"#, #"{"text":"a","label":""}"#,
      #"{"text":"a","spans":3}"#, #"{"text":"a","group":7}"#, #"{"text":"\ud800"}"#,
      #"{"text":"a","prompt":"p"}"#, #"{"text":"a\x"}"#,
      #"{"text":"a","n":01}"#, #"{"text":"a","n":1e999}"#, #"{"text":"a","n":1.}"#, #"{"text":"a","n":-}"#,
      #"{"text":"a",}"#, #"{"text" "a"}"#, #"{"text":"a"#, #"{"text":"a\"#, #"{"text":"a\u12"#,
      "{\"text\":\"\t\"}",
      #"{"text":"a","o":{}}"#, #"{"text":tru}"#, #"{"#, #"{"text":"#,
    ])
  func unusual(_ line: String) { #expect(short(line) == nil) }

  @Test("whatever it reads, the reader of examples reads alike")
  func agreement() throws {
    var random = SeededRandom(seed: 77)
    let lines = [
      #"{"text": "some \"quoted\" téxt \u00e9\ud83d\ude00 here", "label": "pos", "n": -10.25, "b": true}"#,
      #"{"id":"7","group":null,"source":"s","text":"x\ny","weight":1.5,"labels":["a","b"]}"#,
    ].map { Array($0.utf8) }
    let bytes = Array(#""{}[]:,\/untfe0123456789-+.E aé"#.utf8) + [0xFF, 0x00, 0x0B, 0x1F]
    var read = 0
    for _ in 0..<60_000 {
      var line = random.pick(lines)
      for _ in 0..<random.below(4) {
        let place = random.below(line.count)
        switch random.below(3) {
        case 0: line[place] = random.pick(bytes)
        case 1: line.insert(random.pick(bytes), at: place)
        default: line.remove(at: place)
        }
      }
      var out: [UInt8] = []
      guard line.withUnsafeBufferPointer({ TextField.read($0, into: &out) }) else { continue }
      read += 1
      let example = try? Example(jsonLine: line[...], at: "x")
      #expect(example.map { Array($0.text.utf8) } == out, "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(read > 5000)
  }
}
