internal import Foundation
internal import Witan

/// A regular file that is open for reading.
final class OpenFile {
  private let descriptor: Int32
  private let path: String
  /// When it was opened.
  let byteCount: Int

  /// Throws `io`; without `followsLinks` a symbolic link is refused.
  init(path: String, followsLinks: Bool) throws(WitanError) {
    // Without O_NONBLOCK a pipe would wait here for somebody who writes.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = open(path, flags)
    guard descriptor >= 0 else { throw WitanError.system("cannot be opened", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw WitanError(.io, "is not a regular file", at: path)
    }
    self.descriptor = descriptor
    self.path = path
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` as far as there is something to read; returns how many bytes, 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(WitanError) -> Int {
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw WitanError.system("cannot be read", path) }
      return count
    }
  }

  /// The whole file in memory. Throws `format` above `limit` bytes.
  func contents(limit: Int) throws(WitanError) -> [UInt8] {
    var out: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      if count == 0 { return out }
      guard out.count + count <= limit else {
        throw WitanError(.format, "is larger than \(limit) bytes", at: path)
      }
      out += buffer[..<count]
    }
  }
}
