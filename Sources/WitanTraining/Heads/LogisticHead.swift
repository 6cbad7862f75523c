public import Witan

/// Logistic or softmax regression on dense features, to its minimum, by Newton's method.
///
/// Minimises the sum over examples of weight x cross entropy, plus lambda / 2 |W|^2; the intercepts
/// are not penalised, and those of a softmax sum to 0. Targets may be soft. Yes-or-no outputs are
/// fitted one by one by iteratively reweighted least squares (Hastie, Tibshirani and Friedman, The
/// Elements of Statistical Learning, section 4.4.1); steps are halved where the loss would rise.
///
/// Equal input gives equal bytes only for one BLAS library, one machine and one number of threads.
public struct LogisticHead: Sendable {
  /// `.singleLabel` is one softmax over all outputs, `.multiLabel` a sigmoid each.
  public let task: ModelSpec.Task
  /// Features to logits.
  public let map: LinearMap
  public let lambda: Double
  /// What was minimised, at the end; summed over the outputs.
  public let loss: Double
  /// Newton steps taken; of the output that took most.
  public let steps: Int
  /// [outputs x (width + 1)] weights of each output, then its intercept.
  package let parameters: [Double]

  /// Fits `examples`, whose targets are in [0, 1] and, for a softmax, sum to 1 in each example.
  ///
  /// With width d and k outputs, a step costs O(k n d^2 + k d^3) for sigmoids and O(n k^2 d^2 +
  /// k^3 d^3) for a softmax with k (d + 1) <= 512. A wider softmax solves for the step by conjugate
  /// gradients, O(n k d) an iteration, with Böhning's bound of the Hessian as preconditioner, which
  /// is factored once, O(n d^2 + d^3).
  ///
  /// Throws `invalidValue` when lambda is negative or not finite; `data` when a target is out of
  /// range, an output has the same target in all examples, or the minimum is not unique or not
  /// finite: dependent features, or classes that a plane separates, with lambda 0.
  public init(
    _ examples: DenseExamples, task: ModelSpec.Task, lambda: Double = 1
  ) throws(WitanError) {
    try self.init(examples, task: task, lambda: lambda, directLimit: 512)
  }

  /// `directLimit`: the most parameters whose block Hessian is factored.
  package init(
    _ examples: DenseExamples, task: ModelSpec.Task, lambda: Double, directLimit: Int
  ) throws(WitanError) {
    guard lambda >= 0, lambda.isFinite else {
      throw WitanError(.invalidValue, "is not 0 or more", at: "lambda")
    }
    let shares = try Self.targetShares(examples, task)
    let (d, k) = (examples.width, examples.outputs)
    var parameters = [Double](repeating: 0, count: k * (d + 1))
    var (loss, steps) = (0.0, 0)
    let newton = NewtonMethod()
    if task == .singleLabel {
      let problem = try SoftmaxProblem(examples, lambda: lambda, directLimit: directLimit)
      let found = try newton.minimise(
        from: parameters, value: problem.loss, model: { p throws(WitanError) in try problem.model(p) })
      (parameters, loss, steps) = (found.point, found.value, found.steps)
    } else {
      for c in 0..<k {
        let problem = SigmoidProblem(examples, output: c, lambda: lambda)
        let found = try newton.minimise(
          from: problem.start(shares[c]), value: problem.loss,
          model: { p throws(WitanError) in try problem.model(p) })
        parameters.replaceSubrange(c * (d + 1)..<(c + 1) * (d + 1), with: found.point)
        loss += found.value
        steps = max(steps, found.steps)
      }
    }
    // Without a penalty a perfect fit has no minimum: larger weights are always better.
    let total = examples.weights.reduce(0) { $0 + Double($1) }
    if lambda == 0 && loss < 1e-6 * total { throw Self.notUnique }
    (self.task, self.lambda, self.loss, self.steps) = (task, lambda, loss, steps)
    self.parameters = parameters
    map = LinearMap(parameters, width: d, outputs: k)
  }

  static let notUnique = WitanError(
    .data,
    "the minimum is not unique or not finite: the features are linearly dependent, or a plane "
      + "separates the classes; give a lambda above 0", at: "lambda")

  /// Logits of many examples. [n x width] -> [n x outputs]; O(n width outputs).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func logits(_ features: [Float]) throws(WitanError) -> [Float] { try map(features) }

  /// Probabilities of many examples. [n x width] -> [n x outputs]; O(n width outputs).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func probabilities(_ features: [Float]) throws(WitanError) -> [Float] {
    Activation.probabilities(try map(features), task, outputs: map.outputs)
  }

  /// The weighted mean target of each output. Throws `data` when targets cannot be fitted.
  private static func targetShares(
    _ e: DenseExamples, _ task: ModelSpec.Task
  ) throws(WitanError) -> [Double] {
    if task == .singleLabel && e.outputs < 2 {
      throw WitanError(.data, "a choice needs two or more outputs", at: "targets")
    }
    for i in 0..<e.count {
      let row = e.targets[i * e.outputs..<(i + 1) * e.outputs]
      if let c = row.firstIndex(where: { !(0...1 ~= $0) }) {
        throw WitanError(.data, "is \(row[c]), not in 0...1", at: "targets[\(i)][\(c - row.startIndex)]")
      }
      let sum = row.reduce(0, +)
      if task == .singleLabel && abs(sum - 1) > 1e-4 {
        throw WitanError(.data, "sum to \(sum); those of a choice sum to 1", at: "targets[\(i)]")
      }
    }
    let shares = DenseExamples.mean(e.targets, e.outputs, e.weights)
    for (c, share) in shares.enumerated() where !(share > 0 && share < 1) {
      throw WitanError(
        .data, "output \(c) is \(share) in all examples; both kinds are needed", at: "targets")
    }
    return shares
  }
}
