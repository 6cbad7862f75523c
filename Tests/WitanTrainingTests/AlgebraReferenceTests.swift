import Foundation
import Testing
import Witan

import WitanTraining

/// The heads against scikit-learn, scipy and numpy, whose answers `scripts/reference_algebra.py` wrote.
struct AlgebraReferenceTests {
  /// One problem of Golden/algebra.json.
  struct Problem {
    let fields: JSON

    init(_ name: String) throws {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden/algebra.json")
      let golden = try JSON(parsing: String(decoding: Data(contentsOf: file), as: UTF8.self))
      fields = try #require(golden[name], "\(name)")
    }

    func numbers(_ key: String) throws -> [Double] {
      try #require(fields[key]?.array, "\(key)").map { try #require($0.number) }
    }
    func floats(_ key: String) throws -> [Float] { try numbers(key).map { Float($0) } }
    func number(_ key: String) throws -> Double { try #require(fields[key]?.number, "\(key)") }
    func int(_ key: String) throws -> Int { try #require(fields[key]?.int, "\(key)") }

    func examples(targets: [Float]? = nil, outputs: Int? = nil, weighted: Bool = true) throws -> DenseExamples
    {
      try DenseExamples(
        features: floats("features"), targets: targets ?? floats("targets"),
        weights: weighted ? floats("weights") : nil, width: int("width"),
        outputs: outputs ?? int("outputs"))
    }
  }

  /// The largest difference, against the larger of 1 and the expected magnitude.
  private func expectClose(
    _ found: some Collection<Double>, _ expected: [Double], _ tolerance: Double, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let worst = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(worst <= tolerance, "\(what): off by \(worst)", sourceLocation: sourceLocation)
  }

  private func expectClose(
    _ found: [Float], _ expected: [Double], _ tolerance: Double, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(found.map { Double($0) }, expected, tolerance, what, sourceLocation: sourceLocation)
  }

  @Test("ridge: coefficients, and both estimates of the error")
  func ridge() throws {
    let p = try Problem("ridge")
    let head = try RidgeHead(p.examples(), lambda: p.number("lambda"))
    expectClose(head.map.weights, try p.numbers("coefficients"), 1e-5, "coefficients")
    expectClose(head.map.intercepts, try p.numbers("intercepts"), 1e-5, "intercepts")
    let lambdas = try p.numbers("lambdas")
    let chosen = try RidgeHead(p.examples(), lambdas: lambdas)
    expectClose(chosen.trials.map(\.error), try p.numbers("leave_one_out"), 1e-7, "leave one out")
    let least = try p.numbers("leave_one_out").min()!
    #expect(chosen.lambda == lambdas[try p.numbers("leave_one_out").firstIndex(of: least)!])
    let general = try RidgeHead(p.examples(weighted: false), lambdas: lambdas, by: .generalized)
    expectClose(general.trials.map(\.error), try p.numbers("generalized_unweighted"), 1e-7, "generalized")
  }

  @Test("logistic regression, the variance of its logits and the corrected probability")
  func binary() throws {
    let p = try Problem("binary")
    let examples = try p.examples(outputs: 1)
    let head = try LogisticHead(examples, task: .multiLabel, lambda: p.number("lambda"))
    expectClose(head.map.weights, try p.numbers("coefficients"), 1e-4, "coefficients")
    expectClose(head.map.intercepts, try p.numbers("intercept"), 1e-4, "intercept")
    let at = try p.floats("at")
    expectClose(try head.logits(at), try p.numbers("logits"), 1e-4, "logits")
    let laplace = try LaplaceHead(head, examples)
    expectClose(try laplace.doubt(at), try p.numbers("variance"), 1e-4, "variance")
    expectClose(try laplace.probabilities(at), try p.numbers("probit"), 1e-4, "probit")
  }

  @Test("logistic regression on soft targets")
  func soft() throws {
    let p = try Problem("soft")
    let head = try LogisticHead(
      p.examples(outputs: 1, weighted: false), task: .multiLabel, lambda: p.number("lambda"))
    expectClose(head.map.weights + head.map.intercepts, try p.numbers("parameters"), 1e-4, "parameters")
    expectClose([head.loss], [try p.number("loss")], 1e-7, "loss")
  }

  @Test(
    "softmax regression by the whole Hessian and by conjugate gradients, with its variances",
    arguments: [512, 0])
  func softmax(_ directLimit: Int) throws {
    let p = try Problem("softmax")
    let k = try p.int("outputs")
    let targets = try p.numbers("classes").flatMap { y in (0..<k).map { Float($0 == Int(y) ? 1 : 0) } }
    let examples = try p.examples(targets: targets)
    let head = try LogisticHead(
      examples, task: .singleLabel, lambda: p.number("lambda"), directLimit: directLimit)
    expectClose(head.map.weights, try p.numbers("coefficients"), 1e-4, "coefficients")
    expectClose(head.map.intercepts, try p.numbers("intercepts"), 1e-4, "intercepts")
    let at = try p.floats("at")
    expectClose(try head.probabilities(at), try p.numbers("probabilities"), 1e-4, "probabilities")
    let laplace = try LaplaceHead(head, examples)
    expectClose(try laplace.doubt(at), try p.numbers("variance"), 1e-4, "variance")
    expectClose(try laplace.probabilities(at), try p.numbers("probit"), 1e-4, "probit")
  }

  @Test("principal components: directions, variances, coordinates")
  func components() throws {
    let p = try Problem("components")
    let features = try p.floats("features")
    let found = try PrincipalComponents(features, width: p.int("width"), count: p.int("count"))
    expectClose(found.mean, try p.numbers("mean"), 1e-5, "mean")
    expectClose(found.components, try p.numbers("components"), 1e-5, "components")
    expectClose(found.explainedVariance, try p.numbers("variance"), 1e-5, "variance")
    expectClose(found.explainedShare, try p.numbers("share"), 1e-5, "share")
    expectClose(try found.transform(features), try p.numbers("coordinates"), 1e-5, "coordinates")
  }

  @Test("Cholesky and eigen-decomposition")
  func decompositions() throws {
    let p = try Problem("decompositions")
    let (n, a) = (try p.int("n"), try p.numbers("matrix"))
    let cholesky = try #require(Cholesky(a, n: n))
    expectClose(cholesky.factor, try p.numbers("cholesky"), 1e-8, "factor")
    expectClose(cholesky.inverse, try p.numbers("inverse"), 1e-7, "inverse")
    expectClose(cholesky.solve(try p.numbers("right")), try p.numbers("solutions"), 1e-7, "solutions")
    let eigen = try #require(SymmetricEigen(a, n: n))
    expectClose(eigen.values, try p.numbers("eigenvalues"), 1e-8, "values")
    expectClose(eigen.vectors, try p.numbers("eigenvectors"), 1e-7, "vectors")
  }
}
