import Foundation
import Testing
import Witan
import WitanConstitution

/// Mistakes of the file as a whole: not YAML, not UTF-8, not there.
struct ParsingFileErrorTests {
  private func fault(_ yaml: String) throws -> WitanError {
    let error = #expect(throws: WitanError.self) { try Constitution(yaml: yaml, file: "tiny.yaml") }
    return try #require(error)
  }

  @Test(
    "what is not YAML is an error with line and column",
    arguments: [
      ("witan: 1\nid: [a\ntitle: x\n", "3:"), ("witan: 1\n\tid: a\n", "2:1"), ("a: b: c\n", "1:5"),
      ("witan: 1\nid: \"a\n", "3:1"), ("id: &x 1\ntitle: *y\n", "2:8"),
    ])
  func notYAML(_ yaml: String, _ place: String) throws {
    let error = try fault(yaml)
    #expect(error.code == .constitution)
    #expect(error.message.contains("not YAML"))
    #expect(error.place.hasPrefix("tiny.yaml:\(place)"), "\(error)")
  }

  @Test(
    "a key that stands twice is an error with line and column",
    arguments: [
      ("title: Tiny rules\n", "title: Tiny rules\ntitle: Again\n", "title"),
      ("    side: prompt\n", "    side: prompt\n    side: prompt\n", "side"),
    ])
  func duplicateKey(_ part: String, _ other: String, _ key: String) throws {
    let error = try fault(TestConstitution.minimal.replacingOccurrences(of: part, with: other))
    #expect(error.code == .constitution)
    #expect(error.message.contains("'\(key)'") || error.message.contains(".\(key)'"), "\(error)")
    let parts = error.place.split(separator: ":")
    #expect(parts.count == 3, "the place is '\(error.place)'")
  }

  @Test("a control character is an error with line and column")
  func controlCharacter() throws {
    let error = try fault(TestConstitution.minimal.replacingOccurrences(of: "Tiny", with: "Ti\u{1}ny"))
    #expect(error.code == .constitution)
    #expect(error.place.split(separator: ":").count == 3, "the place is '\(error.place)'")
    #expect(!error.message.contains("\n"), "\(error.message)")
  }

  @Test("an empty file is an error that says so", arguments: ["", "\n", "# only a comment\n"])
  func empty(_ yaml: String) throws {
    let error = try fault(yaml)
    #expect(error.code == .constitution)
    #expect(error.place.hasPrefix("tiny.yaml"))
    #expect(error.message.contains("empty"), "\(error)")
  }

  @Test("a file that is a list or a word is an error", arguments: ["- a\n- b\n", "constitution\n"])
  func noMapping(_ yaml: String) throws {
    let error = try fault(yaml)
    #expect(error.place == "tiny.yaml:1:1")
    #expect(error.message.contains("mapping"))
  }

  @Test("a file that is not UTF-8 is an error that names it")
  func notUTF8() throws {
    try withFolder(["c.yaml": Array("title: Gr".utf8) + [0xFC] + Array("n\n".utf8)]) { folder in
      let path = folder.appendingPathComponent("c.yaml").path
      let error = #expect(throws: WitanError.self) { try Constitution(path: path) }
      #expect(error?.code == .constitution)
      #expect(error?.place == path)
      #expect(error?.message.contains("UTF-8") == true)
    }
  }

  @Test("a missing file is an error that names it and the reason")
  func missing() throws {
    try withFolder([:]) { folder in
      let path = folder.appendingPathComponent("absent.yaml").path
      let error = #expect(throws: WitanError.self) { try Constitution(path: path) }
      #expect(error?.code == .io)
      #expect(error?.place == path)
      #expect(error?.message.contains("No such file or directory") == true, "\(String(describing: error))")
    }
  }

  @Test(
    "a file of texts that is missing, empty or not UTF-8 is pointed at from the YAML",
    arguments: [
      ("absent.txt", "cannot be read: No such file or directory"), ("folder", "is a folder; name a file"),
      ("empty.txt", "has no texts"), ("comments.txt", "has no texts"), ("latin.txt", "UTF-8"),
    ])
  func texts(_ name: String, _ message: String) throws {
    let files: [String: [UInt8]] = [
      "c.yaml": Array((TestConstitution.minimal + "    synthesis: {seeds: {from: \(name)}}\n").utf8),
      "folder/x.txt": Array("x".utf8), "empty.txt": [], "comments.txt": Array("# one\n\n  # two\n".utf8),
      "latin.txt": [0x61, 0xFC, 0x0A],
    ]
    try withFolder(files) { folder in
      let path = folder.appendingPathComponent("c.yaml").path
      let error = #expect(throws: WitanError.self) { try Constitution(path: path) }
      #expect(error?.code == .constitution)
      #expect(error?.place == "\(path):18:31")
      #expect(error?.message.contains("'\(name)'") == true)
      #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }
  }
}
