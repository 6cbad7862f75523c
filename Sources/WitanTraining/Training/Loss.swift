internal import Foundation

enum Loss {
  /// Cross entropy of probabilities against soft targets: summed over sigmoids, or of one softmax. `weights`
  /// are those of the targets, none when all weigh 1.
  static func crossEntropy(
    softmax: Bool, _ p: UnsafeBufferPointer<Float>, _ targets: ArraySlice<Float>,
    weights: ArraySlice<Float> = []
  ) -> Double {
    var loss = 0.0
    for (j, y) in targets.enumerated() {
      let q = Double(min(max(p[j], 1e-7), 1 - 1e-7))
      let weight = weights.isEmpty ? 1 : Double(weights[weights.startIndex + j])
      guard weight > 0 else { continue }
      if y > 0 { loss -= weight * Double(y) * log(q) }
      if !softmax && y < 1 { loss -= weight * Double(1 - y) * log(1 - q) }
    }
    return loss
  }
}
