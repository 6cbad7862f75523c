internal import Foundation
internal import Witan

/// Makes probabilities mean what they say, on examples that training did not see.
///
/// z becomes slope * z + offset. [width] each
struct Calibration {
  var slope: [Float]
  var offset: [Float]

  static func identity(_ width: Int) -> Calibration {
    Calibration(
      slope: Array(repeating: 1, count: width), offset: Array(repeating: 0, count: width))
  }

  /// Finds it on the logits of `dev`; the identity when they are too few to tell. [examples x width]
  init(_ logits: [Float], _ dev: TrainingSet, _ spec: ModelSpec) {
    self = .identity(spec.width)
    guard dev.count >= 20 else { return }
    if spec.isSoftmax {
      let t = Calibrator.temperature(logits, dev.targets, dev.weights, width: spec.width)
      slope = slope.map { $0 / t }
    } else if !dev.labelWeights.isEmpty {
      // Each label is known of few examples: one slope and offset for all keeps what sets them apart.
      let weights = dev.labelWeights.indices.map { dev.labelWeights[$0] * dev.weights[$0 / spec.width] }
      let common = Calibrator.platt(logits, dev.targets, weights, isCareful: true)
      slope = slope.map { _ in common.slope }
      offset = offset.map { _ in common.offset }
    } else {
      for j in 0..<spec.width { fit(j, logits, dev, spec) }
    }
  }

  private mutating func fit(_ j: Int, _ logits: [Float], _ dev: TrainingSet, _ spec: ModelSpec) {
    let column = stride(from: j, to: logits.count, by: spec.width)
    (slope[j], offset[j]) = Calibrator.platt(
      column.map { logits[$0] }, column.map { dev.targets[$0] }, dev.weights, shifts: !spec.isBinary)
  }

  /// All logits calibrated. [examples x width]
  func calibrated(_ logits: [Float], _ spec: ModelSpec) -> [Float] {
    var out = logits
    out.withUnsafeMutableBufferPointer { out in
      for start in stride(from: 0, to: out.count, by: spec.width) {
        spec.calibrate(out.baseAddress! + start, slope: slope, offset: offset)
      }
    }
    return out
  }

  private init(slope: [Float], offset: [Float]) { (self.slope, self.offset) = (slope, offset) }

  /// Mean weighted loss of the calibrated logits.
  func loss(_ logits: [Float], _ dev: TrainingSet, _ spec: ModelSpec) -> Double {
    let total = dev.weights.reduce(0.0) { $0 + Double($1) }
    return total > 0 ? losses(logits, dev, spec).reduce(0, +) / total : 0
  }

  /// Weighted loss of the calibrated logits of each example. [examples]
  func losses(_ logits: [Float], _ dev: TrainingSet, _ spec: ModelSpec) -> [Double] {
    let width = spec.width
    var losses = [Double](repeating: 0, count: dev.count)
    var z = [Float](repeating: 0, count: width)
    let logits = calibrated(logits, spec)
    for i in 0..<dev.count where dev.weights[i] > 0 {
      let row = i * width
      for j in 0..<width { z[j] = logits[row + j] }
      losses[i] = z.withUnsafeMutableBufferPointer { z in
        spec.activate(z.baseAddress!)
        return Double(dev.weights[i])
          * Loss.crossEntropy(
            softmax: spec.isSoftmax, UnsafeBufferPointer(z), dev.targets[row..<row + width],
            weights: dev.labelWeights(i, width: width))
      }
    }
    return losses
  }
}

package enum Calibrator {
  /// Temperature of a softmax (Guo et al. 2017, section 4.2): the T with log T in [-3, 3] that minimises the
  /// loss of softmax(z / T). In 1 / T the loss is convex, so Newton's method finds it in a few rounds, kept
  /// between the bounds known so far. O(rounds x examples x width).
  ///
  /// `logits` and `targets` [examples x width]
  package static func temperature(
    _ logits: [Float], _ targets: [Float], _ weights: [Float], width: Int
  ) -> Float {
    var (low, high) = (exp(-3.0), exp(3.0))
    var inverse = 1.0
    var p = [Float](repeating: 0, count: width)
    for _ in 0..<50 {
      var (gradient, curvature) = (0.0, 0.0)
      for start in stride(from: 0, to: logits.count, by: width) where weights[start / width] > 0 {
        for j in 0..<width { p[j] = logits[start + j] * Float(inverse) }
        p.withUnsafeMutableBufferPointer { softmax($0.baseAddress!, width) }
        // The mean of the logits under p, their mean under the targets, and their variance under p.
        var (mean, square, wanted, mass) = (0.0, 0.0, 0.0, 0.0)
        for j in 0..<width {
          let (z, q, y) = (Double(logits[start + j]), Double(p[j]), Double(targets[start + j]))
          mean += q * z
          square += q * z * z
          wanted += y * z
          mass += y
        }
        let weight = Double(weights[start / width])
        gradient += weight * (mass * mean - wanted)
        curvature += weight * mass * max(0, square - mean * mean)
      }
      if gradient > 0 { high = inverse } else { low = inverse }
      var next = curvature > 0 ? inverse - gradient / curvature : gradient > 0 ? low : high
      if !(next > low && next < high) { next = (low * high).squareRoot() }
      let isDone = (next / inverse - 1).magnitude < 1e-5
      inverse = next
      if isDone { break }
    }
    return Float(1 / inverse)
  }

  /// Slope and offset of one sigmoid (Platt 1999): Newton's method on the logistic loss of
  /// slope * z + offset, with a weak pull towards (1, 0) so that few positives do not run away. Without
  /// `shifts` the offset stays 0, as the temperature of a choice leaves the choice alone. `isCareful`: for few
  /// examples and large logits, of which a whole step of Newton's may overshoot: steps are halved until they
  /// gain, and logits that tell nothing are flattened.
  package static func platt(
    _ z: [Float], _ y: [Float], _ weights: [Float], shifts: Bool = true, isCareful: Bool = false
  ) -> (slope: Float, offset: Float) {
    var (slope, offset) = (1.0, 0.0)
    let pull = 1.0
    let pullOfOffset = shifts ? pull : 1e12
    func objective(_ slope: Double, _ offset: Double) -> Double {
      z.indices.reduce(0.5 * (pull * (slope - 1) * (slope - 1) + pullOfOffset * offset * offset)) {
        let logit = slope * Double(z[$1]) + offset
        return $0 + Double(weights[$1])
          * (max(0, logit) + log1p(exp(-logit.magnitude)) - Double(y[$1]) * logit)
      }
    }
    for _ in 0..<50 {
      var gradient = [pull * (slope - 1), pullOfOffset * offset]
      var hessian = [pull, 0, 0, pullOfOffset]
      for i in z.indices {
        let (x, w) = (Double(z[i]), Double(weights[i]))
        let p = 1 / (1 + exp(-(slope * x + offset)))
        let (g, h) = (w * (p - Double(y[i])), w * p * (1 - p))
        gradient[0] += g * x
        gradient[1] += g
        hessian[0] += h * x * x
        hessian[1] += h * x
        hessian[2] += h * x
        hessian[3] += h
      }
      guard var step = solvePositiveDefinite(hessian, gradient) else { break }
      if isCareful {
        let now = objective(slope, offset)
        for _ in 0..<30 where objective(slope - step[0], offset - step[1]) > now {
          step = step.map { $0 / 2 }
        }
      }
      slope -= step[0]
      offset -= step[1]
      if step[0].magnitude + step[1].magnitude < 1e-6 { break }
    }
    // A calibration may stretch and shift, but not turn the order round.
    if isCareful { return (Float(max(slope, 0.01)), Float(offset)) }
    return slope > 0.01 ? (Float(slope), Float(offset)) : (1, 0)
  }
}
