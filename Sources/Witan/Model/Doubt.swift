/// How unsure the last layer is of a text: the standard deviation of each logit under a Laplace posterior.
///
/// The posterior of the last layer's weights is a Gaussian around the fit (MacKay 1992, The Evidence
/// Framework Applied to Classification Networks) whose precision is the Hessian of the loss in Kronecker
/// factors (Ritter, Botev and Barber 2018, A Scalable Laplace Approximation for Neural Networks; for the last
/// layer alone Daxberger et al. 2021, Laplace Redux, section 3): of output j, `k[j] A + prior I`. A is the second
/// moment of the representation phi and k[j] the sum of p (1 - p) over the examples. With the eigenvectors
/// of A as rows of U, y = U phi:
///
///     doubt[j] = sqrt(sum_d variance[j][d] * y[d]^2),   variance[j][d] = 1 / (k[j] A's eigenvalue d + prior)
///
/// In models with word pieces two of the directions are not the posterior's: they measure how far the text lies to the
/// side of generic text, and vary alike for all logits (docs/doubt.md).
///
/// phi are the calibrated logits, the unit vector of the word pieces, the last hidden units, how much of
/// the text training knew, its length, and 1. Products run in one order without BLAS: the same bits everywhere.
package struct Doubt: Sendable {
  /// No doubt is larger, whatever a file says.
  package static let maximum: Float = 1e6

  /// Length of phi.
  let inputs: Int
  /// U, transposed: what one step of input i adds to y. [inputs x inputs]
  let directions: [Float]
  /// Of each logit along each direction. [width x inputs]
  let variance: [Float]

  /// The doubts of `width` logits: phi [inputs] -> [out: width]; `y` has room for `inputs`.
  /// O(inputs (inputs + width)); no allocation.
  func read(
    _ phi: UnsafePointer<Float>, width: Int, y: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let n = inputs
    y.update(repeating: 0, count: n)
    directions.withUnsafeBufferPointer { directions in
      // Input by input, so that each sum has one order and the inner loop is still of whole vectors.
      for i in 0..<n {
        let (value, row) = (phi[i], directions.baseAddress! + i * n)
        for d in 0..<n { y[d] += value * row[d] }
      }
    }
    for d in 0..<n { y[d] *= y[d] }
    variance.withUnsafeBufferPointer { variance in
      for j in 0..<width {
        var sum: Float = 0
        for d in 0..<n { sum += variance[j * n + d] * y[d] }
        // Written so that a NaN, which only a damaged file gives, is the largest doubt.
        out[j] = sum < Self.maximum * Self.maximum ? sum.squareRoot() : Self.maximum
      }
    }
  }
}
