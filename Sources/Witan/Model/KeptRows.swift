package import CKernels

/// Which buckets of a pruned table have a row, with the counts that lead from a bucket to its row: a look
/// at 8 bytes and a popcount. One bit a bucket in the file, two in memory.
package final class KeptRows: @unchecked Sendable {  // immutable after init
  package let words: UnsafeMutablePointer<witan_kept>  // [buckets / 32]
  /// Buckets that have a row.
  package let count: Int

  /// `bits` has a bit for each bucket, the lowest first. [buckets / 8] O(buckets)
  package init(_ bits: UnsafeRawBufferPointer) {
    let wordCount = bits.count / 4
    words = .allocate(capacity: wordCount)
    var before: UInt32 = 0
    for i in 0..<wordCount {
      let word = UInt32(littleEndian: bits.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
      words[i] = witan_kept(bits: word, before: before)
      before += UInt32(word.nonzeroBitCount)
    }
    count = Int(before)
  }

  deinit { words.deallocate() }
}
