internal import Foundation
package import Witan

extension CombinedScore {
  /// Fits weight and offset on calibrated logits of the same sequences, by logistic regression.
  ///
  /// The logit weight * (probe - text) + text + offset is linear in both parameters, so Newton's method finds
  /// the minimum; a weight outside 0...1 is taken to the nearer end and the offset fitted again, as it is when
  /// `weight` is given. Throws `invalidValue` for such a weight.
  package init(probe: [Float], text: [Float], _ y: [Float], weight given: Float? = nil) throws(WitanError) {
    var (weight, offset) = (Double(given ?? 0.5), 0.0)
    func descend(fixed: Bool) {
      for _ in 0..<50 {
        // Weak pulls towards a half and 0 keep few examples from running away.
        var gradient = [weight - 0.5, offset]
        var hessian = [1.0, 0, 0, 1.0]
        for i in y.indices {
          let x = Double(probe[i]) - Double(text[i])
          let p = 1 / (1 + exp(-(weight * x + Double(text[i]) + offset)))
          let (g, h) = (p - Double(y[i]), p * (1 - p))
          gradient[0] += g * x
          gradient[1] += g
          hessian[0] += h * x * x
          hessian[1] += h * x
          hessian[2] += h * x
          hessian[3] += h
        }
        if fixed { (gradient[0], hessian) = (0, [1, 0, 0, hessian[3]]) }
        guard let step = solvePositiveDefinite(hessian, gradient) else { break }
        // Far from the minimum the quadratic is no guide to lengths.
        let length = max(1, step[0].magnitude, step[1].magnitude)
        weight -= step[0] / length
        offset -= step[1] / length
        if step[0].magnitude + step[1].magnitude < 1e-6 { break }
      }
    }
    descend(fixed: given != nil)
    if given == nil, !(0...1 ~= weight) {
      weight = weight > 0.5 ? 1 : 0
      descend(fixed: true)
    }
    try self.init(weight: Float(weight), offset: Float(offset))
  }
}
