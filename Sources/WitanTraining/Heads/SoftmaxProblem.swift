internal import Witan

/// The loss of one choice, its gradient and its Newton step. Points are [outputs x (width + 1)], the
/// intercept of each output last.
///
/// The loss does not change when the same vector is added to the parameters of every output. Points
/// start at 0 and gradients sum to 0 over the outputs, so the points do too.
struct SoftmaxProblem {
  private let examples: DenseExamples
  private let lambda: Double
  private let isDirect: Bool
  /// 1/2 X^T diag(weights) X + lambda (not on the intercept): for vectors that sum to 0 over the
  /// outputs, each output's block of a bound of the Hessian (Böhning 1992, Multinomial Logistic
  /// Regression Algorithm).
  private let bound: Cholesky
  private var width: Int { examples.width + 1 }
  private var outputs: Int { examples.outputs }

  /// Throws `data` when features are dependent and lambda is 0.
  init(_ examples: DenseExamples, lambda: Double, directLimit: Int) throws(WitanError) {
    let width = examples.width + 1
    var gram = [Double](repeating: 0, count: width * width)
    for rows in examples.blocks {
      addWeightedGram(
        examples.extended(rows), rows.map { Double(examples.weights[$0]) / 2 }, to: &gram, n: width)
    }
    for j in 0..<width - 1 { gram[j * width + j] += lambda }
    guard let bound = Cholesky(gram, n: width) else { throw LogisticHead.notUnique }
    (self.examples, self.lambda, self.bound) = (examples, lambda, bound)
    isDirect = width * examples.outputs <= directLimit
  }

  /// Logits of a block. [rows x outputs]
  private func logits(_ x: [Double], _ point: [Double], _ count: Int) -> [Double] {
    var z = [Double](repeating: 0, count: count * outputs)
    addMatrixProduct(x, point, to: &z, m: count, n: outputs, k: width, transposeB: true)
    return z
  }

  private func isIntercept(_ index: Int) -> Bool { index % width == width - 1 }

  private func penalty(_ point: [Double]) -> Double {
    lambda / 2 * point.indices.reduce(0) { isIntercept($1) ? $0 : $0 + point[$1] * point[$1] }
  }

  /// O(n width outputs).
  func loss(_ point: [Double]) -> Double {
    var sum = penalty(point)
    for rows in examples.blocks {
      var z = logits(examples.extended(rows), point, rows.count)
      sum += crossEntropy(&z, rows)
    }
    return sum
  }

  /// The weighted cross entropy of a block, whose logits z become probabilities.
  private func crossEntropy(_ z: inout [Double], _ rows: Range<Int>) -> Double {
    let logits = z
    let logSums = Activation.softmaxRows(&z, outputs: outputs)
    var sum = 0.0
    for (r, i) in rows.enumerated() {
      var loss = 0.0
      for c in 0..<outputs {
        loss += Double(examples.targets[i * outputs + c]) * (logSums[r] - logits[r * outputs + c])
      }
      sum += Double(examples.weights[i]) * loss
    }
    return sum
  }

  /// Throws `data` when the Hessian is singular.
  func model(_ point: [Double]) throws(WitanError) -> NewtonMethod.Model {
    var value = penalty(point)
    var gradient = point.indices.map { isIntercept($0) ? 0 : lambda * point[$0] }
    for rows in examples.blocks {
      let x = examples.extended(rows)
      var z = logits(x, point, rows.count)
      value += crossEntropy(&z, rows)
      for (r, i) in rows.enumerated() {
        for c in 0..<outputs {
          let target = Double(examples.targets[i * outputs + c])
          z[r * outputs + c] = Double(examples.weights[i]) * (z[r * outputs + c] - target)
        }
      }
      addMatrixProduct(z, x, to: &gradient, m: outputs, n: width, k: rows.count, transposeA: true)
    }
    removeCommonPart(&gradient)
    var direction = isDirect ? try directStep(point, gradient) : conjugateStep(point, gradient)
    removeCommonPart(&direction)
    return NewtonMethod.Model(value: value, gradient: gradient, direction: direction)
  }

  /// Takes the mean over the outputs away: what rounding, or targets that sum to nearly 1, put there.
  private func removeCommonPart(_ v: inout [Double]) {
    for j in 0..<width {
      let column = stride(from: j, to: v.count, by: width)
      let mean = column.reduce(0) { $0 + v[$1] } / Double(outputs)
      for i in column { v[i] -= mean }
    }
  }

  /// H^-1 gradient by the Cholesky factor of the whole Hessian. O(n k^2 d^2 + k^3 d^3).
  private func directStep(_ point: [Double], _ gradient: [Double]) throws(WitanError) -> [Double] {
    let size = width * outputs
    var h = [Double](repeating: 0, count: size * size)
    var common = [Double](repeating: 0, count: width)  // weighted squares of each feature
    for rows in examples.blocks {
      let x = examples.extended(rows)
      var p = logits(x, point, rows.count)
      _ = Activation.softmaxRows(&p, outputs: outputs)
      for (r, i) in rows.enumerated() {
        for j in 0..<width {
          common[j] += Double(examples.weights[i]) * x[r * width + j] * x[r * width + j]
        }
      }
      for a in 0..<outputs {
        for b in 0...a { addBlock(a, b, x, p, rows, to: &h) }
      }
    }
    for i in 0..<size {
      if !isIntercept(i) { h[i * size + i] += lambda }
      // Any positive number here makes the Hessian regular along common vectors, where the gradient
      // is 0, and changes nothing else.
      for b in 0...i / width {
        h[i * size + b * width + i % width] += common[i % width] / Double(outputs * outputs)
      }
    }
    guard let factor = Cholesky(h, n: size) else { throw LogisticHead.notUnique }
    return factor.solve(gradient)
  }

  /// Adds X^T diag(weight p_a ([a = b] - p_b)) X to block (a, b) of H.
  private func addBlock(
    _ a: Int, _ b: Int, _ x: [Double], _ p: [Double], _ rows: Range<Int>, to h: inout [Double]
  ) {
    var scaled = x
    for (r, i) in rows.enumerated() {
      let (pa, pb) = (p[r * outputs + a], p[r * outputs + b])
      let factor = Double(examples.weights[i]) * pa * ((a == b ? 1 : 0) - pb)
      for j in r * width..<(r + 1) * width { scaled[j] *= factor }
    }
    var block = [Double](repeating: 0, count: width * width)
    addMatrixProduct(scaled, x, to: &block, m: width, n: width, k: rows.count, transposeA: true)
    let size = width * outputs
    for i in 0..<width {
      for j in 0..<width { h[(a * width + i) * size + b * width + j] += block[i * width + j] }
    }
  }

  /// H^-1 gradient by conjugate gradients preconditioned with the bound, as exactly as the Newton
  /// step needs (Nocedal and Wright, Numerical Optimization, section 7.1).
  private func conjugateStep(_ point: [Double], _ gradient: [Double]) -> [Double] {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var solution = [Double](repeating: 0, count: gradient.count)
    var residual = gradient
    var scaled = bound.solve(residual)
    var direction = scaled
    var size = dot(residual, scaled)
    let target = size * min(1e-4, size)
    for _ in 0..<200 where size > target {
      let product = hessianProduct(direction, point)
      let curvature = dot(direction, product)
      guard curvature > 0 else { break }
      let step = size / curvature
      for i in solution.indices {
        solution[i] += step * direction[i]
        residual[i] -= step * product[i]
      }
      scaled = bound.solve(residual)
      let next = dot(residual, scaled)
      for i in direction.indices { direction[i] = scaled[i] + next / size * direction[i] }
      size = next
    }
    return solution
  }

  /// H v. O(n width outputs).
  private func hessianProduct(_ v: [Double], _ point: [Double]) -> [Double] {
    var out = v.indices.map { isIntercept($0) ? 0 : lambda * v[$0] }
    for rows in examples.blocks {
      let x = examples.extended(rows)
      var p = logits(x, point, rows.count)
      _ = Activation.softmaxRows(&p, outputs: outputs)
      var u = logits(x, v, rows.count)
      for (r, i) in rows.enumerated() {
        let row = r * outputs..<(r + 1) * outputs
        let mean = row.reduce(0) { $0 + p[$1] * u[$1] }
        for c in row { u[c] = Double(examples.weights[i]) * p[c] * (u[c] - mean) }
      }
      addMatrixProduct(u, x, to: &out, m: outputs, n: width, k: rows.count, transposeA: true)
    }
    return out
  }
}
