internal import Crypto
internal import Foundation
public import Witan

/// The SHA-256 of a file or of bytes in memory (FIPS 180-4).
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]  // [32]

  /// The digest of bytes in memory.
  public init(of content: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bufferPointer: content)
    bytes = Array(hash.finalize())
  }

  /// The digest of the file at `path`, read a megabyte at a time. Throws `io` when it is no regular file or
  /// cannot be read; a symbolic link is followed only when `followsLinks`. O(1) memory.
  public init(file path: String, followsLinks: Bool = true) throws(WitanError) {
    let file = try OpenFile(path: path, followsLinks: followsLinks)
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    bytes = Array(hash.finalize())
  }

  /// The digest of several digests one after the other.
  init(joining digests: some Sequence<ContentDigest>) {
    var hash = SHA256()
    for digest in digests { hash.update(data: digest.bytes) }
    bytes = Array(hash.finalize())
  }

  /// Reads 64 hexadecimal digits in lower case; nil for anything else.
  public init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes.append(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): bytes.append(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    self.bytes = stride(from: 0, to: 64, by: 2).map { bytes[$0] << 4 | bytes[$0 + 1] }
  }

  /// 64 hexadecimal digits.
  public var hex: String { bytes.map { String(format: "%02x", $0) }.joined() }

  public var description: String { "sha256:" + hex }
}
