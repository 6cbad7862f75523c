internal import CHandles
internal import Witan

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What the models of one program share: tables of word-piece vectors, by digest.
final class ContextHandle: Handled, @unchecked Sendable {  // `tables` only under the lock
  static var kind: UInt32 { 1 }

  private var tables: [String: StaticEmbeddings] = [:]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func add(_ table: StaticEmbeddings) { withLock { tables[table.digest] = table } }

  /// The table that a model names.
  func table(_ digest: String) -> StaticEmbeddings? { withLock { tables[digest] } }

  private func withLock<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }
}
