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
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WitanError.system("cannot be opened", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw WitanError.system("cannot be examined", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WitanError(.io, "is not a regular file; name a model file", at: path)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      throw WitanError(.format, "is empty; a model file is expected here", at: path)
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw WitanError.system("cannot be mapped", path)
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
    (owned, borrowed) = (false, false)
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

extension WitanError {
  /// An `io` error with the system's reason (errno).
  package static func system(_ what: String, _ path: String) -> WitanError {
    WitanError(.io, "\(what): \(String(cString: strerror(errno)))", at: path)
  }
}
