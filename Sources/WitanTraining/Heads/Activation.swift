internal import Foundation
internal import Witan

/// Logits to probabilities.
enum Activation {
  /// [n x outputs], row-major: a softmax over each row, or a sigmoid of each number.
  static func probabilities(_ logits: [Float], _ task: ModelSpec.Task, outputs: Int) -> [Float] {
    guard task == .singleLabel else { return logits.map { Float(sigmoid(Double($0))) } }
    var p = logits
    p.withUnsafeMutableBufferPointer { p in
      for start in stride(from: 0, to: p.count, by: outputs) {
        softmax(p.baseAddress! + start, outputs)
      }
    }
    return p
  }

  /// 1 / (1 + e^-z), without overflow.
  static func sigmoid(_ z: Double) -> Double {
    if z >= 0 { return 1 / (1 + exp(-z)) }
    let e = exp(z)
    return e / (1 + e)
  }

  /// log(1 + e^z), without overflow.
  static func softplus(_ z: Double) -> Double { max(z, 0) + log1p(exp(-z.magnitude)) }

  /// Each row of z [n x outputs] becomes its softmax; returns log of the sum of e^z of each. [n]
  static func softmaxRows(_ z: inout [Double], outputs: Int) -> [Double] {
    stride(from: 0, to: z.count, by: outputs).map { start in
      let row = start..<start + outputs
      let largest = row.reduce(-Double.infinity) { max($0, z[$1]) }
      var sum = 0.0
      for j in row {
        z[j] = exp(z[j] - largest)
        sum += z[j]
      }
      for j in row { z[j] /= sum }
      return largest + log(sum)
    }
  }
}
