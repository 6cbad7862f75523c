internal import Foundation
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

/// Sixteen whole numbers that stand for the squared weights 0...127: 0 for itself, the others where they
/// lose least (mean square), found exactly by dynamic programming over the 127 values.
struct SquareLevels {
  let values: [Int8]  // [16] rising; the last repeats when fewer are needed

  /// `weighed`: squared weights with how much each counts. O(n + 15 x 127^2).
  init(_ weighed: [(square: Int, count: Float)]) {
    // Sums up to each value of counts, of values, of squares.
    var n = [Double](repeating: 0, count: 128)
    for (square, count) in weighed where square > 0 { n[square] += Double(count) + 1e-3 }
    let (zeroth, first, second) = (Self.sums(n, 0), Self.sums(n, 1), Self.sums(n, 2))
    /// Loss of one level for the values above `a` up to `b`.
    func loss(_ a: Int, _ b: Int) -> Double {
      let mass = zeroth[b] - zeroth[a]
      guard mass > 0 else { return 0 }
      let mean = (first[b] - first[a]) / mass
      return max(0, second[b] - second[a] - mean * (first[b] - first[a]))
    }
    var least = (0...127).map { loss(0, $0) }
    var cuts: [[Int]] = [[Int](repeating: 0, count: 128)]
    for _ in 1..<15 {
      var (next, cut) = (least, [Int](repeating: 0, count: 128))
      for b in 0...127 {
        for a in 0...b {
          let total = least[a] + loss(a, b)
          if a == 0 || total < next[b] { (next[b], cut[b]) = (total, a) }
        }
      }
      least = next
      cuts.append(cut)
    }
    var levels: Set<Int> = []
    var b = 127
    for cut in cuts.reversed() {
      let a = cut[b]
      let mass = zeroth[b] - zeroth[a]
      if mass > 0 { levels.insert(Int(((first[b] - first[a]) / mass).rounded())) }
      b = a
    }
    var rising = [0] + levels.sorted()
    while rising.count < 16 { rising.append(rising.last!) }
    values = rising.map { Int8($0) }
  }

  /// The code of the nearest level; 0 for 0 alone.
  func nearest(_ square: Int) -> UInt8 {
    guard square > 0 else { return 0 }
    let codes = values.indices.dropFirst()
    return UInt8(codes.min { abs(Int(values[$0]) - square) < abs(Int(values[$1]) - square) }!)
  }

  private static func sums(_ n: [Double], _ power: Int) -> [Double] {
    var total = 0.0
    return n.enumerated().map { value, count in
      total += count * pow(Double(value), Double(power))
      return total
    }
  }
}
