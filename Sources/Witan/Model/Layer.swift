internal import CKernels

/// A layer of whole numbers: int8 weights, with a scale for each row, times vectors of whole numbers.
///
/// Weights are kept as the kernel multiplies them, two inputs of 16 rows side by side; sums of products are
/// exact, so that one text or many, alone or beside others, give the same bits on every instruction set.
struct Layer {
  /// Rows that are computed together.
  static let block = Int(WITAN_LAYER_ROWS)

  /// Rows that mean something; products have `paddedRows`, the rest of which is 0.
  let rows: Int
  /// Inputs, a multiple of WITAN_LANES.
  let stride: Int
  let weights: Constants<Int8>  // [paddedRows / 16 x stride / 2 x 16 x 2]
  let scale: [Float]  // [rows] value of a product of one

  var paddedRows: Int { Head.padded(rows) }
  var byteCount: Int { weights.byteCount + 4 * scale.count }

  /// From `int8` [rows x columns].
  init(_ int8: UnsafePointer<Int8>, rows: Int, columns: Int, scale: [Float]) {
    self.init(rows: rows, stride: Head.padded(columns), scale: scale) { i, j in
      j < columns ? int8[i * columns + j] : 0
    }
  }

  /// The rows of several layers of equal inputs one after the other.
  init(joining layers: [Layer]) {
    let places = layers.flatMap { layer in (0..<layer.rows).map { (layer, $0) } }
    self.init(rows: places.count, stride: layers[0].stride, scale: layers.flatMap(\.scale)) { i, j in
      places[i].0[places[i].1, j]
    }
  }

  private init(rows: Int, stride: Int, scale: [Float], _ weight: (Int, Int) -> Int8) {
    (self.rows, self.stride, self.scale) = (rows, stride, scale)
    var packed = [Int8](repeating: 0, count: Head.padded(rows) * stride)
    for i in 0..<rows {
      for j in 0..<stride { packed[Self.place(i, j, stride)] = weight(i, j) }
    }
    weights = Constants(packed)
  }

  private subscript(row: Int, input: Int) -> Int8 {
    weights.base[Self.place(row, input, stride)]
  }

  private static func place(_ row: Int, _ input: Int, _ stride: Int) -> Int {
    ((row / block * (stride / 2) + input / 2) * block + row % block) * 2 + input % 2
  }

  /// out [n x outStride], of which paddedRows are written, = vectors [n x stride] times the transpose of the
  /// weights. O(n weights); no allocation.
  func multiply(
    _ n: Int, _ vectors: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, stride outStride: Int
  ) {
    witan_layer_product(weights.base, paddedRows, stride, vectors, n, out, outStride)
  }
}
