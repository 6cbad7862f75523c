internal import Witan

/// Float rows to int8 rows, one scale per column.
enum Quantizer {
  /// Chooses for each column the step that loses least (mean square), among clipping points from the
  /// largest weight down; rounds half to even. O(10 x weights).
  ///
  /// The result has shapes [buckets x width] and [width].
  static func quantize(_ trainer: LinearTrainer) -> (table: [Int8], scale: [Float]) {
    let (buckets, width) = (trainer.spec.features.buckets, trainer.spec.width)
    var table = [Int8](repeating: 0, count: buckets * width)
    var scale = [Float](repeating: 0, count: width)
    var column: [Float] = []
    for j in 0..<width {
      column.removeAll(keepingCapacity: true)
      for b in 0..<buckets where trainer[b, j] != 0 { column.append(trainer[b, j]) }
      scale[j] = bestStep(column)
      let inverse = scale[j] > 0 ? 1 / scale[j] : 0
      for b in 0..<buckets { table[b * width + j] = step(trainer[b, j], inverse) }
    }
    return (table, scale)
  }

  static func step(_ w: Float, _ inverse: Float) -> Int8 {
    Int8(min(127, max(-127, (w * inverse).rounded(.toNearestOrEven))))
  }

  private static func bestStep(_ column: [Float]) -> Float {
    let largest = column.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return 0 }
    // At most 2^15 weights are looked at: the choice is a mean.
    let sample = stride(from: 0, to: column.count, by: max(1, column.count >> 15)).map { column[$0] }
    var best = (error: Float.infinity, step: largest / 127)
    for tenth in stride(from: 10, through: 2, by: -1) {
      let candidate = largest * Float(tenth) / 10 / 127
      let error = sample.reduce(Float(0)) { sum, w in
        let d = w - Float(step(w, 1 / candidate)) * candidate
        return sum + d * d
      }
      if error < best.error { best = (error, candidate) }
    }
    return best.step
  }
}
