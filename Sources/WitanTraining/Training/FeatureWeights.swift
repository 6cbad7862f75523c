internal import CKernels
internal import Foundation
package import Witan

/// How much each feature counts in the norm, and how fast it learns: by how well it tells labels apart.
///
/// The weight of a row is the largest log ratio of its rate under a label against its rate under the
/// others (Wang and Manning 2012, section 2, there as values of features), plus a little so that no
/// seen row counts for nothing; rows not seen in training weigh nothing. Kept as the square in whole steps
/// of 1...127, the largest hundredth clipped, since streams have to sum it exactly.
package struct FeatureWeights {
  package let squares: [UInt8]  // [buckets] 0 where nothing was seen

  package static let floor: Float = 0.1

  /// [buckets]
  init(squares: [UInt8]) { self.squares = squares }

  /// O(features x width + buckets x width). Labels that are not known of every example tell nothing here,
  /// if others are.
  package init(_ data: TrainingSet, _ spec: ModelSpec) {
    let known = (0..<spec.width).filter { j in
      !stride(from: j, to: data.labelWeights.count, by: spec.width).contains { data.labelWeights[$0] == 0 }
    }
    let judges = known.isEmpty ? Array(0..<spec.width) : known
    let (width, buckets) = (spec.width, spec.features.buckets)
    var mass = [Float](repeating: 0, count: buckets * width)
    var count = [Float](repeating: 0, count: buckets)
    var totals = [Float](repeating: 0, count: width)
    var total: Float = 0
    for i in 0..<data.count where data.weights[i] > 0 {
      let targets = data.targets[i * width..<(i + 1) * width]
      let present = judges.map { ($0, targets[i * width + $0]) }.filter { $0.1 > 0 }
      let ids = data.ids(i)
      data.ids.withUnsafeBufferPointer { all in
        for k in ids {
          let row = Int(all[k] & UInt32(WITAN_TRAIN_ROW_MASK))
          count[row] += 1
          for (j, degree) in present { mass[row * width + j] += degree }
        }
      }
      total += Float(ids.count)
      for (j, degree) in present { totals[j] += degree * Float(ids.count) }
    }
    let weights: [Float] = (0..<buckets).map { row in
      guard count[row] > 0 else { return 0 }
      var (highest, lowest): (Float, Float) = (1, 1)
      for j in judges {
        let inside = (mass[row * width + j] + 1) / (totals[j] + 1)
        let outside = (count[row] - mass[row * width + j] + 1) / (total - totals[j] + 1)
        highest = max(highest, inside / outside)
        lowest = min(lowest, inside / outside)
      }
      let largest = max(log(highest), -log(lowest))
      return (largest + Self.floor) * (largest + Self.floor)
    }
    let seen = weights.filter { $0 > 0 }.sorted()
    let step = (seen.isEmpty ? 1 : seen[min(seen.count - 1, seen.count * 99 / 100)]) / 127
    squares = weights.map { $0 > 0 ? UInt8(min(127, max(1, ($0 / step).rounded()))) : 0 }
  }
}
