import Testing
import Witan

import WitanTraining

/// Properties of the dense heads, and what they answer to input that has no answer.
struct HeadTests {
  /// Two clouds in `width` dimensions, around -1 and 1 in the first; a share of the labels is wrong.
  private func clouds(
    _ n: Int, width: Int, outputs: Int = 1, seed: UInt64 = 5, wrong: Double = 0.1
  ) throws -> DenseExamples {
    var random = SeededRandom(seed: seed)
    func normal() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }) }
    var (x, y): ([Float], [Float]) = ([], [])
    for i in 0..<n {
      let c = i % max(2, outputs)
      for j in 0..<width { x.append(normal() + (j == 0 ? Float(c) * 2 - 1 : j == 1 ? Float(c % 2) : 0)) }
      let label = random.unit() < wrong ? random.below(max(2, outputs)) : c
      y += outputs == 1 ? [Float(label)] : (0..<outputs).map { $0 == label ? 1 : 0 }
    }
    return try DenseExamples(features: x, targets: y, width: width, outputs: outputs)
  }

  private func fails<T>(
    _ code: WitanError.Code, _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> T
  ) {
    do {
      _ = try body()
      Issue.record("no error", sourceLocation: sourceLocation)
    } catch let error as WitanError {
      #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
      #expect("\(error)".contains(part), "\(error)", sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test("doubt rises with the distance from the examples, and pulls probabilities towards 1/2")
  func doubtRises() throws {
    let examples = try clouds(300, width: 4)
    let head = try LogisticHead(examples, task: .multiLabel, lambda: 1)
    let laplace = try LaplaceHead(head, examples)
    for direction in 0..<4 {
      for sign in [-1, 1] as [Float] {
        let points = (2...20).flatMap { r in (0..<4).map { $0 == direction ? sign * Float(r) : 0 } }
        let doubt = try laplace.doubt(points)
        #expect(zip(doubt, doubt.dropFirst()).allSatisfy { $0 < $1 }, "\(direction): \(doubt)")
        #expect(doubt.allSatisfy { $0 > 0 })
        for (sure, careful) in zip(try head.probabilities(points), try laplace.probabilities(points)) {
          #expect(abs(careful - 0.5) <= abs(sure - 0.5))
          #expect((careful > 0.5) == (sure > 0.5))
        }
      }
    }
  }

  @Test("doubt falls as examples are added, at the same place")
  func doubtFalls() throws {
    let doubts = try [100, 1000, 5000].map { n in
      let examples = try clouds(n, width: 3)
      let head = try LogisticHead(examples, task: .multiLabel)
      return try LaplaceHead(head, examples).doubt([0.5, 0.5, 0.5])[0]
    }
    #expect(doubts[0] > doubts[1] && doubts[1] > doubts[2], "\(doubts)")
  }

  @Test("at the minimum the gradient is 0, whichever way the softmax was solved")
  func softmaxAgrees() throws {
    let examples = try clouds(2500, width: 5, outputs: 6, wrong: 0.2)
    let direct = try LogisticHead(examples, task: .singleLabel, lambda: 0.5, directLimit: 1000)
    let conjugate = try LogisticHead(examples, task: .singleLabel, lambda: 0.5, directLimit: 0)
    #expect(abs(direct.loss - conjugate.loss) < 1e-8 * direct.loss)
    #expect(zip(direct.parameters, conjugate.parameters).allSatisfy { abs($0 - $1) < 1e-4 })
    let p = try direct.probabilities(examples.features)
    for c in 0..<6 {
      let residuals = stride(from: c, to: p.count, by: 6).map { Double(p[$0] - examples.targets[$0]) }
      #expect(abs(residuals.reduce(0, +)) < 1e-2)  // the intercept's gradient, in Float
      let sum = residuals.enumerated().reduce(0.0) { $0 + $1.1 * Double(examples.features[$1.0 * 5]) }
      #expect(abs(sum + 0.5 * direct.parameters[c * 6]) < 1e-2)
    }
    let intercepts = stride(from: 5, to: 36, by: 6).map { direct.parameters[$0] }
    #expect(abs(intercepts.reduce(0, +)) < 1e-9)
  }

  @Test("with lambda 0 the fit is the likelihood's maximum; a separable one is refused")
  func unpenalised() throws {
    let examples = try clouds(400, width: 3)
    let free = try LogisticHead(examples, task: .multiLabel, lambda: 0)
    let pulled = try LogisticHead(examples, task: .multiLabel, lambda: 5)
    #expect(free.loss < pulled.loss)
    let x: [Float] = [-2, -1, 1, 2]
    for task in [ModelSpec.Task.multiLabel, .singleLabel] {
      let separable = try DenseExamples(
        features: x,
        targets: x.flatMap { task == .multiLabel ? [$0 > 0 ? 1 : 0] : $0 > 0 ? [0, 1] : [1, 0] },
        width: 1, outputs: task == .multiLabel ? 1 : 2)
      fails(.data, "give a lambda above 0") { try LogisticHead(separable, task: task, lambda: 0) }
      let head = try LogisticHead(separable, task: task, lambda: 0.01)
      #expect(head.parameters.allSatisfy { $0.isFinite })
    }
  }

  @Test("dependent features without a penalty are an error; with one, an answer")
  func singular() throws {
    let good = try clouds(60, width: 3)
    func widened(_ last: (Float) -> Float) -> [Float] {
      good.features.indices.flatMap { (i: Int) -> [Float] in
        let x = good.features[i]
        return i % 3 == 2 ? [x, last(x)] : [x]
      }
    }
    let copied = widened { $0 }
    let constant = widened { _ in 7 }
    for features in [copied, constant] {
      let examples = try DenseExamples(features: features, targets: good.targets, width: 4, outputs: 1)
      let choice = try DenseExamples(
        features: features, targets: good.targets.flatMap { [$0, 1 - $0] }, width: 4, outputs: 2)
      fails(.data, "linearly dependent") { try RidgeHead(examples, lambda: 0) }
      fails(.data, "linearly dependent") { try RidgeHead(examples, lambdas: [1, 0]) }
      fails(.data, "linearly dependent") { try LogisticHead(examples, task: .multiLabel, lambda: 0) }
      fails(.data, "linearly dependent") { try LogisticHead(choice, task: .singleLabel, lambda: 0) }
      fails(.data, "vary in 3 directions only") {
        try PrincipalComponents(features, width: 4, count: 4)
      }
      let ridge = try RidgeHead(examples)
      #expect((ridge.map.weights + ridge.map.intercepts).allSatisfy { $0.isFinite })
      let logistic = try LogisticHead(examples, task: .multiLabel)
      let doubt = try LaplaceHead(logistic, examples).doubt(features)
      #expect(doubt.allSatisfy { $0.isFinite && $0 > 0 })
      _ = try LogisticHead(choice, task: .singleLabel)
      #expect(try PrincipalComponents(features, width: 4, count: 3).components.allSatisfy { $0.isFinite })
    }
    // Two copies have the same weight.
    let twins = try RidgeHead(
      DenseExamples(features: copied, targets: good.targets, width: 4, outputs: 1), lambda: 1)
    #expect(abs(twins.map.weights[2] - twins.map.weights[3]) < 1e-6)
  }

  @Test("a weight of 2 is the example twice, a weight of 0 no example")
  func weights() throws {
    let e = try clouds(40, width: 2)
    let weights = (0..<40).map { Float($0 % 3) }
    let weighted = try DenseExamples(
      features: e.features, targets: e.targets, weights: weights, width: 2, outputs: 1)
    let rows = (0..<40).flatMap { Array(repeating: $0, count: $0 % 3) }
    let repeated = try DenseExamples(
      features: rows.flatMap { e.features[$0 * 2..<$0 * 2 + 2] }, targets: rows.map { e.targets[$0] },
      width: 2, outputs: 1)
    func agree(_ a: LinearMap, _ b: LinearMap) -> Bool {
      zip(a.weights + a.intercepts, b.weights + b.intercepts).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    #expect(agree(try RidgeHead(weighted, lambda: 2).map, try RidgeHead(repeated, lambda: 2).map))
    let single = try LogisticHead(weighted, task: .multiLabel).map
    let double = try LogisticHead(repeated, task: .multiLabel).map
    #expect(agree(single, double))
  }

  @Test("ridge chooses a small lambda for a clear signal and a large one for noise")
  func ridgeChooses() throws {
    var random = SeededRandom(seed: 8)
    let x = (0..<60 * 8).map { _ in Float(random.unit() - 0.5) }
    let clear = (0..<60).map { (i: Int) -> Float in x[i * 8] * 3 - x[i * 8 + 1] + 1 }
    let noise = (0..<60).map { _ in Float(random.unit()) }
    for criterion in [RidgeHead.Criterion.leaveOneOut, .generalized] {
      let small = try RidgeHead(
        DenseExamples(features: x, targets: clear, width: 8, outputs: 1), by: criterion)
      let large = try RidgeHead(
        DenseExamples(features: x, targets: noise, width: 8, outputs: 1), by: criterion)
      #expect(small.lambda < 0.01 && large.lambda > 10 * small.lambda)
      #expect(small.trials.count == 25)
      #expect(zip(try small.predict(x), clear).allSatisfy { abs($0 - $1) < 1e-3 })
    }
    // As many parameters as examples: nothing is left over to judge by.
    let few = try DenseExamples(features: [0, 1], targets: [0, 1], width: 1, outputs: 1)
    fails(.data, "cannot be told") { try RidgeHead(few, lambdas: [0]) }
  }

  @Test("all components give the features back, and constant features have none")
  func components() throws {
    let e = try clouds(1500, width: 6)
    let all = try PrincipalComponents(e.features, width: 6, count: 6)
    let back = try all.reconstruct(all.transform(e.features))
    #expect(zip(back, e.features).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(abs(all.explainedShare.reduce(0, +) - 1) < 1e-12)
    #expect(zip(all.explainedVariance, all.explainedVariance.dropFirst()).allSatisfy { $0 >= $1 })
    let constant = [Float](repeating: 0.1, count: 600)
    fails(.data, "vary in 0 directions") { try PrincipalComponents(constant, width: 2, count: 1) }
    fails(.data, "there is one row") { try PrincipalComponents([1, 2], width: 2, count: 1) }
    fails(.invalidValue, "is not in 1...2") { try PrincipalComponents([1, 2, 3, 4], width: 2, count: 3) }
  }

  @Test("bad shapes and numbers are errors that name their place")
  func badInput() throws {
    func make(
      _ x: [Float] = [1, 2, 3, 4], _ y: [Float] = [0, 1], _ w: [Float]? = nil, width: Int = 2,
      outputs: Int = 1
    ) throws -> DenseExamples {
      try DenseExamples(features: x, targets: y, weights: w, width: width, outputs: outputs)
    }
    fails(.invalidValue, "width: is not at least 1") { try make(width: 0) }
    fails(.invalidValue, "outputs: is not at least 1") { try make(outputs: 0) }
    fails(.invalidValue, "no multiple of the width 2") { try make([1, 2, 3]) }
    fails(.data, "there are no examples") { try make([], []) }
    fails(.invalidValue, "targets: has 1 numbers; 2 examples need 2") { try make([1, 2, 3, 4], [1]) }
    fails(.invalidValue, "weights: has 1 numbers") { try make([1, 2, 3, 4], [0, 1], [1]) }
    fails(.data, "features[1][0]: is nan") { try make([1, 2, .nan, 4]) }
    fails(.data, "targets[1][0]: is inf") { try make([1, 2, 3, 4], [0, .infinity]) }
    fails(.data, "weights[0]: is negative") { try make([1, 2, 3, 4], [0, 1], [-1, 1]) }
    fails(.data, "weights: are all 0") { try make([1, 2, 3, 4], [0, 1], [0, 0]) }
    let e = try make()
    for lambda in [-1, .nan, .infinity] as [Double] {
      fails(.invalidValue, "lambda: is not 0 or more") { try RidgeHead(e, lambda: lambda) }
      fails(.invalidValue, "lambda: is not 0 or more") {
        try LogisticHead(e, task: .multiLabel, lambda: lambda)
      }
    }
    fails(.invalidValue, "lambdas: are none") { try RidgeHead(e, lambdas: []) }
    fails(.data, "output 0 is 1.0 in all examples") {
      try LogisticHead(make([1, 2, 3, 4], [1, 1]), task: .multiLabel)
    }
    fails(.data, "targets[1][0]: is 2.0, not in 0...1") {
      try LogisticHead(make([1, 2, 3, 4], [0, 2]), task: .multiLabel)
    }
    fails(.data, "a choice needs two") { try LogisticHead(e, task: .singleLabel) }
    fails(.data, "targets[1]: sum to 2.0") {
      try LogisticHead(make([1, 2, 3, 4], [0, 1, 1, 1], outputs: 2), task: .singleLabel)
    }
    let head = try LogisticHead(e, task: .multiLabel)
    fails(.invalidValue, "no multiple of the width 2") { try head.probabilities([1]) }
    fails(.invalidValue, "the head has 2 and 1") {
      try LaplaceHead(head, make([1, 2], [0, 1], width: 1))
    }
    #expect(try head.probabilities([]).isEmpty)
    #expect(try LaplaceHead(head, e).doubt([]).isEmpty)
  }
}
