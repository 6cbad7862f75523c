internal import CKernels

/// The rows of a fastText model, in whichever form its file has them. Pointers are into the file,
/// need not be aligned, and are checked before a value of this type is made.
enum FastTextMatrix {
  /// float32, as trained. [rows x dimension]
  case floats(UnsafeRawPointer, rows: Int)
  /// As `fasttext quantize` writes them.
  case quantized(ProductQuantizer)
  /// As `witan convert` writes them.
  case bytes(FastTextByteRows)

  var rowCount: Int {
    switch self {
    case .floats(_, let rows): rows
    case .quantized(let q): q.rowCount
    case .bytes(let b): b.rowCount
    }
  }

  /// sum += each of the rows `ids`, in this order. [sum: dimension]; O(ids x dimension).
  func add(_ ids: UnsafeBufferPointer<Int32>, into sum: UnsafeMutablePointer<Float>, dimension: Int) {
    switch self {
    case .floats(let base, _):
      for id in ids { Self.add(base + Int(id) * dimension * 4, into: sum, dimension) }
    case .quantized(let q):
      for id in ids { q.add(Int(id), into: sum) }
    case .bytes(let b):
      for id in ids { b.add(Int(id), into: sum) }
    }
  }

  @inline(__always)
  private static func add(_ row: UnsafeRawPointer, into sum: UnsafeMutablePointer<Float>, _ count: Int) {
    typealias Lanes = SIMD8<Float>
    let raw = UnsafeMutableRawPointer(sum)
    var j = 0
    while j + 8 <= count {
      let total =
        raw.loadUnaligned(fromByteOffset: 4 * j, as: Lanes.self)
        + row.loadUnaligned(fromByteOffset: 4 * j, as: Lanes.self)
      raw.storeBytes(of: total, toByteOffset: 4 * j, as: Lanes.self)
      j += 8
    }
    while j < count {
      sum[j] += row.loadUnaligned(fromByteOffset: 4 * j, as: Float.self)
      j += 1
    }
  }

  /// Asks for a row that will be added soon: those of large tables are in no cache.
  @inline(__always)
  func prefetch(_ id: Int32, dimension: Int) {
    switch self {
    case .floats(let base, _): witan_prefetch(base + Int(id) * dimension * 4, dimension * 4)
    case .quantized: break  // short codes
    case .bytes(let b): b.prefetch(Int(id))
    }
  }

  /// The product of row `id` and `vector`, summed from the first number to the last as fastText does.
  func product(_ id: Int, _ vector: UnsafePointer<Float>, dimension: Int) -> Float {
    switch self {
    case .floats(let base, _):
      let row = base + id * dimension * 4
      var sum: Float = 0
      for j in 0..<dimension { sum += row.loadUnaligned(fromByteOffset: 4 * j, as: Float.self) * vector[j] }
      return sum
    case .quantized(let q): return q.product(id, vector)
    case .bytes(let b):
      return withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { row in
        row.initialize(repeating: 0)
        b.add(id, into: row.baseAddress!)
        return (0..<dimension).reduce(Float(0)) { $0 + row[$1] * vector[$1] }
      }
    }
  }

  /// out[i] = row i times `vector`, for all rows. O(rows x dimension).
  func products(
    _ vector: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, dimension: Int
  ) {
    var first = 0
    if case .floats(let base, let rows) = self {
      // Four rows at once: each sum in order, the four independent.
      while first + 4 <= rows {
        var sums = SIMD4<Float>()
        let row = base + first * dimension * 4
        for j in 0..<dimension {
          let column = SIMD4(
            row.loadUnaligned(fromByteOffset: 4 * j, as: Float.self),
            row.loadUnaligned(fromByteOffset: 4 * (j + dimension), as: Float.self),
            row.loadUnaligned(fromByteOffset: 4 * (j + 2 * dimension), as: Float.self),
            row.loadUnaligned(fromByteOffset: 4 * (j + 3 * dimension), as: Float.self))
          sums += column * vector[j]
        }
        for i in 0..<4 { out[first + i] = sums[i] }
        first += 4
      }
    }
    for i in first..<rowCount { out[i] = product(i, vector, dimension: dimension) }
  }

  /// Row `id` as floats. [dimension]
  func row(_ id: Int, dimension: Int) -> [Float] {
    var out = [Float](repeating: 0, count: dimension)
    out.withUnsafeMutableBufferPointer { out in
      withUnsafePointer(to: Int32(id)) {
        add(UnsafeBufferPointer(start: $0, count: 1), into: out.baseAddress!, dimension: dimension)
      }
    }
    return out
  }
}

/// int8 rows with a scale each; rows that are zero need not be stored.
struct FastTextByteRows {
  let dimension: Int
  /// Rows that may be asked for, stored or not.
  let rowCount: Int
  let rows: UnsafeRawPointer  // int8 [stored x dimension]
  let scales: UnsafeRawPointer  // float32 [stored]
  let places: UnsafeRawPointer?  // int32 [rowCount]: where a row is stored, -1 for a row of zeros

  /// Where row `id` is stored; nil for a row of zeros.
  @inline(__always)
  private func place(_ id: Int) -> Int? {
    guard let places else { return id }
    let place = Int32(littleEndian: places.loadUnaligned(fromByteOffset: 4 * id, as: Int32.self))
    return place < 0 ? nil : Int(place)
  }

  func add(_ id: Int, into sum: UnsafeMutablePointer<Float>) {
    guard let place = place(id) else { return }
    let row = (rows + place * dimension).assumingMemoryBound(to: Int8.self)
    let scale = scales.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
    witan_scaled_row_add(sum, row, dimension, scale)
  }

  func prefetch(_ id: Int) {
    guard let place = place(id) else { return }
    witan_prefetch(rows + place * dimension, dimension)
    witan_prefetch(scales + 4 * place, 4)
  }
}
