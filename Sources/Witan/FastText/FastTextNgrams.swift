/// The hashes of runs of 2 to `wordNgrams` words: each run goes on with every word that comes.
struct FastTextNgrams {
  private let limit: Int  // runs that can be open: wordNgrams - 1
  private let open: UnsafeMutablePointer<UInt64>  // oldest first
  private var count = 0

  init(_ arguments: FastTextArguments) {
    limit = max(0, arguments.wordNgrams - 1)
    open = .allocate(capacity: max(1, limit))
  }

  func deallocate() { open.deallocate() }

  mutating func reset() { count = 0 }

  /// Calls `body` with the hash of each run that ends in this word.
  @inline(__always)
  mutating func push(_ hash: UInt32, _ body: (UInt64) -> Void) {
    guard limit > 0 else { return }
    for i in 0..<count {
      open[i] = Self.extended(open[i], hash)
      body(open[i])
    }
    if count == limit {
      for i in 1..<count { open[i - 1] = open[i] }
      count -= 1
    }
    open[count] = Self.signExtended(hash)
    count += 1
  }

  /// The same hashes, but the word is not taken in.
  func peek(_ hash: UInt32, _ body: (UInt64) -> Void) {
    for i in 0..<count { body(Self.extended(open[i], hash)) }
  }

  @inline(__always)
  private static func extended(_ run: UInt64, _ hash: UInt32) -> UInt64 {
    run &* 116_049_371 &+ signExtended(hash)
  }

  /// fastText keeps word hashes in signed integers, so half of them grow 32 leading ones.
  @inline(__always)
  private static func signExtended(_ hash: UInt32) -> UInt64 {
    UInt64(bitPattern: Int64(Int32(bitPattern: hash)))
  }
}
