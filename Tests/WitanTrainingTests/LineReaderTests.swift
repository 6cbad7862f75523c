import Foundation
import Testing
import Witan
import WitanTraining

/// How a file is cut into lines.
struct LineReaderTests {
  private func lines(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try withFile(bytes) { path in
      var reader = try LineReader(path: path)
      var out: [[UInt8]] = []
      while let line = try reader.next() {
        out.append(Array(line))
        #expect(reader.lineNumber == out.count)
        #expect(reader.place == "\(path):\(out.count)")
      }
      return out
    }
  }

  @Test(
    "a line ends at \\n or \\r\\n, and only there",
    arguments: [
      ("a\nb\n", ["a", "b"]),
      ("a\r\nb\r\n", ["a", "b"]),
      ("a\nb\r\nc", ["a", "b", "c"]),
      ("no newline at the end", ["no newline at the end"]),
      ("", []),
      ("\n", [""]),
      ("\r\n\r\n", ["", ""]),
      ("a\n\n\nb", ["a", "", "", "b"]),
      ("a\rb\n", ["a\rb"]),
      ("a\r\r\nb", ["a\r", "b"]),
      ("a\u{2028}b\u{85}c\u{0B}d\n", ["a\u{2028}b\u{85}c\u{0B}d"]),
    ])
  func ends(_ content: String, _ expected: [String]) throws {
    #expect(try lines(Array(content.utf8)) == expected.map { Array($0.utf8) })
  }

  @Test(
    "a byte-order mark is dropped at the start of the file only",
    arguments: [
      ("\u{FEFF}a\nb\n", ["a", "b"]),
      ("\u{FEFF}\r\nb", ["", "b"]),
      ("a\n\u{FEFF}b\n", ["a", "\u{FEFF}b"]),
      ("\u{FEFF}\u{FEFF}a", ["\u{FEFF}a"]),
    ])
  func byteOrderMark(_ content: String, _ expected: [String]) throws {
    #expect(try lines(Array(content.utf8)) == expected.map { Array($0.utf8) })
  }

  @Test("bytes that are not UTF-8 pass through as they are")
  func anyBytes() throws {
    #expect(try lines([0xFF, 0x00, 0x0A, 0xC3]) == [[0xFF, 0x00], [0xC3]])
  }

  @Test(
    "a line end on either side of the border between two reads is found",
    arguments: [-3, -2, -1, 0, 1, 2, 3])
  func readBorder(_ shift: Int) throws {
    let read = 1 << 20
    let first = [UInt8](repeating: 0x61, count: read + shift)
    let second = [UInt8](repeating: 0x62, count: read)
    for ends: ([UInt8], [UInt8]) in [([0x0A], [0x0A]), ([0x0D, 0x0A], []), ([0x0D, 0x0A], [0x0D, 0x0A])] {
      let isRight = try lines(first + ends.0 + second + ends.1) == [first, second]
      #expect(isRight, "line ends \(ends)")  // the lines are too long to be printed
    }
  }

  @Test("lines of random lengths come out as a plain split has them")
  func randomLengths() throws {
    let seed: UInt64 = 17
    var random = SeededRandom(seed: seed)
    let lengths = [0, 1, 900, 70_000, 1 << 20, 5 << 19]
    for round in 0..<6 {
      let expected = (0..<12).map { i in
        (0..<random.pick(lengths)).map { UInt8(32 + ($0 &+ i) % 90) }
      }
      let isRight = try lines(expected.flatMap { $0 + [0x0A] }) == expected
      #expect(isRight, "seed \(seed), round \(round)")
    }
  }

  @Test("a line above 64 MiB is refused with file and line")
  func endlessLine() throws {
    try withFile("first\n") { path in
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.truncate(atOffset: 66 << 20)  // sparse: no disk is used
      try handle.close()
      var reader = try LineReader(path: path)
      let first = try reader.next()
      #expect(first == Array("first".utf8)[...])
      let error = #expect(throws: WitanError.self) { try reader.next() }
      #expect(error?.code == .data)
      #expect(error?.place == "\(path):2")
      #expect(error?.message.contains("64 MiB") == true)
    }
  }

  @Test("a missing file is an error that names the path and the reason")
  func missing() throws {
    try withFile("") { path in
      let absent = path + ".absent"
      let error = #expect(throws: WitanError.self) { try LineReader(path: absent) }
      #expect(error?.code == .io)
      #expect(error?.place == absent)
      #expect(error?.description.contains(absent) == true)
      #expect(error?.message.contains("No such file or directory") == true)
    }
  }

  @Test("a folder is an error that names the path and says that it is a folder")
  func folder() throws {
    try withFile("") { path in
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let error = #expect(throws: WitanError.self) { try LineReader(path: folder) }
      #expect(error?.code == .io)
      #expect(error?.place == folder)
      #expect(error?.message.contains("folder") == true)
    }
  }
}
