internal import CKernels

/// The tables of several classifiers as one: the row of a bucket is that of the first, then that of the second,
/// and so on, so that one pass over the features of a text sums for all of them. A copy, int8 throughout; a bucket
/// has a row when one of them has it, and 0 for those that have none.
final class FusedTable: @unchecked Sendable {  // immutable after init
  let log2Buckets: Int
  /// The first column of each classifier.
  let firstColumns: [Int]
  /// Bytes of a row.
  let columns: Int
  private let memory: TableMemory
  private let kept: KeptRows?
  let byteCount: Int

  /// Bytes of a cache line.
  private static let line = 64

  /// `tables` with 2^`log2Buckets` buckets each. O(buckets x columns)
  init(_ tables: [RowTable], log2Buckets: Int) {
    self.log2Buckets = log2Buckets
    var width = 0
    firstColumns = tables.map { table in
      defer { width += table.columns }
      return width
    }
    let buckets = 1 << log2Buckets
    let bits = Self.union(tables, buckets: buckets)
    kept = bits.map { bits in bits.withUnsafeBytes { KeptRows($0) } }
    let rowCount = kept?.count ?? buckets
    // Rows that begin with a cache line touch fewer of them, where that costs little.
    let aligned = (width + Self.line - 1) / Self.line * Self.line
    columns = aligned - width <= width / 8 ? aligned : width
    memory = TableMemory(byteCount: rowCount * columns + Self.line)
    byteCount = memory.byteCount + (kept == nil ? 0 : buckets / 4)
    var row = memory.base.assumingMemoryBound(to: Int8.self)
    for bucket in 0..<buckets {
      if let bits, bits[bucket / 8] >> UInt8(bucket % 8) & 1 == 0 { continue }
      for (table, first) in zip(tables, firstColumns) { table.copyRow(bucket, to: row + first) }
      row += columns
    }
  }

  deinit { memory.deallocate() }

  /// What streams add.
  var table: RowTable {
    RowTable(
      rows: UnsafeRawPointer(memory.base), columns: columns, bits: 8, squares: nil,
      kept: kept.map { UnsafePointer($0.words) })
  }

  /// A bit for each bucket that a table has a row for; nil when so many have one that looking it up does not pay.
  private static func union(_ tables: [RowTable], buckets: Int) -> [UInt8]? {
    var bits = [UInt8](repeating: 0, count: buckets / 8)
    for table in tables {
      guard let kept = table.kept else { return nil }
      for word in 0..<buckets / 32 {
        for byte in 0..<4 {
          bits[4 * word + byte] |= UInt8(truncatingIfNeeded: kept[word].bits >> UInt32(8 * byte))
        }
      }
    }
    let count = bits.reduce(0) { $0 + $1.nonzeroBitCount }
    return count > buckets / 8 * 7 ? nil : bits
  }
}

extension RowTable {
  /// Writes the values of a bucket's row; nothing when it has none. [row: columns]
  fileprivate func copyRow(_ bucket: Int, to row: UnsafeMutablePointer<Int8>) {
    var index = bucket
    if let kept {
      let word = kept[bucket / 32]
      let bit = UInt32(bucket % 32)
      guard word.bits >> bit & 1 == 1 else { return }
      index = Int(word.before) + (word.bits & (1 << bit - 1)).nonzeroBitCount
    }
    if bits == 8 {
      UnsafeMutableRawPointer(row).copyMemory(from: rows + index * columns, byteCount: columns)
    } else {
      // Codes stand for -80...63, squares for int8: they fit.
      for j in 0..<columns { row[j] = Int8(truncatingIfNeeded: self[bucket, j]) }
    }
  }
}
