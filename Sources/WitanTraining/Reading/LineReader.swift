internal import Foundation
package import Witan

/// Reads a file or standard input line by line in constant memory.
///
/// Lines end with `\n`; a `\r` before it is dropped; a byte-order mark at the start is skipped.
package struct LineReader {
  /// A longer line is refused: nothing that is one text is longer.
  package static let maximumLine = 64 << 20

  package let name: String
  /// Number of the line that `next` returned last, from 1.
  package private(set) var lineNumber = 0

  private let handle: FileHandle
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// Opens the file at `path`; `-` is standard input. Throws `io`.
  package init(path: String) throws(WitanError) {
    name = path == "-" ? "standard input" : path
    guard path != "-" else {
      handle = .standardInput
      return
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw WitanError(.io, "is a folder; name a file", at: path)
    }
    guard let opened = FileHandle(forReadingAtPath: path) else {
      throw WitanError.system("cannot be opened", path)
    }
    handle = opened
  }

  /// The bytes of the next line, or nil at the end. Throws `io` or `data`.
  package mutating func next() throws(WitanError) -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return line(start..<end)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return line(start..<buffer.count)
      }
      guard buffer.count - start <= Self.maximumLine else {
        throw WitanError(
          .data, "is longer than 64 MiB; is this a text file?", at: "\(name):\(lineNumber + 1)")
      }
      searched = buffer.count - start
      buffer.removeSubrange(..<start)
      start = 0
      do {
        let more = try handle.read(upToCount: 1 << 20) ?? Data()
        isAtEnd = more.isEmpty
        buffer += more
      } catch {
        throw WitanError(.io, "cannot be read: \(error.localizedDescription)", at: name)
      }
    }
  }

  private mutating func line(_ range: Range<Int>) -> ArraySlice<UInt8> {
    lineNumber += 1
    var range = range
    if lineNumber == 1, buffer[range].starts(with: [0xEF, 0xBB, 0xBF]) {
      range = range.lowerBound + 3..<range.upperBound
    }
    if !range.isEmpty, buffer[range.upperBound - 1] == 0x0D {
      range = range.lowerBound..<range.upperBound - 1
    }
    return buffer[range]
  }

  /// `name:line` of the line returned last.
  package var place: String { "\(name):\(lineNumber)" }
}
