extension Head {
  /// phi of text `i` of the `n` that `logits` has just been computed of with this `scratch`: what `Doubt` reads.
  ///
  /// `z` are the calibrated logits, `sum` and `count` those of the text, `dimensions` and `units` those of the
  /// spec's table of embeddings and last hidden layer. -> [phi: width + dimensions + units + 3]
  func representation(
    _ i: Int, of n: Int, z: UnsafePointer<Float>, sum: UnsafePointer<Int32>, count: Int, dimensions: Int,
    scratch: UnsafePointer<Float>, into phi: UnsafeMutablePointer<Float>
  ) {
    var next = phi
    next.update(from: z, count: width)
    next += width
    let rest = scratch + 2 * n * (width + units)
    let denseStride = dense?.stride ?? 0
    for j in 0..<dimensions { next[j] = rest[i * denseStride + j] * (1 / Self.unitLength) }
    next += dimensions
    if output != nil {
      let (first, stride) = (rest + n * denseStride, Self.padded(units))
      var (last, lastStride, count, step) = (first, stride, units, steps[0])
      if let hidden {
        lastStride = Self.padded(hidden.rows)
        (last, count, step) = (first + n * (stride + lastStride), hidden.rows, steps[1])
      }
      for j in 0..<count { next[j] = last[i * lastStride + j] * step }
      next += count
    }
    // Rows that training never saw weigh nothing in weighted models.
    let features = Float(max(1, count))
    next[0] = isWeighted ? (Float(sum[width + units]) / features).squareRoot() : 0
    next[1] = 1 / features.squareRoot()
    next[2] = 1
  }
}
