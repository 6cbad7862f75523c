internal import Foundation
public import Witan

/// Ridge regression in closed form; on targets of 0 and 1 a classifier whose threshold is 1/2.
///
/// Minimises the sum over examples of weight x |y - W x - b|^2, plus lambda |W|^2; the intercepts b
/// are not penalised. One eigen-decomposition of the features' second moments serves every lambda,
/// and both estimates of its error on new examples (Golub, Heath and Wahba 1979, Generalized
/// Cross-Validation as a Method for Choosing a Good Ridge Parameter).
///
/// Equal input gives equal bytes only for one BLAS library, one machine and one number of threads.
public struct RidgeHead: Sendable {
  /// How the error on new examples is estimated, without fitting anew.
  public enum Criterion: Sendable {
    /// The weighted mean over examples of the squared error of a fit without that example, exactly.
    case leaveOneOut
    /// The same with every example's leverage replaced by the mean one (their section 2): it does not
    /// change when the examples are rotated.
    case generalized
  }

  /// A lambda that was tried, and its estimated squared error summed over the outputs.
  public struct Trial: Sendable {
    public let lambda: Double
    public let error: Double
  }

  /// Features to predictions.
  public let map: LinearMap
  public let lambda: Double
  /// In the order that the lambdas were given in; empty when there was no choice.
  public let trials: [Trial]

  /// Fits with one lambda. O(n d^2 + d^3 + n d k) for n examples, width d and k outputs; memory
  /// O(d^2) beside the examples.
  ///
  /// Throws `invalidValue` when lambda is negative or not finite; `data` when the features are linearly
  /// dependent and lambda is too small to make up for it.
  public init(_ examples: DenseExamples, lambda: Double) throws(WitanError) {
    let moments = try RidgeMoments(examples)
    self.lambda = lambda
    map = try moments.map(lambda)
    trials = []
  }

  /// Fits with the lambda of least estimated error (of equals, the first). `lambdas` nil tries 25 from
  /// 10^-6 to 10^6 times the features' mean variance x n. O(n d^2 + d^3 + lambdas n d k).
  ///
  /// Throws as above, and `data` when no lambda leaves an error that can be told: with as many free
  /// parameters as examples there is nothing to judge by.
  public init(
    _ examples: DenseExamples, lambdas: [Double]? = nil, by criterion: Criterion = .leaveOneOut
  ) throws(WitanError) {
    let moments = try RidgeMoments(examples)
    let candidates = lambdas ?? moments.defaultLambdas
    guard !candidates.isEmpty else { throw WitanError(.invalidValue, "are none", at: "lambdas") }
    for lambda in candidates { try moments.check(lambda) }
    let errors = moments.errors(candidates, criterion, examples)
    trials = zip(candidates, errors).map { Trial(lambda: $0, error: $1) }
    guard let best = trials.filter({ $0.error.isFinite }).min(by: { $0.error < $1.error }) else {
      throw WitanError(
        .data,
        "every lambda fits the examples exactly, so their error on others cannot be told; "
          + "give more examples or a larger lambda", at: "lambdas")
    }
    lambda = best.lambda
    map = try moments.map(best.lambda)
  }

  /// Predictions of many examples. [n x width] -> [n x outputs]; O(n width outputs).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func predict(_ features: [Float]) throws(WitanError) -> [Float] { try map(features) }
}

/// What ridge regression needs of the examples: centred second moments, in the basis where they are
/// diagonal.
struct RidgeMoments {
  private let width: Int  // d
  private let outputs: Int  // k
  private let total: Double  // of the weights
  private let featureMean: [Double]  // [d]
  private let targetMean: [Double]  // [k]
  private let basis: [Double]  // [d x d], eigenvectors as rows
  private let values: [Double]  // [d] eigenvalues, ascending, not negative
  private let projected: [Double]  // [d x k] basis x (features^T weights targets)

  init(_ e: DenseExamples) throws(WitanError) {
    (width, outputs) = (e.width, e.outputs)
    total = e.weights.reduce(0) { $0 + Double($1) }
    featureMean = DenseExamples.mean(e.features, width, e.weights)
    targetMean = DenseExamples.mean(e.targets, outputs, e.weights)
    var gram = [Double](repeating: 0, count: width * width)
    var cross = [Double](repeating: 0, count: width * outputs)
    for rows in e.blocks {
      var x = DenseExamples.centred(e.features, rows, featureMean)
      var y = DenseExamples.centred(e.targets, rows, targetMean)
      for (r, i) in rows.enumerated() {
        let root = Double(e.weights[i]).squareRoot()
        for j in r * width..<(r + 1) * width { x[j] *= root }
        for j in r * outputs..<(r + 1) * outputs { y[j] *= root }
      }
      addGram(x, to: &gram, n: width, k: rows.count)
      addMatrixProduct(x, y, to: &cross, m: width, n: outputs, k: rows.count, transposeA: true)
    }
    guard let eigen = SymmetricEigen(gram, n: width) else {
      throw WitanError(.data, "the eigen-decomposition does not converge; scale them", at: "features")
    }
    basis = eigen.vectors
    values = eigen.values.map { max(0, $0) }
    var projected = [Double](repeating: 0, count: width * outputs)
    addMatrixProduct(basis, cross, to: &projected, m: width, n: outputs, k: width)
    self.projected = projected
  }

  /// 10^-6 ... 10^6 times the mean eigenvalue, in half powers of ten.
  var defaultLambdas: [Double] {
    let mean = values.reduce(0, +) / Double(width)
    return (-12...12).map { (mean > 0 ? mean : 1) * pow(10, Double($0) / 2) }
  }

  /// Throws when `lambda` gives no unique solution.
  func check(_ lambda: Double) throws(WitanError) {
    guard lambda >= 0, lambda.isFinite else {
      throw WitanError(.invalidValue, "is not 0 or more", at: "lambda")
    }
    guard values[0] + lambda > 16 * Double(width) * 0x1p-52 * values[width - 1] else {
      throw WitanError(
        .data, "are linearly dependent; give a lambda above \(lambda), or fewer features", at: "features")
    }
  }

  func map(_ lambda: Double) throws(WitanError) -> LinearMap {
    try check(lambda)
    let shrunk = self.shrunk(lambda)
    var weights = [Double](repeating: 0, count: outputs * width)
    addMatrixProduct(shrunk, basis, to: &weights, m: outputs, n: width, k: width, transposeA: true)
    var parameters: [Double] = []
    for c in 0..<outputs {
      let row = weights[c * width..<(c + 1) * width]
      parameters += row
      parameters.append(targetMean[c] - zip(row, featureMean).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return LinearMap(parameters, width: width, outputs: outputs)
  }

  /// The weights in the basis. [d x k]
  private func shrunk(_ lambda: Double) -> [Double] {
    projected.indices.map { projected[$0] / (values[$0 / outputs] + lambda) }
  }

  /// The criterion of each lambda; infinite where an example's own weight decides its prediction.
  func errors(_ lambdas: [Double], _ criterion: RidgeHead.Criterion, _ e: DenseExamples) -> [Double] {
    let fits = lambdas.map(shrunk)
    let gains = lambdas.map { lambda in values.map { 1 / ($0 + lambda) } }
    var errors = [Double](repeating: 0, count: lambdas.count)
    for rows in e.blocks {
      let x = DenseExamples.centred(e.features, rows, featureMean)
      let y = DenseExamples.centred(e.targets, rows, targetMean)
      var z = [Double](repeating: 0, count: x.count)  // the features in the basis
      addMatrixProduct(x, basis, to: &z, m: rows.count, n: width, k: width, transposeB: true)
      for t in lambdas.indices {
        var fitted = [Double](repeating: 0, count: y.count)
        addMatrixProduct(z, fits[t], to: &fitted, m: rows.count, n: outputs, k: width)
        for (r, i) in rows.enumerated() where e.weights[i] > 0 {
          let weight = Double(e.weights[i])
          var kept = 1.0
          if criterion == .leaveOneOut {
            var leverage = 1 / total
            for j in 0..<width { leverage += z[r * width + j] * z[r * width + j] * gains[t][j] }
            kept = 1 - weight * leverage
          }
          var squares = 0.0
          for c in r * outputs..<(r + 1) * outputs { squares += (y[c] - fitted[c]) * (y[c] - fitted[c]) }
          errors[t] += kept > 1e-10 ? weight * squares / (kept * kept) : .infinity
        }
      }
    }
    if criterion == .leaveOneOut { return errors.map { $0 / total } }
    let n = Double(e.weights.count { $0 > 0 })
    return lambdas.indices.map { t in
      let parameters = zip(values, gains[t]).reduce(1) { $0 + $1.0 * $1.1 }
      let kept = 1 - parameters / n
      return kept > 1e-10 ? errors[t] / n / (kept * kept) : .infinity
    }
  }
}
