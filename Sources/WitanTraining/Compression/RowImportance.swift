internal import Foundation
internal import Witan

/// What a row does to the logits: which rows can go.
enum RowImportance {
  /// For each bucket the number of its occurrences times the square of what one adds to the logits before
  /// the norm; without `counts` each bucket occurs once. [buckets] O(table)
  static func measure(_ table: CompressibleTable, _ spec: ModelSpec, _ weights: ModelWeights) -> [Float] {
    let gains = gains(spec, weights).enumerated().map { j, gain in
      let value = gain * table.scale[j]
      return value * value
    }
    return (0..<table.buckets).map { b in
      var sum: Float = 0
      for j in gains.indices { sum += gains[j] * Float(table[b, j]) * Float(table[b, j]) }
      return sum * (table.counts?[b] ?? 1)
    }
  }

  /// How much a unit of each column moves the calibrated logits, root mean square, with every hidden unit
  /// above 0. [columns]
  private static func gains(_ spec: ModelSpec, _ weights: ModelWeights) -> [Float] {
    let slope = weights.calibrationSlope
    var gains = slope
    guard let first = spec.hidden.first else { return gains }
    // From the last hidden layer, in steps, to the calibrated logits. [width x last]
    func value(_ m: ModelWeights.Matrix, _ columns: Int, _ i: Int, _ j: Int) -> Float {
      Float(m.values[i * columns + j]) * m.scale[i]
    }
    for k in 0..<first {
      var sum: Float = 0
      for i in 0..<spec.width {
        var path: Float = 0
        if spec.hidden.count == 2 {
          for h in 0..<spec.hidden[1] {
            path += value(weights.output, spec.hidden[1], i, h) * value(weights.hidden, first, h, k)
          }
          path /= weights.steps[1]
        } else {
          path = value(weights.output, first, i, k)
        }
        sum += slope[i] * slope[i] * path * path
      }
      gains.append(sum.squareRoot() / weights.steps[0])
    }
    return gains
  }

  /// How often each bucket occurs in `texts`. [buckets] O(bytes), on all cores.
  static func counts(_ texts: [String], _ spec: FeatureSpec) -> [Float] {
    let shards = min(8, max(1, texts.count / 256))
    let parts = concurrentMap(shards) { shard -> [Float] in
      let workspace = FeatureExtractor.Workspace()
      var counts = [Float](repeating: 0, count: spec.buckets)
      for i in shard * texts.count / shards..<(shard + 1) * texts.count / shards {
        var extractor = FeatureExtractor(spec)
        var text = texts[i]
        text.withUTF8 { extractor.push($0, workspace) { ids in for id in ids { counts[Int(id)] += 1 } } }
        extractor.finish(workspace) { ids in for id in ids { counts[Int(id)] += 1 } }
      }
      return counts
    }
    return parts.dropFirst().reduce(into: parts[0]) { sum, part in
      for b in sum.indices { sum[b] += part[b] }
    }
  }
}
