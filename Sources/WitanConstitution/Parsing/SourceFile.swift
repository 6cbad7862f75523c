internal import Foundation
internal import Witan

/// Files that people write: constitutions, their texts, policies.
enum SourceFile {
  private static let most = 64 << 20

  /// The file as it is; a pipe is read to its end. Throws `io`, and `constitution` for one above 64 MiB.
  static func bytes(_ path: String) throws(WitanError) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WitanError.system("cannot be read", path) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw WitanError(.io, "is a folder; name a file", at: path)
    }
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw WitanError.system("cannot be read", path) }
      if count == 0 { return data }
      data += chunk[..<count]
      guard data.count <= most else { throw WitanError(.constitution, "is larger than 64 MiB", at: path) }
    }
  }

  /// The bytes of the file, without a byte-order mark. Throws as `bytes`.
  static func read(_ path: String) throws(WitanError) -> [UInt8] { unmarked(try bytes(path)) }

  private static func unmarked(_ data: Data) -> [UInt8] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]  // a byte-order mark is no text
    return Array(data.starts(with: mark) ? data.dropFirst(3) : data)
  }

  /// The file as text. Throws as `read`, and `format` for one that is not UTF-8.
  static func text(_ path: String) throws(WitanError) -> String {
    try text(bytes(path), path)
  }

  /// The same of bytes that `bytes` gave.
  static func text(_ data: Data, _ path: String) throws(WitanError) -> String {
    guard let text = String(validating: unmarked(data), as: UTF8.self) else {
      throw WitanError(.format, "is not valid UTF-8", at: path)
    }
    return text
  }
}
