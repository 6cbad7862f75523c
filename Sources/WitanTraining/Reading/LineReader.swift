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

  private let file: File
  private var buffer: [UInt8] = []
  private var start = 0
  private var searched = 0  // no line ends before this place
  private var isAtEnd = false

  /// A descriptor that is closed with its last owner.
  private final class File: @unchecked Sendable {  // immutable
    let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }
  }

  /// Opens the file at `path`; `-` is standard input. Throws `io`.
  package init(path: String) throws(WitanError) {
    name = path == "-" ? "standard input" : path
    guard path != "-" else {
      file = File(STDIN_FILENO)
      return
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw WitanError(.io, "is a folder; name a file", at: path)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WitanError.system("cannot be opened", path) }
    file = File(descriptor)
  }

  /// The bytes of the next line, or nil at the end. Throws `io` or `data`.
  package mutating func next() throws(WitanError) -> ArraySlice<UInt8>? {
    while true {
      if let line = whole() { return line }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return line(start..<buffer.count)
      }
      guard buffer.count - start <= Self.maximumLine else {
        throw WitanError(
          .data, "is longer than 64 MiB; is this a text file?", at: "\(name):\(lineNumber + 1)")
      }
      try fill()
    }
  }

  /// The next lines: those that are there already, up to about `bytes`, at least one; none at the end.
  /// Waits for input only when not one whole line is there. Throws as `next`.
  package mutating func nextBatch(bytes: Int) throws(WitanError) -> [ArraySlice<UInt8>] {
    guard let first = try next() else { return [] }
    var lines = [first]
    let limit = start - first.count + bytes
    while start < limit, let line = whole() { lines.append(line) }
    return lines
  }

  /// The next line if it is there with its end.
  private mutating func whole() -> ArraySlice<UInt8>? {
    let from = max(start, searched)
    let end = buffer.withUnsafeBytes { bytes -> Int? in
      guard from < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + from, 0x0A, bytes.count - from)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
    guard let end else {
      searched = buffer.count
      return nil
    }
    defer { start = end + 1 }
    return line(start..<end)
  }

  /// Reads what comes next behind the lines that were not taken yet.
  private mutating func fill() throws(WitanError) {
    let kept = buffer.count - start
    let room = max(Self.readSize, min(kept, Self.maximumLine - kept))  // doubled: long lines take O(bytes)
    var next: [UInt8] = []  // lines given out keep the old bytes
    next.reserveCapacity(kept + room)
    next += buffer[start...]
    next += repeatElement(0, count: room)
    var count: Int
    repeat {
      count = next.withUnsafeMutableBytes { read(file.descriptor, $0.baseAddress! + kept, $0.count - kept) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw WitanError.system("cannot be read", name) }
    next.removeLast(next.count - kept - count)
    isAtEnd = count == 0
    searched -= start
    (buffer, start) = (next, 0)
  }

  private static let readSize = 1 << 20

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
