package import Witan

/// Fits what `Doubt` reads: the Laplace posterior of a finished classifier's last layer, in Kronecker factors.
///
/// Inputs are made alike first (mean 0, variance 1), so that one prior suits all. The prior precision is the
/// one with the highest evidence, found by MacKay's fixed point (1992, Bayesian Interpolation, section 4):
/// the well-determined parameters over the squared length of the weights. Those are known: the logits stand
/// among the inputs, so that the weight of logit j is the spread of input j.
///
/// That posterior alone does not see that a text is on another subject: nearer the middle of the inputs it is even
/// surer. So with a table of word-piece vectors the squared doubt has two more terms, how far the text lies to the
/// side of two kinds of `GenericText` (`ForeignDirection`), each as large in the mean over the training text as the
/// posterior's variance. They stand where the input 1 and the direction of the largest moment stood, whose
/// variances are the same for all texts and the smallest.
package struct DoubtFit {
  /// Examples that are looked at, at most, evenly spread: the second moment is a mean.
  static let maximumExamples = 20_000
  /// Texts of each kind that stand for all subjects, and pieces of one, at most.
  private static let genericTexts = 3000
  private static let genericPieces = 512

  /// [inputs x inputs], as `ModelWeights.doubt`
  package let directions: [Float]
  /// [width x inputs]
  package let variance: [Float]
  package let priorPrecision: Double

  /// Throws `data` when the examples weigh nothing. O(n inputs^2 + inputs^3).
  ///
  /// `spec` has doubts, `weights` need not have them yet.
  package init(
    _ spec: ModelSpec, _ weights: ModelWeights, _ embeddings: StaticEmbeddings?, _ examples: [Example]
  ) throws(WitanError) {
    let n = spec.doubtInputs
    var blank = weights
    blank.doubt = [Float](repeating: 0, count: n * n)
    blank.doubtVariance = [Float](repeating: 0, count: spec.width * n)
    let classifier = try Classifier(
      bytes: ModelFile.encode(spec: spec, weights: blank, metadata: [:]), embeddings: embeddings)
    let weighing = examples.filter { $0.weight > 0 }
    let step = max(1, (weighing.count + Self.maximumExamples - 1) / Self.maximumExamples)
    let sample = stride(from: 0, to: weighing.count, by: step).map { weighing[$0] }
    guard !sample.isEmpty else { throw WitanError(.data, "there are no examples to fit doubts on") }
    let inputs = classifier.representations(of: sample).map { Double($0) }
    let total = weighing.reduce(0) { $0 + Double($1.weight) }
    var generic: [[Double]] = []
    if let embeddings, spec.dense != nil {
      let texts = min(Self.genericTexts, sample.count)
      // About four word pieces to three words.
      let lengths = (0..<texts).map { i in
        let words = sample[i * sample.count / texts].text.utf8.split { $0 <= 0x20 }.count
        return min(Self.genericPieces, max(1, words * 4 / 3))
      }
      for kind in GenericText.allCases {
        generic.append(try kind.vectors(embeddings, lengths: lengths, seed: 1))
      }
    }
    try self.init(inputs, sample.map { Double($0.weight) }, total: total, spec, generic: generic)
  }

  /// From the representations of the examples [examples x inputs] and their weights, which stand for `total`.
  /// `generic` are vectors of text on any subject [kinds][texts x dimensions], two kinds at most.
  package init(
    _ inputs: [Double], _ weights: [Double], total: Double, _ spec: ModelSpec, generic: [[Double]] = []
  ) throws(WitanError) {
    precondition(generic.count <= 2)
    let (n, width, sampled) = (spec.doubtInputs, spec.width, weights.reduce(0, +))
    // The last input is the 1 that takes the means away.
    var (means, spreads) = ([Double](repeating: 0, count: n), [Double](repeating: 1, count: n))
    for d in 0..<n - 1 {
      let column = stride(from: d, to: inputs.count, by: n)
      means[d] = zip(column, weights).reduce(0) { $0 + $1.1 * inputs[$1.0] } / sampled
      let square = zip(column, weights).reduce(0) {
        let off = inputs[$1.0] - means[d]
        return $0 + $1.1 * off * off
      }
      let spread = (square / sampled).squareRoot()
      if spread > 1e-6 { spreads[d] = spread }
    }
    var (rows, curvature) = (inputs, [Double](repeating: 0, count: width))
    var p = [Float](repeating: 0, count: width)
    for (i, weight) in weights.enumerated() {
      for j in 0..<width { p[j] = Float(inputs[i * n + j]) }
      p.withUnsafeMutableBufferPointer { spec.activate($0.baseAddress!) }
      for j in 0..<width { curvature[j] += weight * Double(p[j] * (1 - p[j])) * total / sampled }
      let scale = (weight / sampled).squareRoot()
      for d in 0..<n { rows[i * n + d] = scale * (inputs[i * n + d] - means[d]) / spreads[d] }
    }
    var gram = [Double](repeating: 0, count: n * n)
    addGram(rows, to: &gram, n: n, k: weights.count)
    guard let eigen = SymmetricEigen(gram, n: n) else {
      throw WitanError(.data, "the second moment of the representations has no eigenvectors", at: "doubt")
    }
    let moments = eigen.values.map { max(0, $0) }
    let prior = Self.evidencePrior(moments, curvature, length: spreads[..<width].reduce(0) { $0 + $1 * $1 })

    var directions = [Float](repeating: 0, count: n * n)
    for d in 0..<n {
      let vector = eigen.vectors[d * n..<(d + 1) * n]
      var constant = vector.last!
      for (i, value) in vector.enumerated().dropLast() {
        directions[i * n + d] = Float(value / spreads[i])
        constant -= value / spreads[i] * means[i]
      }
      directions[(n - 1) * n + d] = Float(constant)
    }
    var variance = curvature.flatMap { k in moments.map { Float(1 / (k * $0 + prior)) } }
    let first = width
    let dimensions = spec.dense?.dimensions ?? 0
    let own = weights.indices.flatMap { inputs[$0 * n + first..<$0 * n + first + dimensions] }
    let constant = (0..<n).max {
      eigen.vectors[$0 * n + n - 1].magnitude < eigen.vectors[$1 * n + n - 1].magnitude
    }!
    let largest = (0..<n).filter { $0 != constant }.max { moments[$0] < moments[$1] }
    let typical = curvature.map { k in moments.reduce(0) { $0 + $1 / (k * $1 + prior) } }
    for (kind, slot) in zip(generic, [constant] + (largest.map { [$0] } ?? [])) {
      guard
        let line = ForeignDirection(
          own: own, weights.map { $0 / sampled }, generic: kind, dimensions: dimensions)
      else { continue }
      for i in 0..<n {
        let isVector = first <= i && i < first + dimensions
        directions[i * n + slot] = isVector ? Float(line.weights[i - first]) : 0
      }
      directions[(n - 1) * n + slot] = Float(line.constant)
      for j in 0..<width { variance[j * n + slot] = Float(typical[j]) }
    }
    (self.directions, self.variance) = (directions, variance)
    priorPrecision = prior
  }

  /// The precision of the prior with the highest evidence, for weights of this squared `length` in all.
  /// `moments` [inputs] of the one Kronecker factor, `curvature` [width] of the other; in 1e-3...1e6.
  package static func evidencePrior(_ moments: [Double], _ curvature: [Double], length: Double) -> Double {
    var prior = 1.0
    for _ in 0..<200 {
      let determined = curvature.reduce(0) { sum, k in
        sum + moments.reduce(0) { $0 + k * $1 / (k * $1 + prior) }
      }
      let next = min(1e6, max(1e-3, determined / max(1e-6, length)))
      if (next - prior).magnitude < 1e-9 * prior { return next }
      prior = next
    }
    return prior
  }
}
