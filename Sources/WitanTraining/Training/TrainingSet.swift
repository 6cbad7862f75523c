internal import Foundation
internal import Witan

/// Examples as the trainer takes them: feature ids and targets in flat arrays.
struct TrainingSet {
  var ids: [UInt32] = []  // all examples in a row
  var ends: [Int] = []  // [examples] where the ids of each end
  var targets: [Float] = []  // [examples x width]
  var weights: [Float] = []  // [examples]

  var count: Int { ends.count }

  func ids(_ i: Int) -> Range<Int> { (i == 0 ? 0 : ends[i - 1])..<ends[i] }

  /// Extracts the features of `examples` on all cores; the result does not depend on their number.
  init(_ examples: [Example], _ spec: ModelSpec) {
    let shardCount = min(64, max(1, examples.count / 64))
    let bounds = (0...shardCount).map { $0 * examples.count / shardCount }
    let shards = concurrentMap(shardCount) { shard in
      Self.extract(examples[bounds[shard]..<bounds[shard + 1]], spec.features)
    }
    for shard in shards {
      let base = ids.count
      ids += shard.ids
      ends += shard.ends.map { $0 + base }
    }
    weights = examples.map(\.weight)
    targets.reserveCapacity(examples.count * spec.width)
    for example in examples {
      if spec.isBinary {
        targets.append(example.labels[spec.labels[1].id] ?? 0)
        continue
      }
      var any: Float = 0  // the degree of the pooled prohibited principle that applies most
      for label in spec.labels {
        let degree = example.labels[label.id] ?? 0
        targets.append(degree)
        if label.stance == .prohibit && label.isPooled { any = max(any, degree) }
      }
      if spec.hasAny { targets.append(any) }
    }
  }

  private static func extract(
    _ examples: ArraySlice<Example>, _ spec: FeatureSpec
  ) -> (ids: [UInt32], ends: [Int]) {
    let workspace = FeatureExtractor.Workspace()
    var ids: [UInt32] = []
    var ends: [Int] = []
    for example in examples {
      var extractor = FeatureExtractor(spec, marksWords: true)
      var text = example.text
      text.withUTF8 { bytes in extractor.push(bytes, workspace) { ids += $0 } }
      extractor.finish(workspace) { ids += $0 }
      // The runtime stops counting there, so training does.
      let start = ends.last ?? 0
      if ids.count - start > ModelSpec.maximumFeatures {
        ids.removeLast(ids.count - start - ModelSpec.maximumFeatures)
      }
      ends.append(ids.count)
    }
    return (ids, ends)
  }
}

/// body(0) ... body(count - 1) on all cores, results in order.
func concurrentMap<T: Sendable>(_ count: Int, _ body: @Sendable (Int) -> T) -> [T] {
  nonisolated(unsafe) let results = UnsafeMutablePointer<T?>.allocate(capacity: count)
  results.initialize(repeating: nil, count: count)
  defer {
    results.deinitialize(count: count)
    results.deallocate()
  }
  DispatchQueue.concurrentPerform(iterations: count) { results[$0] = body($0) }
  return (0..<count).map { results[$0]! }
}
