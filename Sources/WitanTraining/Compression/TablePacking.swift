internal import Witan

/// A table as the file stores it: the rows that are kept, as int8 or as 4-bit codes.
struct TablePacking {
  let spec: TableSpec
  private(set) var rows: [Int8] = []
  private(set) var kept: [UInt8] = []
  private(set) var scale: [Float]
  private(set) var squares: [Int8] = []

  /// Rows of zeros go when the map of the others costs less. O(10 x weights).
  init(_ table: CompressibleTable, bits: Int) throws(WitanError) {
    let whole = try TableSpec(bits: bits)
    let rowBytes = whole.rowBytes(columns: table.width)
    var buckets = table.nonEmpty
    if buckets.isEmpty { buckets = [0] }
    scale = table.scale
    if buckets.count * rowBytes + table.buckets / 8 < table.buckets * rowBytes {
      spec = try TableSpec(bits: bits, keptRows: buckets.count)
      kept = [UInt8](repeating: 0, count: table.buckets / 8)
      for b in buckets { kept[b / 8] |= 1 << UInt8(b % 8) }
    } else {
      spec = whole
      buckets = Array(0..<table.buckets)
    }
    if bits == 8 {
      rows.reserveCapacity(buckets.count * rowBytes)
      for b in buckets { for j in 0..<table.width { rows.append(table[b, j]) } }
    } else {
      encode(table, buckets, rowBytes)
    }
  }

  private mutating func encode(_ table: CompressibleTable, _ buckets: [Int], _ rowBytes: Int) {
    var bytes = [UInt8](repeating: 0, count: buckets.count * rowBytes)
    func put(_ j: Int, _ codes: [UInt8]) {
      for (i, code) in codes.enumerated() {
        bytes[i * rowBytes + j / 2] |= j % 2 == 0 ? code : code << 4
      }
    }
    for j in 0..<table.columns {
      let step = Self.bestStep(buckets.map { Float(table[$0, j]) }.filter { $0 != 0 })
      let inverse = step > 0 ? 1 / step : 0
      put(j, buckets.map { RowCode.nearest(Float(table[$0, j]) * inverse) })
      scale[j] *= step
    }
    if table.isWeighted {
      let levels = SquareLevels(buckets.map { (Int(table[$0, table.columns]), table.counts?[$0] ?? 1) })
      squares = levels.values
      put(table.columns, buckets.map { levels.nearest(Int(table[$0, table.columns])) })
    } else if table.width % 2 == 1 {
      put(table.width, buckets.map { _ in RowCode.zero })
    }
    rows = bytes.map { Int8(bitPattern: $0) }
  }

  /// The step that loses least (mean square), among clipping points from the largest weight down.
  private static func bestStep(_ column: [Float]) -> Float {
    let largest = column.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return 0 }
    let sample = stride(from: 0, to: column.count, by: max(1, column.count >> 15)).map { column[$0] }
    var best = (error: Float.infinity, step: largest / RowCode.largest)
    for twentieth in stride(from: 20, through: 1, by: -1) {
      let candidate = largest * Float(twentieth) / 20 / RowCode.largest
      let error = sample.reduce(Float(0)) { sum, w in
        let d = w - Float(RowCode.value(Int32(RowCode.nearest(w / candidate)))) * candidate
        return sum + d * d
      }
      if error < best.error { best = (error, candidate) }
    }
    return best.step
  }
}
