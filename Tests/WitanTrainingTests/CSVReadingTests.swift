import Testing
import Witan
import WitanTraining

/// Comma-separated values (RFC 4180) with a header.
struct CSVReadingTests {
  private func read(_ content: String) throws -> [Example] {
    try withFile(content, name: "x.csv") { try ExampleReader.all(path: $0) }
  }

  private func single(_ text: String, _ label: String) -> Example {
    Example(text: text, labels: [label: 1], isSingleLabel: true)
  }

  @Test("columns are found by name, in any order and case; others are passed over")
  func columns() throws {
    #expect(
      try read("id,Label,weight,TEXT,group\n7,a,0.5,hello,g\n8,b,,there,\n") == [
        Example(text: "hello", labels: ["a": 1], isSingleLabel: true, weight: 0.5, group: "g"),
        single("there", "b"),
      ])
  }

  @Test("labels are split at bars; an empty cell is no label")
  func labels() throws {
    #expect(
      try read("text,labels\nx,a|b\ny,a\nz,\n") == [
        Example(text: "x", labels: ["a": 1, "b": 1]), Example(text: "y", labels: ["a": 1]),
        Example(text: "z", labels: [:]),
      ])
    #expect(try read("text,label\nx,\n") == [Example(text: "x", labels: [:])])
  }

  @Test(
    "quotes hold commas, doubled quotes and line ends",
    arguments: [
      (#""a,b",y"#, "a,b"),
      (#""say ""hi""",y"#, #"say "hi""#),
      ("\"\"\"\",y", "\""),
      ("\"two\nlines\",y", "two\nlines"),
      ("\"two\r\nlines\",y", "two\nlines"),
      ("\"a\n\n\"\"b\"\"\n\",y", "a\n\n\"b\"\n"),
      ("\"\n\",y", "\n"),
      (#"5" nail,y"#, #"5" nail"#),
      (" spaces stay ,y", " spaces stay "),
      ("\"\",y", ""),
      (",y", ""),
    ])
  func quotes(_ record: String, _ text: String) throws {
    let expected = [single(text, "y"), single("next", "z")]
    #expect(try read("text,label\n" + record + "\nnext,z\n") == expected)
    #expect(try read("text,label\r\n" + record + "\r\nnext,z") == expected)
  }

  @Test("the header may be quoted, and only the header gives no examples")
  func header() throws {
    #expect(try read("\u{FEFF}\"text\",\"label\"\nx,a\n") == [single("x", "a")])
    #expect(try read("text,label\n") == [])
    #expect(try read("text,label\n\nx,a\n\n\ny,b\n\n") == [single("x", "a"), single("y", "b")])
  }

  @Test(
    "each fault is an error with file and line",
    arguments: [
      ("text,label\nx,a\ny,b,c\n", 3, "3 fields"),
      ("text,label\nx\n", 2, "1 fields, the header 2"),
      ("text,label\n\"a\nb\",y\nz\n", 4, "1 fields"),
      ("text,label\nx,a\n\"open,b\nc,d\n", 3, "not closed"),
      ("text,label\n\"a\" b,c\n", 2, "closing quote"),
      ("text,label,weight\nx,a,-1\n", 2, "weight '-1'"),
      ("text,label,weight\nx,a,much\n", 2, "weight 'much'"),
      ("text,label,weight\nx,a,inf\n", 2, "weight 'inf'"),
      ("text,label,weight\nx,a,nan\n", 2, "weight 'nan'"),
      ("text,label,weight\nx,a,1e39\n", 2, "weight '1e39'"),
      ("label,body\nx,a\n", 1, "'text'"),
      ("text,class\nx,a\n", 1, "'label'"),
    ])
  func faults(_ content: String, _ line: Int, _ part: String) throws {
    try withFile(content, name: "x.csv") { path in
      let error = #expect(throws: WitanError.self) { try ExampleReader.all(path: path) }
      #expect(error?.code == .data)
      #expect(error?.place == "\(path):\(line)")
      #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }
  }
}
