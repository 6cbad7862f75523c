internal import Foundation

/// What a probe is trained to make small; of one label over one sequence of T tokens.
///
/// With l(y, z) = BCE(y, sigmoid(z)) and zbar_t the mean of the last M logits (of all while there are fewer):
///
/// - `mean`: the mean of l(y, z_t).
/// - `cumulativeMaximum`: the mean of l(y, max of z_1 ... z_t); `annealed`: that and `mean`, moving from the
///   second to the first over the first half of the passes (Constitutional Classifiers, arXiv 2501.18837).
/// - `window`: the mean of l(y, zbar_t).
/// - `softmax`: sum_t w_t l(y, z_t), w = softmax(z / temperature).
/// - `windowSoftmax`: sum_t w_t l(y, zbar_t), w = softmax(zbar / temperature) (Constitutional Classifiers++,
///   arXiv 2601.04603). The gradient goes through w as well; w is not held constant.
///
/// y is the sequence's label. With labels of tokens y_t is the largest in the window that the term looks at.
public enum ProbeLoss: String, Sendable, CaseIterable {
  case mean, window, softmax
  case cumulativeMaximum = "cumulative-max"
  case annealed = "annealed-max"
  case windowSoftmax = "window-softmax"

  /// Whether logits are averaged over a window.
  public var usesWindow: Bool { self == .window || self == .windowSoftmax }

  /// The loss of `z` [tokens], and its gradient added to nothing: `gradient` [tokens] is overwritten.
  ///
  /// `y`: one value, or one a token. `progress`: the share of the annealing that is done. O(tokens).
  package func value(
    _ z: [Double], _ y: [Float], window: Int, temperature: Double, progress: Double = 1,
    gradient: inout [Double]
  ) -> Double {
    gradient = [Double](repeating: 0, count: z.count)
    switch self {
    case .mean: return Self.weighted(z, y, window: 1, temperature: nil, &gradient)
    case .window: return Self.weighted(z, y, window: window, temperature: nil, &gradient)
    case .softmax: return Self.weighted(z, y, window: 1, temperature: temperature, &gradient)
    case .windowSoftmax: return Self.weighted(z, y, window: window, temperature: temperature, &gradient)
    case .cumulativeMaximum: return Self.cumulative(z, y, &gradient)
    case .annealed:
      var other = gradient
      let plain = Self.weighted(z, y, window: 1, temperature: nil, &other)
      let most = Self.cumulative(z, y, &gradient)
      for t in z.indices { gradient[t] = progress * gradient[t] + (1 - progress) * other[t] }
      return progress * most + (1 - progress) * plain
    }
  }

  /// sum_t w_t l(y_t, zbar_t); w is uniform without a temperature.
  private static func weighted(
    _ z: [Double], _ y: [Float], window: Int, temperature: Double?, _ gradient: inout [Double]
  ) -> Double {
    let count = z.count
    var means = [Double](repeating: 0, count: count)
    var sum = 0.0
    for t in 0..<count {
      sum += z[t]
      if t >= window { sum -= z[t - window] }
      means[t] = sum / Double(min(t + 1, window))
    }
    var weights = [Double](repeating: 1 / Double(count), count: count)
    if let temperature {
      let largest = means.max() ?? 0
      weights = means.map { exp(($0 - largest) / temperature) }
      let total = weights.reduce(0, +)
      weights = weights.map { $0 / total }
    }
    var loss = 0.0
    var losses = [Double](repeating: 0, count: count)
    var slopes = losses
    for t in 0..<count {
      let target = y.count == 1 ? y[0] : y[max(0, t - window + 1)...t].max() ?? 0
      (losses[t], slopes[t]) = entropy(Double(target), means[t])
      loss += weights[t] * losses[t]
    }
    // d loss / d zbar, then spread over the logits that each mean is of, from the last to the first.
    for t in 0..<count {
      var g = weights[t] * slopes[t]
      if let temperature { g += weights[t] * (losses[t] - loss) / temperature }
      slopes[t] = g / Double(min(t + 1, window))
    }
    var running = 0.0
    for t in stride(from: count - 1, through: 0, by: -1) {
      running += slopes[t]
      if t + window < count { running -= slopes[t + window] }
      gradient[t] = running
    }
    return loss
  }

  /// The mean over t of l(y, max of z up to t); the gradient goes to the first largest.
  private static func cumulative(_ z: [Double], _ y: [Float], _ gradient: inout [Double]) -> Double {
    var (loss, place, target) = (0.0, 0, y[0])
    for t in z.indices {
      if z[t] > z[place] { place = t }
      if y.count > 1 { target = max(target, y[t]) }
      let (value, slope) = entropy(Double(target), z[place])
      loss += value
      gradient[place] += slope / Double(z.count)
    }
    return loss / Double(z.count)
  }

  /// l(y, z) and its derivative, without overflow.
  private static func entropy(_ y: Double, _ z: Double) -> (Double, Double) {
    let e = exp(-z.magnitude)
    let p = z >= 0 ? 1 / (1 + e) : e / (1 + e)
    return (max(z, 0) - y * z + log1p(e), p - y)
  }
}
