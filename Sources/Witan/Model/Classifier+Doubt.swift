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
    let phi = scratch + head.scratchCount(n)
    head.representation(
      0, i, of: n, sums: sums + i * spec.lanes, features: count, scratch: scratch, into: phi)
    return phi
  }
}
