internal import CBLAS
internal import CKernels

/// From sums to logits: scales, the dense product, hidden layers.
///
///     v    = unit vector of the dense sums, as whole numbers
///     x    = scale * sums / norm + dense * v + bias            [outputs, then hidden units]
///     h    = relu(x of the hidden units), then relu(hidden * h + bias) if there is a second layer
///     z    = x of the outputs + output * h
///
/// Vectors and weights of every product are whole numbers whose sums stay below 2^24, where float32 is
/// exact: one text or a batch, whatever BLAS and instruction set, give the same bits.
package struct Head {
  /// A layer of whole numbers, by rows for one text and by columns for batches, as each is fastest.
  struct Layer {
    /// Up to so many texts one by one are faster than a call of BLAS, the windows of a stream above all.
    static let fewTexts = 4

    let rows: Int
    let stride: Int
    let weights: [Float]  // [rows x stride], the stride a multiple of WITAN_LANES
    let columns: [Float]  // [stride x rows]
    let scale: [Float]  // [rows] value of a product of one

    /// Pads each row of `int8` [rows x columns].
    init(_ int8: UnsafePointer<Int8>, rows: Int, columns: Int, scale: [Float]) {
      self.rows = rows
      stride = Head.padded(columns)
      var weights = [Float](repeating: 0, count: rows * stride)
      var transposed = weights
      for i in 0..<rows {
        for j in 0..<columns {
          weights[i * stride + j] = Float(int8[i * columns + j])
          transposed[j * rows + i] = Float(int8[i * columns + j])
        }
      }
      self.weights = weights
      self.columns = transposed
      self.scale = scale
    }

    /// out[n x rows] = vectors [n x stride] times the transpose of the weights.
    func multiply(_ n: Int, _ vectors: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
      if n <= Self.fewTexts {
        for i in 0..<n { witan_dot_rows(weights, rows, stride, vectors + i * stride, out + i * rows) }
        return
      }
      // By columns is faster, but OpenBLAS 0.3.21 then allocates for rows that fill no whole vectors.
      if rows % Int(WITAN_LANES) != 0 {
        return witan_sgemm(
          0, 1, Int32(n), Int32(rows), Int32(stride), 1, vectors, Int32(stride), weights, Int32(stride), 0,
          out, Int32(rows))
      }
      witan_sgemm(
        0, 0, Int32(n), Int32(rows), Int32(stride), 1, vectors, Int32(stride), columns, Int32(rows), 0,
        out, Int32(rows))
    }
  }

  /// Length of a unit vector in steps: 127 * sqrt(256) * 8192 and the rounding stay below 2^24.
  package static let unitLength: Float = 8192
  /// Most steps of a hidden unit: 127 * 128 * 1023 stays below 2^24.
  package static let maximumActivation: Float = 1023

  static func padded(_ count: Int) -> Int {
    (count + Int(WITAN_LANES) - 1) / Int(WITAN_LANES) * Int(WITAN_LANES)
  }

  let width: Int  // outputs
  let units: Int  // of the first hidden layer
  let lanes: Int  // of the sums
  let isWeighted: Bool
  let scale: [Float]  // [width + units]
  let bias: [Float]  // [width + units]
  let dense: Layer?
  let denseScale: [Float]  // [dimensions] of the table
  let hidden: Layer?
  let hiddenBias: [Float]
  let output: Layer?
  /// Value of one step of the units of each hidden layer.
  let steps: [Float]

  /// Floats of scratch for `n` texts.
  package func scratchCount(_ n: Int) -> Int {
    n
      * ((dense?.stride ?? 0) + 2 * (width + units) + (output == nil ? 0 : Self.padded(units))
        + (hidden.map { 2 * Self.padded($0.rows) } ?? 0) + 16)
  }

  /// Logits of `n` texts. [sums: n x lanes] [counts: n] [denseSums: n x dimensions] -> [z: n x width]
  ///
  /// `scratch` has room for `scratchCount(n)`; nothing is allocated but by BLAS. O(n (columns + weights)).
  package func logits(
    _ n: Int, sums: UnsafePointer<Int32>, counts: UnsafePointer<Int>, denseSums: UnsafePointer<Int32>?,
    scratch: UnsafeMutablePointer<Float>, into z: UnsafeMutablePointer<Float>
  ) {
    let columns = width + units
    let x = scratch
    let product = x + n * columns
    let rest = product + n * columns
    for i in 0..<n {
      let sum = sums + i * lanes
      // Weighted models carry the sum of squared feature weights in the column after the last.
      let square = isWeighted ? Int(sum[columns]) : counts[i]
      let inverse = 1 / Float(max(1, square)).squareRoot()
      for j in 0..<columns { x[i * columns + j] = Float(sum[j]) * (scale[j] * inverse) + bias[j] }
    }
    if let dense, let denseSums {
      for i in 0..<n {
        witan_unit_vector(
          denseSums + i * denseScale.count, denseScale, denseScale.count, Self.unitLength,
          rest + i * dense.stride)
      }
      dense.multiply(n, rest, product)
      for i in 0..<n {
        for j in 0..<columns { x[i * columns + j] += product[i * columns + j] * dense.scale[j] }
      }
    }
    for i in 0..<n { (z + i * width).update(from: x + i * columns, count: width) }
    guard let output else { return }
    let first = rest + n * (dense?.stride ?? 0)
    let stride = Self.padded(units)
    for i in 0..<n { activate(x + i * columns + width, units, stride, steps[0], first + i * stride) }
    var last = first
    if let hidden {
      let second = first + n * stride
      let secondStride = Self.padded(hidden.rows)
      let activations = second + n * secondStride
      hidden.multiply(n, first, second)
      for i in 0..<n {
        let row = second + i * hidden.rows
        for j in 0..<hidden.rows { row[j] = row[j] * hidden.scale[j] + hiddenBias[j] }
        activate(row, hidden.rows, secondStride, steps[1], activations + i * secondStride)
      }
      last = activations
    }
    output.multiply(n, last, product)
    for i in 0..<n * width { z[i] += product[i] * output.scale[i % width] }
  }

  /// relu as whole steps, then zeros up to `stride`.
  private func activate(
    _ x: UnsafePointer<Float>, _ count: Int, _ stride: Int, _ step: Float, _ out: UnsafeMutablePointer<Float>
  ) {
    let inverse = 1 / step
    for j in 0..<count {
      out[j] = min(Self.maximumActivation, max(0, x[j] * inverse)).rounded(.toNearestOrEven)
    }
    for j in count..<stride { out[j] = 0 }
  }
}
