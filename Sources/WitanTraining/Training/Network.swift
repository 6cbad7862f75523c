internal import CKernels
internal import Foundation
package import Witan

/// The weights under training, in float32: table rows, the dense layer, hidden layers.
///
/// The same function as `Head` computes, before rounding to whole numbers; `Quantizer` goes from one to
/// the other.
package final class Network: @unchecked Sendable {  // threads write to disjoint parts
  /// A layer of a hidden stack or the dense layer. [rows x width]
  package struct Layer {
    package let rows: Int
    package let width: Int  // inputs, padded to whole vectors
    package let weights: UnsafeMutablePointer<Float>
    let squares: UnsafeMutablePointer<Float>

    init(rows: Int, inputs: Int) {
      self.rows = rows
      width = (inputs + 15) / 16 * 16
      weights = .allocate(capacity: max(1, rows * width))
      squares = .allocate(capacity: max(1, rows * width))
      weights.initialize(repeating: 0, count: rows * width)
      squares.initialize(repeating: 0, count: rows * width)
    }

    /// Uniform weights of variance 1 / inputs (Glorot and Bengio 2010).
    func randomize(inputs: Int, _ random: inout SeededRandom) {
      let bound = (3 / Float(inputs)).squareRoot()
      for i in 0..<rows {
        for j in 0..<inputs { weights[i * width + j] = (2 * Float(random.unit()) - 1) * bound }
      }
    }

    func copy(_ other: Layer) {
      weights.update(from: other.weights, count: rows * width)
      squares.update(from: other.squares, count: rows * width)
    }

    func deallocate() {
      weights.deallocate()
      squares.deallocate()
    }
  }

  package let spec: ModelSpec
  package let columns: Int  // outputs and first hidden units
  package let stride: Int  // columns as a training row has them
  package let rows: UnsafeMutablePointer<Float>  // [buckets x 2 stride] weights, then AdaGrad's squares
  package let bias: UnsafeMutablePointer<Float>  // [columns]
  let biasSquares: UnsafeMutablePointer<Float>
  package let dense: Layer  // [columns x dimensions]
  package let hidden: Layer  // [second x first]
  package let hiddenBias: Layer  // [1 x second]
  package let output: Layer  // [width x last]
  /// How the outputs hold together; nil when each stands for itself.
  package var sharing: Sharing?

  /// Initial bias of hidden units: they begin where relu lets gradients through.
  static let unitBias: Float = 0.1
  /// The unit vector of word pieces is stretched by this, so that it is heard beside the n-grams.
  static let denseGain: Float = 3

  package init(_ spec: ModelSpec, seed: UInt64) {
    self.spec = spec
    columns = spec.width + (spec.hidden.first ?? 0)
    let lanes = Int(WITAN_TRAIN_LANES)
    stride = columns == 1 ? 1 : (columns + lanes - 1) / lanes * lanes
    rows = .allocate(capacity: spec.features.buckets * 2 * stride)
    rows.initialize(repeating: 0, count: spec.features.buckets * 2 * stride)
    bias = .allocate(capacity: stride)
    biasSquares = .allocate(capacity: stride)
    bias.initialize(repeating: 0, count: stride)
    biasSquares.initialize(repeating: 0, count: stride)
    dense = Layer(rows: spec.dense == nil ? 0 : columns, inputs: spec.dense?.dimensions ?? 0)
    let second = spec.hidden.count == 2 ? spec.hidden[1] : 0
    hidden = Layer(rows: second, inputs: spec.hidden.first ?? 0)
    hiddenBias = Layer(rows: 1, inputs: second)
    output = Layer(rows: spec.hidden.isEmpty ? 0 : spec.width, inputs: spec.hidden.last ?? 0)
    guard let first = spec.hidden.first, let last = spec.hidden.last else { return }
    var random = SeededRandom(seed: seed, purpose: "initial weights")
    output.randomize(inputs: last, &random)
    hidden.randomize(inputs: first, &random)
    if let dimensions = spec.dense?.dimensions {
      let units = Layer(rows: first, inputs: dimensions)
      units.randomize(inputs: dimensions, &random)
      (dense.weights + spec.width * dense.width).update(from: units.weights, count: first * dense.width)
      units.deallocate()
    }
    for j in spec.width..<columns { bias[j] = Self.unitBias }
    for j in 0..<second { hiddenBias.weights[j] = Self.unitBias }
  }

  deinit {
    rows.deallocate()
    bias.deallocate()
    biasSquares.deallocate()
    for layer in [dense, hidden, hiddenBias, output] { layer.deallocate() }
  }

  func copy() -> Network {
    let copy = Network(spec, seed: 0)
    copy.take(self)
    return copy
  }

  /// Takes the weights of a network of the same architecture.
  func take(_ other: Network) {
    sharing = other.sharing
    rows.update(from: other.rows, count: spec.features.buckets * 2 * stride)
    bias.update(from: other.bias, count: stride)
    biasSquares.update(from: other.biasSquares, count: stride)
    for (to, from) in zip(
      [dense, hidden, hiddenBias, output], [other.dense, other.hidden, other.hiddenBias, other.output])
    {
      to.copy(from)
    }
  }

  /// Sets the biases to the logits (or log shares) of how often each output applies. Otherwise the
  /// weights of all features would have to say that a label is rare, and long texts would pay for it.
  package func startFromBaseRates(_ data: TrainingSet) {
    let outputs = spec.width
    var sums = [Double](repeating: 0, count: outputs)
    var totals = sums
    for i in 0..<data.count {
      let known = data.labelWeights(i, width: outputs)
      for j in 0..<outputs {
        let weight = data.weights[i] * (known.isEmpty ? 1 : known[known.startIndex + j])
        totals[j] += Double(weight)
        sums[j] += Double(weight * data.targets[i * outputs + j])
      }
    }
    for j in 0..<outputs {
      let share = (sums[j] + 0.5) / (totals[j] + 1)
      bias[j] = Float(spec.isSoftmax ? log(share) : log(share / (1 - share)))
    }
    sharing?.split(bias, outputs)
  }

  /// The weight of column `j` in row `bucket`.
  subscript(_ bucket: Int, _ j: Int) -> Float { rows[bucket * 2 * stride + j] }
}

/// Scratch of one forward and backward pass over one text.
package struct Activations {
  package let x: UnsafeMutablePointer<Float>  // [stride] outputs' own part, then hidden units before relu
  package let first: UnsafeMutablePointer<Float>  // [first hidden]
  package let second: UnsafeMutablePointer<Float>  // [second hidden]
  package let z: UnsafeMutablePointer<Float>  // [width] logits, then probabilities
  package let gradient: UnsafeMutablePointer<Float>  // [stride] of x
  package let secondGradient: UnsafeMutablePointer<Float>
  package let vector: UnsafeMutablePointer<Float>  // [dimensions] the dense vector
  private let base: UnsafeMutablePointer<Float>

  package init(_ network: Network) {
    func padded(_ count: Int) -> Int { (count + 31) / 16 * 16 }
    let spec = network.spec
    let (a, b, c) = (
      padded(network.stride), padded(spec.hidden.first ?? 0),
      padded(spec.hidden.count == 2 ? spec.hidden[1] : 0)
    )
    let d = padded(spec.dense?.dimensions ?? 0)
    let count = 3 * a + b + 2 * c + d
    base = .allocate(capacity: count)
    base.initialize(repeating: 0, count: count)
    x = base
    z = x + a
    gradient = z + a
    first = gradient + a
    second = first + b
    secondGradient = second + c
    vector = secondGradient + c
  }

  package func deallocate() { base.deallocate() }
}

extension Network {
  /// x is what the table gave; adds the dense part and biases, runs the hidden layers, leaves logits in z.
  package func forward(_ a: Activations, isDense: Bool) {
    let width = spec.width
    if isDense && dense.rows > 0 {
      // z serves as scratch here and in `backward`: it has room for all columns.
      witan_dot_rows(dense.weights, columns, dense.width, a.vector, a.z)
      for j in 0..<columns { a.x[j] += a.z[j] }
    }
    for j in 0..<columns { a.x[j] += bias[j] }
    defer { sharing?.join(a.z, width) }
    guard let units = spec.hidden.first else { return a.z.update(from: a.x, count: width) }
    for k in 0..<units { a.first[k] = max(0, a.x[width + k]) }
    var last = a.first
    if hidden.rows > 0 {
      witan_dot_rows(hidden.weights, hidden.rows, hidden.width, a.first, a.second)
      for k in 0..<hidden.rows { a.second[k] = max(0, a.second[k] + hiddenBias.weights[k]) }
      last = a.second
    }
    witan_dot_rows(output.weights, width, output.width, last, a.z)
    for j in 0..<width { a.z[j] += a.x[j] }
  }

  /// gradient[0 ..< width] is dz; fills the rest of it, and secondGradient.
  package func backward(_ a: Activations) {
    let width = spec.width
    sharing?.pull(a.gradient, width)
    guard let units = spec.hidden.first else { return }
    if hidden.rows > 0 {
      witan_train_backward(output.weights, width, output.width, a.gradient, a.secondGradient)
      for k in 0..<hidden.rows where a.second[k] <= 0 { a.secondGradient[k] = 0 }
      witan_train_backward(hidden.weights, hidden.rows, hidden.width, a.secondGradient, a.z)
      for k in 0..<units { a.gradient[width + k] = a.x[width + k] > 0 ? a.z[k] : 0 }
    } else {
      witan_train_backward(output.weights, width, output.width, a.gradient, a.z)
      for k in 0..<units { a.gradient[width + k] = a.x[width + k] > 0 ? a.z[k] : 0 }
    }
  }
}
