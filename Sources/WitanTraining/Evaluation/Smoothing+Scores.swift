internal import Foundation
package import Witan

extension ProbeSpec.Smoothing {
  /// Probabilities read one after the other, their logits averaged. O(readings).
  package func smoothed(_ probabilities: [Float]) -> [Float] {
    // A probability of 0 or 1 in float32 has no logit; none is surer than 24 bits tell.
    let logits = probabilities.map { p in
      let p = min(max(Double(p), 1e-7), 1 - 1e-7)
      return log(p / (1 - p))
    }
    var (out, state) = ([Float](), 0.0)
    out.reserveCapacity(logits.count)
    for (t, z) in logits.enumerated() {
      let mean: Double
      switch self {
      case .window(let count):
        state += z - (t >= count ? logits[t - count] : 0)
        mean = state / Double(min(t + 1, count))
      case .exponential(let rate):
        state = t == 0 ? z : state + Double(rate) * (z - state)
        mean = state
      }
      out.append(Float(1 / (1 + exp(-mean))))
    }
    return out
  }
}
