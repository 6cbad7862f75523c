internal import Foundation

/// Adam (Kingma and Ba 2015, algorithm 1) with weight decay apart from the gradient (Loshchilov and Hutter
/// 2019, algorithm 2), for one array of parameters. One thread, one order: equal gradients give equal bits.
struct AdamOptimizer {
  private var first: [Float]
  private var second: [Float]
  private var steps = 0

  init(count: Int) {
    first = Array(repeating: 0, count: count)
    second = first
  }

  /// One step of size `rate`. O(parameters).
  mutating func step(_ parameters: inout [Float], _ gradient: [Float], rate: Double, decay: Double) {
    steps += 1
    let corrected = Float(
      rate * (1 - pow(0.999, Double(steps))).squareRoot() / (1 - pow(0.9, Double(steps))))
    let shrink = Float(1 - rate * decay)
    for i in parameters.indices {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i]
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i]
      parameters[i] = shrink * parameters[i] - corrected * first[i] / (second[i].squareRoot() + 1e-8)
    }
  }
}
