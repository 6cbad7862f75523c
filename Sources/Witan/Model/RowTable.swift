package import CKernels

/// The rows of a classifier where they lie in its file, and how to add them up: int8 or 4-bit codes, one
/// row for each bucket or for those that were kept. A bucket without a row adds nothing.
///
/// It points into memory that the classifier owns.
package struct RowTable {
  /// [rows x columns] int8, or [rows x (columns + 1) / 2] pairs of codes; readable for WITAN_LANES bytes
  /// past the end.
  package let rows: UnsafeRawPointer
  package let columns: Int
  package let bits: Int
  /// What the codes of the last column stand for, in weighted 4-bit tables. [16]
  package let squares: UnsafePointer<Int8>?
  /// Which buckets have a row, in pruned tables. [buckets / 32]
  package let kept: UnsafePointer<witan_kept>?

  package init(
    rows: UnsafeRawPointer, columns: Int, bits: Int, squares: UnsafePointer<Int8>?,
    kept: UnsafePointer<witan_kept>?
  ) {
    (self.rows, self.columns, self.bits) = (rows, columns, bits)
    (self.squares, self.kept) = (squares, kept)
  }

  /// The same for kernels.
  package var kernel: witan_table {
    witan_table(rows: rows, width: columns, bits: UInt32(bits), squares: squares, kept: kept)
  }

  @inline(__always)
  func add(_ ids: UnsafeBufferPointer<UInt32>, to sums: UnsafeMutablePointer<Int32>) {
    if bits == 8, kept == nil {
      witan_rows_add(
        sums, rows.assumingMemoryBound(to: Int8.self), columns, ids.baseAddress!, ids.count)
    } else {
      addCompressed(ids, to: sums)
    }
  }

  /// Has the rows of `ids` fetched that will be added soon.
  @inline(__always)
  func prefetch(_ ids: UnsafeBufferPointer<UInt32>) {
    if ids.isEmpty { return }
    let bytes = bits == 8 ? columns : (columns + 1) / 2
    withKept(ids) { ids, count in
      for i in 0..<count { witan_prefetch(rows + Int(ids[i]) * bytes, bytes) }
    }
  }

  @inline(__always)
  func subtract(_ ids: UnsafeBufferPointer<UInt32>, from sums: UnsafeMutablePointer<Int32>) {
    withKept(ids) { ids, count in
      if bits == 8 {
        witan_rows_subtract(sums, rows.assumingMemoryBound(to: Int8.self), columns, ids, count)
      } else {
        witan_rows_subtract4(sums, rows.assumingMemoryBound(to: UInt8.self), columns, squares, ids, count)
      }
    }
  }

  @inline(never)
  private func addCompressed(_ ids: UnsafeBufferPointer<UInt32>, to sums: UnsafeMutablePointer<Int32>) {
    withKept(ids) { ids, count in
      if bits == 8 {
        witan_rows_add(sums, rows.assumingMemoryBound(to: Int8.self), columns, ids, count)
      } else {
        witan_rows_add4(sums, rows.assumingMemoryBound(to: UInt8.self), columns, squares, ids, count)
      }
    }
  }

  /// The rows of `ids` that are there, in runs.
  @inline(__always)
  private func withKept(
    _ ids: UnsafeBufferPointer<UInt32>, _ body: (UnsafePointer<UInt32>, Int) -> Void
  ) {
    guard let kept else { return body(ids.baseAddress!, ids.count) }
    let run = 256
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: run) { found in  // 1 KB, on the stack
      for start in stride(from: 0, to: ids.count, by: run) {
        let count = witan_rows_kept(
          kept, ids.baseAddress! + start, min(run, ids.count - start), found.baseAddress!)
        body(found.baseAddress!, count)
      }
    }
  }

  /// The value that bucket `id` adds to `column`.
  package subscript(_ id: Int, _ column: Int) -> Int32 {
    let bucket = UInt32(id)
    var row = bucket
    if let kept, withUnsafePointer(to: bucket, { witan_rows_kept(kept, $0, 1, &row) }) == 0 { return 0 }
    if bits == 8 { return Int32(rows.load(fromByteOffset: Int(row) * columns + column, as: Int8.self)) }
    let pair = rows.load(fromByteOffset: Int(row) * ((columns + 1) / 2) + column / 2, as: UInt8.self)
    let code = Int32(column % 2 == 0 ? pair & 15 : pair >> 4)
    if let squares, column == columns - 1 { return Int32(squares[Int(code)]) }
    return RowCode.value(code)
  }
}

/// The codes of 4-bit tables: values on a curve, with fine steps where most weights are.
package enum RowCode {
  /// The largest value of a code that compression writes.
  package static let largest: Float = 63
  /// The code of 0.
  package static let zero: UInt8 = 8

  /// u * (|u| + 2) for u = code - 8.
  package static func value(_ code: Int32) -> Int32 {
    let u = code - 8
    return u * (abs(u) + 2)
  }

  /// The code 1...15 whose value is nearest to `value`; the one nearer to 0 of two.
  package static func nearest(_ value: Float) -> UInt8 {
    // Between u and u + 1 the middle of the values is u * u + 3 u + 1.5.
    let magnitude = value.magnitude
    var u: UInt8 = 0
    while u < 7, magnitude > Float(u) * Float(u) + 3 * Float(u) + 1.5 { u += 1 }
    return value < 0 ? zero - u : zero + u
  }
}
