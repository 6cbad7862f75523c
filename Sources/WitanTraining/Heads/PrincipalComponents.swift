public import Witan

/// The orthogonal directions along which features vary most, by the eigen-decomposition of their
/// covariance (Hotelling 1933; Jolliffe, Principal Component Analysis, chapter 3).
///
/// A direction's sign is chosen so that its entry of largest magnitude is positive (of those within
/// 1e-8 of the largest, the first).
public struct PrincipalComponents: Sendable {
  public let width: Int
  /// How many components are kept.
  public let count: Int
  /// [width]
  public let mean: [Float]
  /// Unit vectors, that of most variance first. [count x width], row-major
  public let components: [Float]
  /// Variance along each component, with n - 1 in the denominator. [count]
  public let explainedVariance: [Double]
  /// The same over the variance of all directions. [count]
  public let explainedShare: [Double]

  /// Finds `count` components of `features` [n x width]; meant for widths up to a few thousand.
  /// O(n width^2 + width^3), memory O(width^2) beside the features.
  ///
  /// Throws `invalidValue` when the numbers do not fit together; `data` when there are fewer than two
  /// rows, a number is not finite, or the features vary in fewer than `count` directions.
  public init(_ features: [Float], width: Int, count: Int) throws(WitanError) {
    let data = try DenseExamples(
      features: features, targets: [Float](repeating: 0, count: features.count / max(1, width)),
      width: width, outputs: 1)
    guard 1...width ~= count else {
      throw WitanError(.invalidValue, "is not in 1...\(width)", at: "count")
    }
    guard data.count >= 2 else { throw WitanError(.data, "there is one row; variance needs two") }
    let mean = DenseExamples.mean(features, width, data.weights)
    var covariance = [Double](repeating: 0, count: width * width)
    for rows in data.blocks {
      addGram(DenseExamples.centred(features, rows, mean), to: &covariance, n: width, k: rows.count)
    }
    for i in covariance.indices { covariance[i] /= Double(data.count - 1) }
    guard let eigen = SymmetricEigen(covariance, n: width) else {
      throw WitanError(.data, "the eigen-decomposition does not converge; scale them", at: "features")
    }
    let least = 16 * Double(width) * 0x1p-52 * eigen.values[width - 1]
    let rank = eigen.values.count { $0 > least }
    guard count <= rank else {
      throw WitanError(
        .data, "vary in \(rank) directions only; ask for at most so many components, not \(count)",
        at: "features")
    }
    let kept = (0..<count).map { width - 1 - $0 }
    let total = eigen.values.reduce(0) { $0 + max(0, $1) }
    (self.width, self.count) = (width, count)
    self.mean = mean.map { Float($0) }
    components = kept.flatMap { i in eigen.vectors[i * width..<(i + 1) * width].map { Float($0) } }
    explainedVariance = kept.map { eigen.values[$0] }
    explainedShare = explainedVariance.map { $0 / total }
  }

  /// The coordinates of many examples along the components. [n x width] -> [n x count];
  /// O(n width count).
  ///
  /// Throws `invalidValue` when the length of `features` is no multiple of the width.
  public func transform(_ features: [Float]) throws(WitanError) -> [Float] {
    guard features.count % width == 0 else {
      throw WitanError(
        .invalidValue, "has \(features.count) numbers, which is no multiple of the width \(width)",
        at: "features")
    }
    guard !features.isEmpty else { return [] }
    let centred = features.indices.map { features[$0] - mean[$0 % width] }
    return matrixProduct(
      centred, components, m: features.count / width, n: count, k: width, transposeB: true)
  }

  /// The features that coordinates stand for. [n x count] -> [n x width]; O(n width count).
  ///
  /// Throws `invalidValue` when the length of `coordinates` is no multiple of the count.
  public func reconstruct(_ coordinates: [Float]) throws(WitanError) -> [Float] {
    guard coordinates.count % count == 0 else {
      throw WitanError(
        .invalidValue, "has \(coordinates.count) numbers, which is no multiple of \(count) components",
        at: "coordinates")
    }
    guard !coordinates.isEmpty else { return [] }
    var out = matrixProduct(coordinates, components, m: coordinates.count / count, n: width, k: count)
    for i in out.indices { out[i] += mean[i % width] }
    return out
  }
}
