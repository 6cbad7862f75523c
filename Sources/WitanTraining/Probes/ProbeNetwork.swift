package import Witan

/// A probe in training: over standardised states x' = (x - mean) / deviation.
package struct ProbeNetwork {
  let dimensions: Int
  let units: Int
  let labels: Int
  var hidden: [Float]  // [units x dimensions]
  var hiddenBias: [Float]  // [units]
  var output: [Float]  // [labels x (units or dimensions)]
  var bias: [Float]  // [labels]

  /// Zeros for a linear probe; with a hidden layer random weights, uniform with the variance of He et al. 2015.
  package init(dimensions: Int, units: Int, bias: [Float], seed: UInt64) {
    (self.dimensions, self.units, self.bias) = (dimensions, units, bias)
    labels = bias.count
    var random = SeededRandom(seed: seed, purpose: "probe weights")
    func uniform(_ count: Int, _ inputs: Int) -> [Float] {
      let bound = (6 / Double(inputs)).squareRoot()
      return (0..<count).map { _ in Float((2 * random.unit() - 1) * bound) }
    }
    hidden = units == 0 ? [] : uniform(units * dimensions, dimensions)
    hiddenBias = Array(repeating: 0, count: units)
    output =
      units == 0
      ? Array(repeating: 0, count: labels * dimensions) : uniform(labels * units, units).map { $0 / 4 }
  }

  /// What `backward` needs of `forward`.
  package struct Activations {
    package let hidden: [Float]  // [n x units], after the relu
    package let logits: [Float]  // [n x labels]
  }

  /// [x: n x dimensions]
  package func forward(_ x: [Float], _ n: Int) -> Activations {
    var h: [Float] = []
    if units > 0 {
      h = matrixProduct(x, hidden, m: n, n: units, k: dimensions, transposeB: true)
      for i in 0..<n { for j in 0..<units { h[i * units + j] = max(0, h[i * units + j] + hiddenBias[j]) } }
    }
    let (inputs, width) = units > 0 ? (h, units) : (x, dimensions)
    var z = matrixProduct(inputs, output, m: n, n: labels, k: width, transposeB: true)
    for i in 0..<n { for j in 0..<labels { z[i * labels + j] += bias[j] } }
    return Activations(hidden: h, logits: z)
  }

  /// The gradients of all parameters, in the order of `withParameters`, for those of the logits. [n x labels]
  package func backward(_ x: [Float], _ n: Int, _ a: Activations, _ dz: [Float]) -> [[Float]] {
    func columns(_ values: [Float], _ count: Int) -> [Float] {
      var sums = [Float](repeating: 0, count: count)
      for i in 0..<n { for j in 0..<count { sums[j] += values[i * count + j] } }
      return sums
    }
    guard units > 0 else {
      return [
        matrixProduct(dz, x, m: labels, n: dimensions, k: n, transposeA: true), columns(dz, labels),
      ]
    }
    var dh = matrixProduct(dz, output, m: n, n: units, k: labels)
    for i in dh.indices where a.hidden[i] <= 0 { dh[i] = 0 }
    return [
      matrixProduct(dz, a.hidden, m: labels, n: units, k: n, transposeA: true), columns(dz, labels),
      matrixProduct(dh, x, m: units, n: dimensions, k: n, transposeA: true), columns(dh, units),
    ]
  }

  /// Changes the parameters one array after the other: output, bias, hidden, hidden bias.
  package mutating func withParameters(_ body: (Int, inout [Float]) -> Void) {
    body(0, &output)
    body(1, &bias)
    guard units > 0 else { return }
    body(2, &hidden)
    body(3, &hiddenBias)
  }

  /// The weights for states as they come: the standardisation goes into the first layer.
  package func folded(_ s: Standardization) -> ProbeWeights {
    func fold(_ rows: [Float], _ bias: [Float]) -> ([Float], [Float]) {
      var (rows, bias) = (rows, bias)
      for j in bias.indices {
        var shift = 0.0
        for i in 0..<dimensions {
          let w = Double(rows[j * dimensions + i]) * s.inverse[i]
          shift += w * s.mean[i]
          rows[j * dimensions + i] = Float(w)
        }
        bias[j] = Float(Double(bias[j]) - shift)
      }
      return (rows, bias)
    }
    var weights = ProbeWeights(
      hidden: hidden, hiddenBias: hiddenBias, output: output, bias: bias,
      slope: Array(repeating: 1, count: labels), offset: Array(repeating: 0, count: labels))
    if units > 0 {
      (weights.hidden, weights.hiddenBias) = fold(hidden, hiddenBias)
    } else {
      (weights.output, weights.bias) = fold(output, bias)
    }
    return weights
  }
}
