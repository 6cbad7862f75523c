#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The last step: from the mean of a text's rows to a probability for each label, with the roundings
/// of fastText's own arithmetic (a table for the sigmoid, a floor of 1e-5 under every logarithm).
struct FastTextHead {
  let output: FastTextMatrix  // [labels x dimension]
  let dimension: Int
  let loss: FastTextLoss
  let tree: FastTextTree?  // for hierarchical softmax

  /// Throws `format` when the labels' counts make no tree.
  init(_ parts: FastTextParts) throws(WitanError) {
    output = parts.output
    dimension = parts.arguments.dimension
    loss = parts.arguments.loss
    tree =
      loss == .hierarchicalSoftmax ? try FastTextTree(counts: parts.dictionary.labelCounts) : nil
  }

  var labelCount: Int { output.rowCount }
  /// Floats that `probabilities` needs to work in.
  var scratchCount: Int { tree?.nodeCount ?? labelCount }

  /// fastText's logarithm of a probability, finite for 0.
  static func log(_ x: Float) -> Float { Float(logarithm(Double(x) + 1e-5)) }

  /// The probability of each label, before the floor. [hidden: dimension] -> [out: labels]
  private func outputs(_ hidden: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    output.products(hidden, into: out, dimension: dimension)
    for i in 0..<labelCount where out[i].isNaN { out[i] = -.infinity }  // damaged weights
    switch loss {
    case .softmax, .hierarchicalSoftmax:
      // fastText takes the exponential in double precision, where `softmax` does not.
      let largest = (0..<labelCount).reduce(-Float.infinity) { max($0, out[$1]) }
      var sum: Float = 0
      for i in 0..<labelCount {
        out[i] = largest.isFinite ? Float(exp(Double(out[i] - largest))) : 0
        sum += out[i]
      }
      if sum > 0 { for i in 0..<labelCount { out[i] /= sum } }
    case .oneVersusAll, .negativeSampling:
      for i in 0..<labelCount { out[i] = Self.sigmoid(out[i]) }
    }
  }

  /// out[j] = the probability that fastText prints for label j, at most 1. O(labels x dimension); no
  /// allocation. [hidden: dimension], [scratch: scratchCount] -> [out: labels]
  func probabilities(
    _ hidden: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    guard let tree else {
      outputs(hidden, into: out)
      for i in 0..<labelCount { out[i] = min(1, out[i] + 1e-5) }
      return
    }
    tree.logarithms(into: scratch) { output.product($0, hidden, dimension: dimension) }
    for i in 0..<labelCount { out[i] = min(1, expf(scratch[i])) }
  }

  /// The `k` most probable labels of at least `threshold`, as fastText prints them.
  /// [hidden: dimension], [scratch: scratchCount]
  func best(
    _ hidden: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, k: Int, threshold: Float
  ) -> [(label: Int, probability: Float)] {
    var ranking = FastTextRanking(k)
    if let tree {
      tree.visit(threshold: Self.log(threshold), &ranking) {
        output.product($0, hidden, dimension: dimension)
      }
    } else {
      outputs(hidden, into: scratch)
      for i in 0..<labelCount where scratch[i] >= threshold {
        ranking.offer(Self.log(scratch[i]), label: i)
      }
    }
    return ranking.sorted().map { ($0.label, expf($0.score)) }
  }
}

extension FastTextHead {
  /// fastText's sigmoid: 512 steps from -8 to 8, 0 and 1 outside.
  static func sigmoid(_ x: Float) -> Float {
    guard x >= -8 else { return 0 }
    guard x <= 8 else { return 1 }
    return sigmoids[Int((x + 8) * 512 / 8 / 2)]
  }

  private static let sigmoids: [Float] = (0...512).map { i in
    let x = Float(i * 16) / 512 - 8
    return Float(1 / (1 + Double(expf(-x))))
  }

  /// The sigmoid at the nodes of the tree, which is computed.
  static func exactSigmoid(_ x: Float) -> Float { Float(1 / Double(1 + expf(-x))) }
}

/// The C library's `log`, under a name that the type's own does not hide.
private func logarithm(_ x: Double) -> Double { log(x) }
