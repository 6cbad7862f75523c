import Testing
import Witan
import WitanTraining

/// One JSON object a line: what each field becomes, and what each mistake says.
struct JSONLReadingTests {
  private func read(_ line: String) throws -> Example {
    let examples = try withFile(line + "\n", name: "x.jsonl") { try ExampleReader.all(path: $0) }
    return try #require(examples.first)
  }

  /// The error of a file whose third line is `line`.
  private func fault(_ line: [UInt8]) throws {
    let good = Array("{\"text\":\"fine\",\"label\":\"a\"}\n\n".utf8)
    _ = try withFile(good + line + [0x0A], name: "x.jsonl") { path in
      do {
        _ = try ExampleReader.all(path: path)
      } catch let error as WitanError {
        #expect(error.code == .data)
        #expect(error.place == "\(path):3")
        throw error
      }
    }
  }

  @Test(
    "a label is one choice, whether text, number or truth value",
    arguments: [
      (#""yes""#, "yes"), ("3", "3"), ("-1", "-1"), ("0.5", "0.5"), ("true", "true"), ("false", "false"),
    ])
  func label(_ json: String, _ expected: String) throws {
    let example = try read(#"{"text":"x","label":"# + json + "}")
    #expect(example == Example(text: "x", labels: [expected: 1], isSingleLabel: true))
  }

  @Test("a list of labels is any number of them")
  func labelList() throws {
    #expect(try read(#"{"text":"x","labels":["a","b"]}"#) == Example(text: "x", labels: ["a": 1, "b": 1]))
    #expect(try read(#"{"text":"x","labels":["a"]}"#) == Example(text: "x", labels: ["a": 1]))
    #expect(try read(#"{"text":"x","labels":[]}"#) == Example(text: "x", labels: [:]))
    #expect(try read(#"{"text":"x"}"#) == Example(text: "x", labels: [:]))
  }

  @Test("an object of labels carries degrees")
  func degrees() throws {
    let example = try read(#"{"text":"x","labels":{"a":0.25,"b":1,"c":0}}"#)
    #expect(example == Example(text: "x", labels: ["a": 0.25, "b": 1, "c": 0]))
  }

  @Test("weight, group, spans and source are taken over; unknown fields are passed over")
  func otherFields() throws {
    let example = try read(
      #"{"text":"xyz","label":"a","weight":0.5,"group":"g","source":"s","id":7,"prompt":"why?","#
        + #""spans":[{"label":"a","start":0,"end":1},{"label":"a","start":2,"end":3}]}"#)
    #expect(
      example
        == Example(
          text: "xyz", labels: ["a": 1], isSingleLabel: true, weight: 0.5, group: "g",
          spans: [Span(label: "a", bytes: 0..<1), Span(label: "a", bytes: 2..<3)], source: "s",
          prompt: "why?"))
  }

  @Test(
    "a field of the wrong kind is an error with file, line and field",
    arguments: [
      (#"{"label":"a"}"#, "\"text\""),
      (#"{"text":5,"label":"a"}"#, "\"text\""),
      (#"["text","x"]"#, "\"text\""),
      (#"{"text":"x","label":{"a":1}}"#, "\"label\""),
      (#"{"text":"x","label":["a"]}"#, "\"label\""),
      (#"{"text":"x","label":null}"#, "\"label\""),
      (#"{"text":"x","labels":"a"}"#, "\"labels\""),
      (#"{"text":"x","labels":["a",1]}"#, "\"labels\""),
      (#"{"text":"x","labels":{"a":1.5}}"#, "\"labels\""),
      (#"{"text":"x","labels":{"a":-0.1}}"#, "\"labels\""),
      (#"{"text":"x","labels":{"a":"b"}}"#, "\"labels\""),
      (#"{"text":"x","weight":-1}"#, "\"weight\""),
      (#"{"text":"x","weight":"2"}"#, "\"weight\""),
      (#"{"text":"x","weight":null}"#, "\"weight\""),
      (#"{"text":"x","label":"a","spans":[[0,1]]}"#, "\"spans[0]\""),
      (#"{"text":"x","label":"a","spans":[{"label":"a","start":0}]}"#, "\"spans[0]\""),
      (#"{"text":"x","label":"a","spans":[{"label":"a","start":0.5,"end":1}]}"#, "\"spans[0]\""),
      (#"{"text":"x","label":"a","spans":[{"label":"a","start":-1,"end":1}]}"#, "\"spans[0]\" is -1..<1"),
      (#"{"text":"x","label":"a","spans":[{"label":"a","start":1,"end":1}]}"#, "\"spans[0]\" is 1..<1"),
      (
        #"{"text":"x","label":"a","spans":[{"label":"a","start":0,"end":2}]}"#,
        "no part of the text's 1 bytes"
      ),
      (#"{"text":"x","label":"a","spans":[{"label":"b","start":0,"end":1}]}"#, "\"spans[0].label\" is 'b'"),
      (#"{"text":"xé","label":"a","spans":[{"label":"a","start":1,"end":2}]}"#, "cuts a character"),
    ])
  func wrongKind(_ line: String, _ field: String) throws {
    let error = #expect(throws: WitanError.self) { try fault(Array(line.utf8)) }
    #expect(error?.message.contains(field) == true, "\(String(describing: error))")
  }

  @Test("a weight that no Float holds is an error, not infinity")
  func hugeWeight() throws {
    let error = #expect(throws: WitanError.self) { try fault(Array(#"{"text":"x","weight":1e39}"#.utf8)) }
    #expect(error?.message.contains("\"weight\"") == true)
  }

  @Test(
    "spans, group and source of another kind are errors, not passed over",
    arguments: [
      (#"{"text":"x","spans":"0-1"}"#, "\"spans\""),
      (#"{"text":"x","spans":{"start":0}}"#, "\"spans\""),
      (#"{"text":"x","group":5}"#, "\"group\""),
      (#"{"text":"x","prompt":["p"]}"#, "\"prompt\""),
      (#"{"text":"x","source":["s"]}"#, "\"source\""),
    ])
  func silentFields(_ line: String, _ field: String) throws {
    let error = #expect(throws: WitanError.self) { try fault(Array(line.utf8)) }
    #expect(error?.message.contains(field) == true)
  }

  @Test(
    "a line that is not JSON is an error with the byte",
    arguments: [
      ("hello", "byte 0"), (#"{"text":"x""#, "byte 11"), (#"{"text":"x"} y"#, "byte 13"),
      (#"{"text":"a","text":"b"}"#, "twice"), (#"{'text':'x'}"#, "byte 1"),
    ])
  func notJSON(_ line: String, _ part: String) throws {
    let error = #expect(throws: WitanError.self) { try fault(Array(line.utf8)) }
    #expect(error?.message.contains("not JSON") == true)
    #expect(error?.message.contains(part) == true, "\(String(describing: error))")
  }

  @Test("invalid UTF-8 is an error with file and line", arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80]])
  func invalidUTF8(_ bytes: [UInt8]) throws {
    let line = Array("{\"text\":\"a".utf8) + bytes + Array("b\"}".utf8)
    let error = #expect(throws: WitanError.self) { try fault(line) }
    #expect(error?.message.contains("UTF-8") == true)
  }

  @Test("lines of white space are passed over")
  func blankLines() throws {
    let content = "\n  \t\n{\"text\":\"x\"}\n\r\n \n{\"text\":\"y\"}\n\n"
    let texts = try withFile(content, name: "x.jsonl") { try ExampleReader.all(path: $0).map(\.text) }
    #expect(texts == ["x", "y"])
  }
}
