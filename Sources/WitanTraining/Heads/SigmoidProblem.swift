internal import Foundation
internal import Witan

/// The loss of one yes-or-no output, its gradient and its Hessian. Points are [width + 1], the
/// intercept last.
struct SigmoidProblem {
  private let examples: DenseExamples
  private let output: Int
  private let lambda: Double
  private var width: Int { examples.width + 1 }

  init(_ examples: DenseExamples, output: Int, lambda: Double) {
    (self.examples, self.output, self.lambda) = (examples, output, lambda)
  }

  /// No weights, and the intercept that gives the share of positives.
  func start(_ share: Double) -> [Double] {
    [Double](repeating: 0, count: width - 1) + [log(share / (1 - share))]
  }

  private func target(_ i: Int) -> Double { Double(examples.targets[i * examples.outputs + output]) }

  private func logits(_ x: [Double], _ point: [Double], _ count: Int) -> [Double] {
    var z = [Double](repeating: 0, count: count)
    addMatrixProduct(x, point, to: &z, m: count, n: 1, k: width)
    return z
  }

  private func penalty(_ point: [Double]) -> Double {
    lambda / 2 * point.dropLast().reduce(0) { $0 + $1 * $1 }
  }

  /// O(n width).
  func loss(_ point: [Double]) -> Double {
    var sum = penalty(point)
    for rows in examples.blocks {
      let z = logits(examples.extended(rows), point, rows.count)
      for (r, i) in rows.enumerated() {
        sum += Double(examples.weights[i]) * (Activation.softplus(z[r]) - target(i) * z[r])
      }
    }
    return sum
  }

  /// O(n width^2 + width^3). Throws `data` when the Hessian is singular.
  func model(_ point: [Double]) throws(WitanError) -> NewtonMethod.Model {
    var value = penalty(point)
    var gradient = point.map { lambda * $0 }
    gradient[width - 1] = 0
    for rows in examples.blocks {
      let x = examples.extended(rows)
      var z = logits(x, point, rows.count)
      for (r, i) in rows.enumerated() {
        let weight = Double(examples.weights[i])
        value += weight * (Activation.softplus(z[r]) - target(i) * z[r])
        z[r] = weight * (Activation.sigmoid(z[r]) - target(i))
      }
      addMatrixProduct(x, z, to: &gradient, m: width, n: 1, k: rows.count, transposeA: true)
    }
    guard let hessian = Cholesky(self.hessian(point), n: width) else { throw LogisticHead.notUnique }
    return NewtonMethod.Model(value: value, gradient: gradient, direction: hessian.solve(gradient))
  }

  /// Lower triangle. [width x width]
  private func hessian(_ point: [Double]) -> [Double] {
    var h = [Double](repeating: 0, count: width * width)
    for rows in examples.blocks {
      let x = examples.extended(rows)
      let z = logits(x, point, rows.count)
      let curvature = zip(rows, z).map { i, z in
        Double(examples.weights[i]) * Activation.sigmoid(z) * Activation.sigmoid(-z)
      }
      addWeightedGram(x, curvature, to: &h, n: width)
    }
    for j in 0..<width - 1 { h[j * width + j] += lambda }
    return h
  }
}

/// The lower triangle of C [n x n] += X^T diag(weights) X, for X [rows x n] and weights >= 0.
func addWeightedGram(_ x: [Double], _ weights: [Double], to c: inout [Double], n: Int) {
  var scaled = x
  for (r, weight) in weights.enumerated() {
    let root = weight.squareRoot()
    for j in r * n..<(r + 1) * n { scaled[j] *= root }
  }
  addGram(scaled, to: &c, n: n, k: weights.count)
}
