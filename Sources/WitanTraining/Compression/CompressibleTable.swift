internal import Foundation
package import Witan

/// A table between the steps of compression: int8 rows, the value of a step of each column, and how often
/// each bucket occurs, when that is known.
package struct CompressibleTable {
  var log2Buckets: Int
  /// Columns with a scale; a weighted table has the squared weight after them.
  let columns: Int
  let isWeighted: Bool
  private(set) var rows: [Int8]  // [buckets x width]
  private(set) var scale: [Float]  // [columns]
  private(set) var counts: [Float]?  // [buckets]

  package init(_ spec: ModelSpec, _ weights: ModelWeights, counts: [Float]?) {
    log2Buckets = spec.features.log2Buckets
    columns = weights.scale.count
    isWeighted = spec.isWeighted
    rows = weights.table
    scale = weights.scale
    self.counts = counts
  }

  var buckets: Int { 1 << log2Buckets }
  var width: Int { columns + (isWeighted ? 1 : 0) }

  subscript(_ bucket: Int, _ column: Int) -> Int8 { rows[bucket * width + column] }

  func isEmpty(_ bucket: Int) -> Bool {
    for k in bucket * width..<(bucket + 1) * width where rows[k] != 0 { return false }
    return true
  }

  /// Buckets whose row holds something, in order.
  package var nonEmpty: [Int] { (0..<buckets).filter { !isEmpty($0) } }

  /// Halves the number of buckets `folds` times: a bucket is the top bits of a hash, so neighbours meet.
  ///
  /// What meets becomes the mean, each row counting as often as its bucket occurs: the row that loses
  /// least over the texts (mean square). Without counts, or where all are 0, rows that hold something
  /// count alike. Steps are chosen anew.
  mutating func fold(_ folds: Int) {
    guard folds > 0 else { return }
    let group = 1 << folds
    let merged = buckets >> folds
    var values = [Float](repeating: 0, count: merged * width)
    var sums = [Float](repeating: 0, count: merged)
    for m in 0..<merged {
      let members = m * group..<(m + 1) * group
      let filled = members.filter { !isEmpty($0) }
      var shares = filled.map { counts?[$0] ?? 1 }
      if shares.allSatisfy({ $0 == 0 }) { shares = shares.map { _ in 1 } }
      let total = shares.reduce(0, +)
      for (b, share) in zip(filled, shares) {
        for j in 0..<width { values[m * width + j] += share / total * Float(rows[b * width + j]) }
      }
      sums[m] = members.reduce(0) { $0 + (counts?[$1] ?? 0) }
    }
    rows = [Int8](repeating: 0, count: merged * width)
    for j in 0..<columns {
      let column = stride(from: j, to: values.count, by: width).lazy.map { values[$0] }
      let step = Quantizer.bestStep(column.filter { $0 != 0 })
      let inverse = step > 0 ? 1 / step : 0
      for m in 0..<merged { rows[m * width + j] = Quantizer.step(values[m * width + j], inverse) }
      scale[j] *= step
    }
    if isWeighted {
      for m in 0..<merged {
        // A seen feature never weighs nothing.
        let square = values[m * width + columns]
        rows[m * width + columns] = square > 0 ? Int8(max(1, square.rounded(.toNearestOrEven))) : 0
      }
    }
    if counts != nil { counts = sums }
    log2Buckets -= folds
  }

  /// Sets the `count` rows of least importance to 0, of those that hold something. [importance: buckets]
  mutating func prune(_ count: Int, _ importance: [Float]) {
    let order = nonEmpty.sorted { (importance[$0], $0) < (importance[$1], $1) }
    for b in order.prefix(count) {
      for k in b * width..<(b + 1) * width { rows[k] = 0 }
    }
  }
}
