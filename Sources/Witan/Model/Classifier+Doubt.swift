extension Classifier {
  /// Whether scores come with doubts: the model was trained with them, and has its word-piece vectors.
  public var hasDoubts: Bool { doubt != nil && isComplete }

  /// The doubts of text `i` of the `n` that `probabilities` has just been computed of, with the same
  /// arguments. -> [out: outputs]; no allocation. O(inputs^2).
  func doubts(
    _ i: Int, of n: Int = 1, _ sums: UnsafePointer<Int32>, count: Int, scratch: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    guard let doubt else { return }
    let phi = representation(i, of: n, sums, count: count, scratch: scratch)
    doubt.read(phi, width: spec.width, y: phi + doubt.inputs, into: out)
    // Both sides of a choice of two have one logit.
    if spec.isBinary { out[1] = out[0] }
  }

  /// What the doubts of that text are read of, at the end of `scratch`. [spec.doubtInputs]
  func representation(
    _ i: Int, of n: Int, _ sums: UnsafePointer<Int32>, count: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let width = spec.width
    let phi = scratch + n * width + head.scratchCount(n)
    head.representation(
      i, of: n, z: scratch + i * width, sum: sums + i * spec.lanes, count: count,
      dimensions: spec.dense?.dimensions ?? 0, scratch: scratch + n * width, into: phi)
    return phi
  }
}
