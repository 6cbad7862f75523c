/// From the hash of a subword or word n-gram to its row, nil when the row was pruned away.
struct FastTextBuckets {
  private let wordCount: Int
  private let buckets: UInt64
  /// 2^64 / buckets, rounded up: remainders by multiplication (Lemire, Kaser and Kurz 2019).
  private let inverse: UInt64
  /// Kept buckets and the row of each, less `wordCount`; nil when nothing was pruned.
  let pruned: [Int32: Int32]?

  init(_ arguments: FastTextArguments, wordCount: Int, pruned: [Int32: Int32]?) {
    self.wordCount = wordCount
    self.pruned = pruned
    buckets = UInt64(max(1, arguments.buckets))
    inverse = (UInt64.max / buckets) &+ 1
  }

  @inline(__always)
  func row(of hash: UInt32) -> Int32? {
    // With one bucket the inverse wraps to 0, and so does the remainder, as it must.
    row(at: (inverse &* UInt64(hash)).multipliedFullWidth(by: buckets).high)
  }

  @inline(__always)
  func row(of hash: UInt64) -> Int32? { row(at: hash % buckets) }

  @inline(__always)
  private func row(at bucket: UInt64) -> Int32? {
    guard let pruned else { return Int32(truncatingIfNeeded: UInt64(wordCount) &+ bucket) }
    guard let kept = pruned[Int32(truncatingIfNeeded: bucket)] else { return nil }
    return Int32(truncatingIfNeeded: wordCount) &+ kept
  }
}
