import Foundation
import Testing
import Witan
import WitanTraining

/// Files of made-up hidden states.
enum TestActivations {
  typealias Tensor = (name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])

  static func f32(_ name: String, _ values: [Float], _ shape: [Int]) -> Tensor {
    (name, .f32, shape, values.flatMap { v in withUnsafeBytes(of: v.bitPattern.littleEndian) { Array($0) } })
  }

  static func i64(_ name: String, _ values: [Int]) -> Tensor {
    (
      name, .i64, [values.count],
      values.flatMap { v in withUnsafeBytes(of: Int64(v).littleEndian) { Array($0) } }
    )
  }

  static func file(_ tensors: [Tensor], labels: String? = nil) -> [UInt8] {
    Safetensors.encode(metadata: labels.map { ["labels": $0] } ?? [:], tensors: tensors)
  }

  /// The set that `tensors` are.
  static func set(_ tensors: [Tensor], labels: String? = nil) throws -> ActivationSet {
    try withFile(file(tensors, labels: labels), name: "a.safetensors") { try ActivationSet(path: $0) }
  }

  /// Noise; in positive sequences a run of 6 tokens, of 30 to 120, leans along one direction. In every
  /// sequence, whatever its label, single tokens lean further along it than those do.
  static func planted(_ sequences: Int, seed: UInt64, perToken: Bool = false) throws -> ActivationSet {
    let d = 16
    var random = SeededRandom(seed: seed, purpose: "planted")
    func normal() -> Double {
      (-2 * log(1 - random.unit())).squareRoot() * cos(2 * .pi * random.unit())
    }
    var (states, offsets, labels, tokenLabels): ([Float], [Int], [Float], [Float]) = ([], [0], [], [])
    for s in 0..<sequences {
      let length = 30 + random.below(91)
      let isPositive = s % 2 == 0
      let start = random.below(length - 6)
      for t in 0..<length {
        let inside = isPositive && start..<start + 6 ~= t
        var x = (0..<d).map { _ in normal() }
        if inside { x[2] += 1.8 }
        if random.unit() < 0.05 { x[2] += 3 }
        states += x.map { Float(3 * $0 + 10) }
        tokenLabels.append(inside ? 1 : 0)
      }
      offsets.append(offsets[s] + length)
      labels.append(isPositive ? 1 : 0)
    }
    let targets = perToken ? tokenLabels : labels
    return try set([
      f32("activations", states, [states.count / d, d]), i64("offsets", offsets),
      f32("labels", targets, [targets.count, 1]),
    ])
  }
}
