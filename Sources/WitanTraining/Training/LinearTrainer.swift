internal import Witan
internal import CKernels
internal import Foundation

/// Logistic or softmax regression over hashed features: AdaGrad, one example a step, feature dropout.
///
/// Equal data, options and seed give equal weights, bit for bit, on every machine: steps run in one
/// order, kernels neither reassociate nor contract floating point.
struct LinearTrainer {
  let spec: ModelSpec
  let options: TrainingOptions
  private let width: Int  // outputs rounded up to whole vectors
  private var rows: [Float]  // [buckets x 2 width] weights, then AdaGrad's squares
  private(set) var bias: [Float]  // [width]
  private var biasSquares: [Float]  // [width]

  init(_ spec: ModelSpec, _ options: TrainingOptions) {
    self.spec = spec
    self.options = options
    let lanes = Int(WITAN_TRAIN_LANES)
    width = (spec.width + lanes - 1) / lanes * lanes
    rows = [Float](repeating: 0, count: spec.features.buckets * 2 * width)
    bias = [Float](repeating: 0, count: width)
    biasSquares = bias
  }

  /// Sets the biases to the logits (or log shares) of how often each output applies. Otherwise the
  /// weights of all features would have to say that a label is rare, and long texts would pay for it.
  mutating func startFromBaseRates(_ data: TrainingSet) {
    let outputs = spec.width
    var sums = [Double](repeating: 0, count: outputs)
    var total = 0.0
    for i in 0..<data.count {
      total += Double(data.weights[i])
      for j in 0..<outputs { sums[j] += Double(data.weights[i] * data.targets[i * outputs + j]) }
    }
    for j in 0..<outputs {
      let share = (sums[j] + 0.5) / (total + 1)
      bias[j] = Float(spec.isSoftmax ? log(share) : log(share / (1 - share)))
    }
  }

  /// One pass over the examples named by `order`; returns the mean loss. O(features x width).
  mutating func epoch(
    _ data: TrainingSet, order: [Int], wordRate: Float, random: inout SeededRandom
  ) -> Double {
    let outputs = spec.width
    // The one column of a choice of two moves as far as two columns do apart.
    let rate = spec.isBinary ? 2 * options.learningRate : options.learningRate
    var kept = [UInt32](repeating: 0, count: data.longest)
    var z = [Float](repeating: 0, count: width)
    var gradient = z
    var loss = 0.0
    var total = 0.0
    let keep = UInt64(((1 - options.featureDropout) * 256).rounded())
    for i in order {
      let weight = data.weights[i]
      let range = data.ids(i)
      guard weight > 0, !range.isEmpty else { continue }
      let count = Self.drop(data.ids, range, keep: keep, &random, into: &kept)
      // Inverted dropout: what is left is scaled up, so that nothing changes when scoring.
      let scale = 256 / Float(keep) / Float(range.count).squareRoot()
      witan_train_forward(&z, rows, width, kept, count, scale)
      for j in 0..<outputs { z[j] += bias[j] }
      let target = i * outputs
      spec.activate(&z)
      loss +=
        Double(weight)
        * Loss.crossEntropy(softmax: spec.isSoftmax, z, data.targets[target..<target + outputs])
      total += Double(weight)
      for j in 0..<outputs { gradient[j] = (z[j] - data.targets[target + j]) * weight }
      for j in 0..<outputs {
        biasSquares[j] += gradient[j] * gradient[j]
        bias[j] -= rate * gradient[j] / (biasSquares[j] + 1e-12).squareRoot()
        gradient[j] *= scale
      }
      witan_train_adagrad(&rows, width, kept, count, gradient, rate, rate * wordRate)
    }
    return total > 0 ? loss / total : 0
  }

  /// Logits of every example. [examples x outputs]
  func logits(_ data: TrainingSet) -> [Float] {
    var out: [Float] = []
    out.reserveCapacity(data.count * spec.width)
    var z = [Float](repeating: 0, count: width)
    data.ids.withUnsafeBufferPointer { ids in
      for i in 0..<data.count {
        let range = data.ids(i)
        let scale = 1 / Float(max(1, range.count)).squareRoot()
        if let base = ids.baseAddress {
          witan_train_forward(&z, rows, width, base + range.lowerBound, range.count, scale)
        }
        for j in 0..<spec.width { out.append(z[j] + bias[j]) }
      }
    }
    return out
  }

  /// The weight of output `j` in row `bucket`.
  subscript(_ bucket: Int, _ j: Int) -> Float {
    get { rows[bucket * 2 * width + j] }
    set { rows[bucket * 2 * width + j] = newValue }
  }

  /// Copies the ids that dropout keeps; returns how many.
  private static func drop(
    _ ids: [UInt32], _ range: Range<Int>, keep: UInt64, _ random: inout SeededRandom,
    into kept: inout [UInt32]
  ) -> Int {
    var count = 0
    var bits: UInt64 = 0
    for (n, i) in range.enumerated() {
      if n & 7 == 0 { bits = random.next() }
      kept[count] = ids[i]
      count += bits & 255 < keep ? 1 : 0
      bits >>= 8
    }
    return count
  }
}

extension ModelSpec {
  /// Whether the columns are one choice; else each is a sigmoid.
  var isSoftmax: Bool { task == .singleLabel && !isBinary }

  /// z becomes probabilities, in place. [z.count >= width]
  func activate(_ z: inout [Float]) {
    z.withUnsafeMutableBufferPointer { z in
      if isSoftmax {
        softmax(z.baseAddress!, width)
      } else {
        witan_sigmoid(z.baseAddress!, z.baseAddress!, width)
      }
    }
  }
}

extension TrainingSet {
  /// Features of the longest example.
  var longest: Int { (0..<count).map { ids($0).count }.max() ?? 0 }
}
