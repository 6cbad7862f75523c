internal import Foundation

enum Loss {
  /// Cross entropy of probabilities against soft targets: summed over sigmoids, or of one softmax.
  static func crossEntropy(
    softmax: Bool, _ p: UnsafeBufferPointer<Float>, _ targets: ArraySlice<Float>
  ) -> Double {
    var loss = 0.0
    for (j, y) in targets.enumerated() {
      let q = Double(min(max(p[j], 1e-7), 1 - 1e-7))
      if y > 0 { loss -= Double(y) * log(q) }
      if !softmax && y < 1 { loss -= Double(1 - y) * log(1 - q) }
    }
    return loss
  }
}
