import Foundation
import Testing
import Witan
import WitanTraining

/// The three formats, how they are told apart, and fastText.
struct ExampleReaderTests {
  private func single(_ text: String, _ label: String) -> Example {
    Example(text: text, labels: [label: 1], isSingleLabel: true)
  }

  @Test(
    "the same examples are read from all three formats",
    arguments: [
      (DataFormat.jsonl, #"{"text":"good day","label":"a"}"# + "\n" + #"{"label":"b","text":"bad day"}"#),
      (DataFormat.csv, "text,label\ngood day,a\nbad day,b\n"),
      (DataFormat.fastText, "__label__a good day\n__label__b bad day\n"),
    ])
  func formats(_ format: DataFormat, _ content: String) throws {
    let expected = [single("good day", "a"), single("bad day", "b")]
    let (given, told, guess) = try withFile(content) { path in
      (
        try ExampleReader.all(path: path, format: format), try ExampleReader.all(path: path),
        try ExampleReader(path: path).format
      )
    }
    #expect(given == expected)
    #expect(told == expected)
    #expect(guess == format)
  }

  @Test(
    "the name tells the format before the first line does",
    arguments: [
      ("x.csv", "{,text,label\n", DataFormat.csv),
      ("x.jsonl", "__label__a x\n", DataFormat.jsonl),
      ("x.json", "text,label\n", DataFormat.jsonl),
      ("x.txt", "  {\"text\":\"x\"}\n", DataFormat.jsonl),
      ("x.txt", "\u{FEFF}{\"text\":\"x\"}\n", DataFormat.jsonl),
      ("x", "\t__label__a x\n", DataFormat.fastText),
      ("x", "text,label\n", DataFormat.csv),
    ])
  func guessing(_ name: String, _ content: String, _ expected: DataFormat) throws {
    let format = try withFile(content, name: name) { try ExampleReader(path: $0).format }
    #expect(format == expected)
  }

  @Test("a format that is given overrides the name")
  func given() throws {
    let examples = try withFile("__label__a hello\n", name: "x.csv") {
      try ExampleReader.all(path: $0, format: .fastText)
    }
    #expect(examples == [single("hello", "a")])
  }

  @Test("a fastText line may have several labels, anywhere in it, and none")
  func fastTextLabels() throws {
    let content = """
      __label__a __label__b two labels
      one __label__c in the middle

      none at all
      \t __label__a   wide\t spaces\u{20}
      """
    let examples = try withFile(content) { try ExampleReader.all(path: $0) }
    #expect(
      examples == [
        Example(text: "two labels", labels: ["a": 1, "b": 1]),
        single("one in the middle", "c"),
        Example(text: "none at all", labels: [:]),
        single("wide spaces", "a"),
      ])
  }

  @Test("a fastText label without a name is an error with file and line")
  func fastTextNameless() throws {
    try withFile("__label__a x\n\n__label__ y\n") { path in
      let error = #expect(throws: WitanError.self) { try ExampleReader.all(path: path) }
      #expect(error?.code == .data)
      #expect(error?.place == "\(path):3")
      #expect(error?.message.contains("__label__") == true)
    }
  }

  @Test("an empty file is an error that names it", arguments: DataFormat.allCases)
  func empty(_ format: DataFormat) throws {
    try withFile("") { path in
      let error = #expect(throws: WitanError.self) { try ExampleReader(path: path, format: format) }
      #expect(error?.code == .data)
      #expect(error?.place == path)
      #expect(error?.message.contains("empty") == true)
    }
  }

  @Test("a missing file is an error that names it")
  func missing() throws {
    try withFile("") { path in
      let error = #expect(throws: WitanError.self) { try ExampleReader(path: path + ".absent") }
      #expect(error?.code == .io)
      #expect(error?.place == path + ".absent")
    }
  }

  @Test("an example that is written as JSON is read back as it was")
  func roundTrip() throws {
    let examples = [
      single("quotes \" and \\ and\nlines, ünïcode 日本 \u{1F600}", "a"),
      Example(text: "", labels: [:], weight: 0),
      Example(
        text: "soft", labels: ["a": 0.25, "b": 1], weight: 2.5, group: "g",
        spans: [Span(label: "a", bytes: 0..<2), Span(label: "b", bytes: 3..<4)], source: "s:1",
        prompt: "which\nprompt?"),
      Example(text: "two", labels: ["a": 1, "b": 1]),
    ]
    let content = examples.map { $0.json.text() }.joined(separator: "\n")
    let read = try withFile(content, name: "x.jsonl") { try ExampleReader.all(path: $0) }
    #expect(read == examples)
  }
}
