extension Head {
  /// The calibrated logits of classifier `index` for text `i` of the `n` that `probabilities` has just been computed of
  /// with this `scratch`. [width]
  func calibrated(_ index: Int, _ i: Int, of n: Int, scratch: UnsafePointer<Float>) -> UnsafePointer<Float> {
    scratch + z.start(n) + i * outputs + firstOutputs[index]
  }

  /// phi of text `i` of the `n` that `probabilities` has just been computed of with this `scratch`: what the
  /// `Doubt` of classifier `index` reads.
  ///
  /// `sums` and `features` are those of the text. -> [phi: spec.doubtInputs]
  func representation(
    _ index: Int, _ i: Int, of n: Int, sums: UnsafePointer<Int32>, features: Int,
    scratch: UnsafePointer<Float>, into phi: UnsafeMutablePointer<Float>
  ) {
    let (part, weights) = (parts[index], parts[index].weights)
    var next = phi
    next.update(from: calibrated(index, i, of: n, scratch: scratch), count: weights.width)
    next += weights.width
    if let dimensions = part.spec.dense?.dimensions {
      for t in 0..<dense.count where dense.base[t].table == part.table {
        let vector = scratch + dense.base[t].vectors.start(n) + i * dimensions
        for j in 0..<dimensions { next[j] = vector[j] * (1 / Self.unitLength) }
      }
      next += dimensions
    }
    if let layers = deep.first(where: { $0.part == index }) {
      let isDeeper = weights.hidden != nil
      let section = isDeeper ? layers.second : layers.first
      let last = scratch + section.start(n) + i * section.count
      let (count, step) =
        isDeeper ? (weights.hidden!.rows, weights.steps[1]) : (weights.units, weights.steps[0])
      for j in 0..<count { next[j] = last[j] * step }
      next += count
    }
    // Rows that training never saw weigh nothing in weighted models.
    let count = Float(max(1, features))
    next[0] = weights.isWeighted ? (Float(sums[part.firstColumn + weights.columns]) / count).squareRoot() : 0
    next[1] = 1 / count.squareRoot()
    next[2] = 1
  }
}
