internal import Foundation
internal import Witan

/// Files that people write: constitutions, their texts, policies.
enum SourceFile {
  /// The bytes of the file, without a byte-order mark. Throws `io`, and `constitution` for one above 64 MiB.
  static func read(_ path: String) throws(WitanError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw WitanError.system("cannot be read", path)
    }
    guard data.count <= 64 << 20 else {
      throw WitanError(.constitution, "is larger than 64 MiB", at: path)
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]  // a byte-order mark is no text
    return Array(data.starts(with: mark) ? data.dropFirst(3) : data)
  }

  /// The file as text. Throws as `read`, and `format` for one that is not UTF-8.
  static func text(_ path: String) throws(WitanError) -> String {
    guard let text = String(validating: try read(path), as: UTF8.self) else {
      throw WitanError(.format, "is not valid UTF-8", at: path)
    }
    return text
  }
}
