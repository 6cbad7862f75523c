internal import Foundation
public import Witan

/// A fitted logistic head that knows where it has seen few examples.
///
/// The posterior of each output's weights is taken for a Gaussian around the fit, with the Hessian of
/// the loss as precision (MacKay 1992, The Evidence Framework Applied to Classification Networks; for
/// the last layer alone: Kristiadi, Hein and Hennig 2020, Being Bayesian, Even Just a Bit, Fixes
/// Overconfidence in ReLU Networks; Daxberger et al. 2021, Laplace Redux). The penalty is its prior;
/// the intercept's is flat. For a softmax only each output's own block of the Hessian is used.
///
/// Memory: a Cholesky factor of (width + 1)^2 doubles for each output; 1.2 MB at width 384.
public struct LaplaceHead: Sendable {
  /// The fit around which the posterior lies.
  public let head: LogisticHead
  /// Of each output's Hessian. [outputs] of [(width + 1) x (width + 1)]
  private let factors: [Cholesky]

  /// `examples`: those that `head` was fitted on. O(outputs (n width^2 + width^3)).
  ///
  /// Throws `invalidValue` when the shapes are not the head's; `data` when a Hessian is singular:
  /// dependent features with lambda 0, or an output whose probabilities are all 0 or 1.
  public init(_ head: LogisticHead, _ examples: DenseExamples) throws(WitanError) {
    let (width, outputs) = (head.map.width, head.map.outputs)
    guard examples.width == width, examples.outputs == outputs else {
      throw WitanError(
        .invalidValue,
        "are \(examples.width) wide with \(examples.outputs) outputs; the head has "
          + "\(width) and \(outputs)", at: "examples")
    }
    let n = width + 1
    var hessians = [[Double]](repeating: [Double](repeating: 0, count: n * n), count: outputs)
    for rows in examples.blocks {
      let x = examples.extended(rows)
      var z = [Double](repeating: 0, count: rows.count * outputs)
      addMatrixProduct(x, head.parameters, to: &z, m: rows.count, n: outputs, k: n, transposeB: true)
      if head.task == .singleLabel { _ = Activation.softmaxRows(&z, outputs: outputs) }
      for c in 0..<outputs {
        let curvature = rows.enumerated().map { r, i in
          let value = z[r * outputs + c]
          let slope =
            head.task == .singleLabel
            ? value * (1 - value) : Activation.sigmoid(value) * Activation.sigmoid(-value)
          return Double(examples.weights[i]) * slope
        }
        addWeightedGram(x, curvature, to: &hessians[c], n: n)
      }
    }
    var factors: [Cholesky] = []
    for c in 0..<outputs {
      for j in 0..<width { hessians[c][j * n + j] += head.lambda }
      guard let factor = Cholesky(hessians[c], n: n) else {
        throw WitanError(
          .data, "the Hessian is singular; fit the head with a larger lambda", at: "outputs[\(c)]")
      }
      factors.append(factor)
    }
    (self.head, self.factors) = (head, factors)
  }

  /// The variance of each logit under the posterior: large far from the examples.
  /// [n x width] -> [n x outputs]; O(n outputs width^2).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func doubt(_ features: [Float]) throws(WitanError) -> [Float] {
    let count = try head.map.rows(features)
    let (n, outputs) = (head.map.width + 1, factors.count)
    var out = [Float](repeating: 0, count: count * outputs)
    for rows in DenseExamples.blocks(of: count) {
      let x = DenseExamples.extended(features, rows, n - 1)
      for c in 0..<outputs {
        let y = factors[c].whiten(x)
        for (r, i) in rows.enumerated() {
          out[i * outputs + c] = Float(y[r * n..<(r + 1) * n].reduce(0) { $0 + $1 * $1 })
        }
      }
    }
    return out
  }

  /// Probabilities with the posterior averaged out: of z / sqrt(1 + pi v / 8) for logit z and doubt v,
  /// which takes the sigmoid for a probit (MacKay 1992; for a softmax, each logit by itself).
  /// [n x width] -> [n x outputs]; O(n outputs width^2).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func probabilities(_ features: [Float]) throws(WitanError) -> [Float] {
    let doubt = try doubt(features)
    let corrected = zip(try head.logits(features), doubt).map { z, v in
      Float(Double(z) / (1 + Double.pi * Double(v) / 8).squareRoot())
    }
    return Activation.probabilities(corrected, head.task, outputs: head.map.outputs)
  }
}
