#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A file mapped read-only. The kernel pages it in as it is read and shares it between processes.
///
/// Who replaces a model that is in use must write a new file and rename it: a file that shrinks
/// while it is mapped ends the process.
package final class MappedFile: @unchecked Sendable {  // read-only after init
  package let bytes: UnsafeRawBufferPointer
  private let owned: Bool
  /// Of memory that somebody else has mapped: told when nothing uses it any more. Set before it is shared.
  package var onRelease: (() -> Void)?
  private let borrowed: Bool

  /// Maps the file at `path`. Throws `io`.
  package init(path: String) throws(WitanError) {
    let (descriptor, size) = try Self.open(path)
    defer { close(descriptor) }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw WitanError.system("cannot be mapped", path)
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
    (owned, borrowed) = (false, false)
  }

  /// Reads the file at `path` into memory of its own: what is written to the file later does not reach it, as
  /// it may reach a mapping. Throws `io`, and `format` when it is empty. O(bytes).
  package init(reading path: String) throws(WitanError) {
    let (descriptor, size) = try Self.open(path)
    defer { close(descriptor) }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    var done = 0
    while done < size {
      let count = read(descriptor, copy.baseAddress! + done, size - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error =
          count < 0
          ? WitanError.system("cannot be read", path)
          : WitanError(.io, "became shorter while it was read", at: path)
        copy.deallocate()
        throw error
      }
      done += count
    }
    bytes = UnsafeRawBufferPointer(copy)
    (owned, borrowed) = (true, false)
  }

  /// Opens a regular file that is not empty.
  private static func open(_ path: String) throws(WitanError) -> (descriptor: Int32, size: Int) {
    let descriptor = openReadOnly(path)
    guard descriptor >= 0 else { throw WitanError.system("cannot be opened", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = WitanError.system("cannot be examined", path)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      close(descriptor)
      throw status.st_mode & S_IFMT == S_IFREG
        ? WitanError(.format, "is empty; a model file is expected here", at: path)
        : WitanError(.io, "is not a regular file; name a model file", at: path)
    }
    return (descriptor, Int(status.st_size))
  }

  /// Uses memory that its owner keeps until `onRelease` is called.
  package init(borrowing source: UnsafeRawBufferPointer) {
    bytes = source
    (owned, borrowed) = (false, true)
  }

  /// Copies bytes that are in memory already.
  package init(copying source: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, source.count), alignment: 64)
    copy.copyBytes(from: source)
    bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(copy)[..<source.count])
    (owned, borrowed) = (true, false)
  }

  /// Lets go of the pages of a mapped file that are in memory; what is read again comes back from the file.
  package func letGo() {
    guard !owned, !borrowed, let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base), bytes.count, Int32(MADV_DONTNEED))
  }

  deinit {
    if borrowed {
      onRelease?()
      return
    }
    guard let base = bytes.baseAddress else { return }
    if owned {
      UnsafeMutableRawPointer(mutating: base).deallocate()
    } else {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}

private func openReadOnly(_ path: String) -> Int32 { open(path, O_RDONLY | O_CLOEXEC) }

extension WitanError {
  /// An `io` error with the system's reason (errno).
  package static func system(_ what: String, _ path: String) -> WitanError {
    WitanError(.io, "\(what): \(String(cString: strerror(errno)))", at: path)
  }
}
