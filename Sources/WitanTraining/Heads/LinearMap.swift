public import Witan

/// Dense features to outputs: W x + b.
public struct LinearMap: Sendable {
  public let width: Int
  public let outputs: Int
  /// [outputs x width], row-major
  public let weights: [Float]
  /// [outputs]
  public let intercepts: [Float]

  /// `parameters` [outputs x (width + 1)]: the weights of each output, then its intercept.
  init(_ parameters: [Double], width: Int, outputs: Int) {
    (self.width, self.outputs) = (width, outputs)
    let rows = (0..<outputs).map { parameters[$0 * (width + 1)..<($0 + 1) * (width + 1)] }
    weights = rows.flatMap { $0.dropLast().map { Float($0) } }
    intercepts = rows.map { Float($0.last!) }
  }

  /// The outputs of many examples. [n x width] -> [n x outputs]; O(n width outputs).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func callAsFunction(_ features: [Float]) throws(WitanError) -> [Float] {
    let count = try rows(features)
    guard count > 0 else { return [] }
    var z = matrixProduct(features, weights, m: count, n: outputs, k: width, transposeB: true)
    for i in z.indices { z[i] += intercepts[i % outputs] }
    return z
  }

  /// How many examples `features` holds. Throws `invalidValue`.
  func rows(_ features: [Float]) throws(WitanError) -> Int {
    guard features.count % width == 0 else {
      throw WitanError(
        .invalidValue, "has \(features.count) numbers, which is no multiple of the width \(width)",
        at: "features")
    }
    return features.count / width
  }
}
