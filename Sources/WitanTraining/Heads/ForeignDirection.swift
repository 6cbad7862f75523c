internal import Witan

/// The line between a classifier's own text and text on any subject, in the space of word-piece vectors: how far a text
/// lies to the foreign side of where its own lie (Fisher's linear discriminant; it sets the training text against a
/// background, as Ren et al. 2021, A Simple Fix to Mahalanobis Distance, do by a second Gaussian).
struct ForeignDirection {
  /// The share of the mean variance that is added to each, so that few texts do.
  private static let ridge = 1e-4

  /// [dimensions]
  let weights: [Double]
  let constant: Double

  /// `own` [n x dimensions] with weights that sum to 1, `generic` [m x dimensions]. nil when either is empty or all
  /// the same. O((n + m) dimensions^2 + dimensions^3)
  init?(own: [Double], _ shares: [Double], generic: [Double], dimensions: Int) {
    let m = generic.count / max(1, dimensions)
    guard !shares.isEmpty, m > 0 else { return nil }
    let (mean, cov) = Self.moments(own, shares, dimensions)
    let (other, otherCov) = Self.moments(generic, [Double](repeating: 1 / Double(m), count: m), dimensions)
    var pooled = zip(cov, otherCov).map { ($0 + $1) / 2 }
    let trace = (0..<dimensions).reduce(0) { $0 + pooled[$1 * dimensions + $1] }
    for d in 0..<dimensions { pooled[d * dimensions + d] += Self.ridge * trace / Double(dimensions) }
    guard let w = solvePositiveDefinite(pooled, zip(mean, other).map { $0 - $1 }) else { return nil }
    var variance = 0.0
    for a in 0..<dimensions {
      for b in 0..<dimensions { variance += w[a] * cov[a * dimensions + b] * w[b] }
    }
    guard variance > 1e-12 else { return nil }
    // Own text lies about a deviation from the far side's edge, so that the mean of the square is 1.
    let scale = 1 / (2 * variance).squareRoot()
    weights = w.map { -$0 * scale }
    constant = (zip(w, mean).reduce(0) { $0 + $1.0 * $1.1 } + variance.squareRoot()) * scale
  }

  private static func moments(
    _ rows: [Double], _ shares: [Double], _ n: Int
  ) -> (mean: [Double], covariance: [Double]) {
    var mean = [Double](repeating: 0, count: n)
    for (i, share) in shares.enumerated() {
      for d in 0..<n { mean[d] += share * rows[i * n + d] }
    }
    var centred = rows
    for (i, share) in shares.enumerated() {
      for d in 0..<n { centred[i * n + d] = share.squareRoot() * (rows[i * n + d] - mean[d]) }
    }
    var covariance = [Double](repeating: 0, count: n * n)
    addGram(centred, to: &covariance, n: n, k: shares.count)
    mirrorLowerTriangle(&covariance, n: n)
    return (mean, covariance)
  }
}
