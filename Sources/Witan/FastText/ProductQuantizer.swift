/// Rows cut into short parts, each replaced by the nearest of 256 centroids (Jegou, Douze and Schmid
/// 2011); optionally the rows' lengths are quantised apart.
struct ProductQuantizer {
  static let centroidsPerPart = 256

  let dimension: Int
  let rowCount: Int
  private let partWidth: Int
  private let partCount: Int
  private let centroids: [Float]  // [parts x 256 x width of the part]
  private let codes: UnsafeRawBufferPointer  // [rows x parts]
  private let lengthCodes: UnsafeRawBufferPointer?  // [rows]
  private let lengths: [Float]  // [256], empty without lengthCodes

  /// Reads a quantised matrix with rows of `dimension`. Throws `format`, naming the field in `name`.
  init(_ cursor: inout ByteCursor, dimension: Int, _ name: String) throws(WitanError) {
    let hasLengths = try cursor.flag("\(name).qnorm")
    rowCount = try cursor.int64("\(name).rows")
    let columns = try cursor.int64("\(name).columns")
    guard columns == dimension else {
      throw WitanError(.format, "is \(columns), but dim is \(dimension)", at: "\(name).columns")
    }
    let codeCount = try cursor.int32("\(name).codesize")
    codes = try cursor.take(codeCount, "\(name).codes")
    (partCount, partWidth, centroids) = try Self.parts(&cursor, dimension: dimension, "\(name).pq")
    let (needed, overflow) = rowCount.multipliedReportingOverflow(by: partCount)
    guard !overflow, rowCount >= 0, needed == codeCount else {
      throw WitanError(
        .format, "is \(codeCount), but \(rowCount) rows of \(partCount) parts need another number",
        at: "\(name).codesize")
    }
    lengthCodes = hasLengths ? try cursor.take(rowCount, "\(name).norm_codes") : nil
    lengths = hasLengths ? try Self.parts(&cursor, dimension: 1, "\(name).npq").centroids : []
    self.dimension = dimension
  }

  private static func parts(
    _ cursor: inout ByteCursor, dimension: Int, _ name: String
  ) throws(WitanError) -> (count: Int, width: Int, centroids: [Float]) {
    let given = try cursor.int32("\(name).dim")
    let count = try cursor.int32("\(name).nsubq")
    let width = try cursor.int32("\(name).dsub")
    let lastWidth = try cursor.int32("\(name).lastdsub")
    guard given == dimension else {
      throw WitanError(.format, "is \(given), not \(dimension)", at: "\(name).dim")
    }
    guard width >= 1, width <= dimension, count == (dimension + width - 1) / width,
      lastWidth == dimension - (count - 1) * width
    else {
      throw WitanError(
        .format, "\(count) parts of \(width), the last of \(lastWidth), do not make \(dimension)",
        at: "\(name).nsubq")
    }
    let raw = try cursor.take(dimension, by: centroidsPerPart, size: 4, "\(name).centroids")
    let centroids = (0..<dimension * centroidsPerPart).map {
      Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
    return (count, width, centroids)
  }

  /// Calls `body` for each part of a row: where it begins, its centroid and its width.
  @inline(__always)
  private func forEachPart(_ row: Int, _ body: (Int, UnsafePointer<Float>, Int) -> Void) {
    let code = codes.baseAddress! + row * partCount
    centroids.withUnsafeBufferPointer { centroids in
      let base = centroids.baseAddress!
      for part in 0..<partCount - 1 {
        let index = Int(code.load(fromByteOffset: part, as: UInt8.self))
        body(part * partWidth, base + (part * Self.centroidsPerPart + index) * partWidth, partWidth)
      }
      let last = partCount - 1
      let index = Int(code.load(fromByteOffset: last, as: UInt8.self))
      let width = dimension - last * partWidth
      body(
        last * partWidth, base + last * Self.centroidsPerPart * partWidth + index * width, width)
    }
  }

  @inline(__always)
  private func length(_ row: Int) -> Float { lengthCodes.map { lengths[Int($0[row])] } ?? 1 }

  /// sum += row. O(dimension)
  func add(_ row: Int, into sum: UnsafeMutablePointer<Float>) {
    let length = length(row)
    forEachPart(row) { start, centroid, width in
      for n in 0..<width { sum[start + n] += length * centroid[n] }
    }
  }

  /// The product of a row and `vector`. O(dimension)
  func product(_ row: Int, _ vector: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    forEachPart(row) { start, centroid, width in
      for n in 0..<width { sum += vector[start + n] * centroid[n] }
    }
    return sum * length(row)
  }
}
