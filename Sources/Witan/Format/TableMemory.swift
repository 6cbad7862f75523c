#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Memory of a table whose rows are read in no order, all 0 at first. Where the system has them it asks for pages of
/// 2 MB: with those of 4 kB nearly every row would first cost a walk through the page tables.
struct TableMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  /// Bytes that it takes, whole pages.
  let byteCount: Int

  private static let hugePage = 2 << 20
  private static let line = 64

  /// O(bytes). `deallocate` frees it.
  init(byteCount: Int) {
    let isLarge = byteCount >= Self.hugePage
    let whole = isLarge ? (byteCount + Self.hugePage - 1) / Self.hugePage * Self.hugePage : byteCount
    base = .allocate(byteCount: whole, alignment: isLarge ? Self.hugePage : Self.line)
    self.byteCount = whole
    #if os(Linux)
      // Refused where huge pages are off: then these are pages as any other.
      if isLarge { _ = madvise(base, whole, Int32(MADV_HUGEPAGE)) }
    #endif
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  func deallocate() { base.deallocate() }
}
