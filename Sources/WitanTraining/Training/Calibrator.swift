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
    let width = spec.width
    var (loss, total) = (0.0, 0.0)
    var z = [Float](repeating: 0, count: width)
    let logits = calibrated(logits, spec)
    for i in 0..<dev.count where dev.weights[i] > 0 {
      let row = i * width
      for j in 0..<width { z[j] = logits[row + j] }
      let weight = Double(dev.weights[i])
      loss += z.withUnsafeMutableBufferPointer { z in
        spec.activate(z.baseAddress!)
        return weight
          * Loss.crossEntropy(
            softmax: spec.isSoftmax, UnsafeBufferPointer(z), dev.targets[row..<row + width])
      }
      total += weight
    }
    return total > 0 ? loss / total : 0
  }
}

enum Calibrator {
  /// Temperature of a softmax (Guo et al. 2017, section 4.2): the T that minimises the loss of
  /// softmax(z / T), by golden-section search over log T in [-3, 3].
  ///
  /// `logits` and `targets` [examples x width]
  static func temperature(
    _ logits: [Float], _ targets: [Float], _ weights: [Float], width: Int
  ) -> Float {
    func loss(_ logT: Double) -> Double {
      let inverse = Float(exp(-logT))
      var total = 0.0
      var z = [Float](repeating: 0, count: width)
      for start in stride(from: 0, to: logits.count, by: width) where weights[start / width] > 0 {
        for j in 0..<width { z[j] = logits[start + j] * inverse }
        let loss = z.withUnsafeMutableBufferPointer { z in
          softmax(z.baseAddress!, width)
          return Loss.crossEntropy(
            softmax: true, UnsafeBufferPointer(z), targets[start..<start + width])
        }
        total += Double(weights[start / width]) * loss
      }
      return total
    }
    let ratio = (5.0.squareRoot() - 1) / 2
    var (a, b) = (-3.0, 3.0)
    var (c, d) = (b - ratio * (b - a), a + ratio * (b - a))
    var (fc, fd) = (loss(c), loss(d))
    for _ in 0..<30 {
      if fc < fd {
        (b, d, fd) = (d, c, fc)
        c = b - ratio * (b - a)
        fc = loss(c)
      } else {
        (a, c, fc) = (c, d, fd)
        d = a + ratio * (b - a)
        fd = loss(d)
      }
    }
    return Float(exp((a + b) / 2))
  }

  /// Slope and offset of one sigmoid (Platt 1999): Newton's method on the logistic loss of
  /// slope * z + offset, with a weak pull towards (1, 0) so that few positives do not run away. Without
  /// `shifts` the offset stays 0, as the temperature of a choice leaves the choice alone.
  static func platt(
    _ z: [Float], _ y: [Float], _ weights: [Float], shifts: Bool = true
  ) -> (slope: Float, offset: Float) {
    var (slope, offset) = (1.0, 0.0)
    let pull = 1.0
    let pullOfOffset = shifts ? pull : 1e12
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
      guard let step = solvePositiveDefinite(hessian, gradient) else { break }
      slope -= step[0]
      offset -= step[1]
      if step[0].magnitude + step[1].magnitude < 1e-6 { break }
    }
    // A calibration may stretch and shift, but not turn the order round.
    return slope > 0.01 ? (Float(slope), Float(offset)) : (1, 0)
  }
}
