internal import CKernels
internal import Foundation
package import Witan

/// Examples as the trainer takes them: feature ids, dense vectors and targets in flat arrays.
package struct TrainingSet {
  /// The rows of the table are cut into so many parts, so that threads can train on different ones; the
  /// ids of an example stand part by part.
  static let parts = 4

  /// All examples in a row. The low bits are the row, bits 24...30 the feature's squared weight, the
  /// highest tells words from characters.
  package private(set) var ids: [UInt32] = []
  private var ends: [Int] = []  // [examples x parts] where the ids of each part end
  package private(set) var norms: [Float] = []  // [examples] what sums are divided by
  package private(set) var dense: [Float] = []  // [examples x dimensions] unit vectors of the word pieces
  let dimensions: Int
  var targets: [Float] = []  // [examples x width]
  var weights: [Float] = []  // [examples]
  /// What each target weighs, 0 where it is not known; empty when all weigh 1. [examples x width]
  private(set) var labelWeights: [Float] = []
  /// Examples that are learnt together: one, or the readings of a stream. In order, without gaps.
  private(set) var units: [Range<Int>] = []

  package var count: Int { ends.count / Self.parts }

  /// What each target of example `i` weighs; nothing when all weigh 1.
  func labelWeights(_ i: Int, width: Int) -> ArraySlice<Float> {
    labelWeights.isEmpty ? [] : labelWeights[i * width..<(i + 1) * width]
  }

  package func ids(_ i: Int) -> Range<Int> {
    (i == 0 ? 0 : ends[Self.parts * i - 1])..<ends[Self.parts * (i + 1) - 1]
  }

  /// The ids of example `i` in one part of the rows.
  func ids(_ i: Int, part: Int) -> Range<Int> {
    let k = Self.parts * i + part
    return (k == 0 ? 0 : ends[k - 1])..<ends[k]
  }

  /// Features of the longest example.
  var longest: Int { (0..<count).map { ids($0).count }.max() ?? 0 }

  /// Extracts the features of `examples` on all cores; the result does not depend on their number.
  package init(_ examples: [Example], _ spec: ModelSpec, _ embeddings: StaticEmbeddings?) {
    dimensions = spec.dense?.dimensions ?? 0
    let shardCount = min(64, max(1, examples.count / 64))
    let bounds = (0...shardCount).map { $0 * examples.count / shardCount }
    let shards = concurrentMap(shardCount) { shard in
      Self.extract(examples[bounds[shard]..<bounds[shard + 1]], spec.features, embeddings)
    }
    for shard in shards {
      let base = ids.count
      ids += shard.ids
      ends += shard.ends.map { $0 + base }
      dense += shard.dense
    }
    norms = (0..<count).map { Float(max(1, ids($0).count)).squareRoot() }
    weights = examples.map(\.weight)
    units = (0..<count).map { $0..<$0 + 1 }
    if !spec.isBinary, !spec.hasAny, examples.contains(where: { !$0.labelWeights.isEmpty }) {
      labelWeights = examples.flatMap { e in spec.labels.map { e.labelWeights[$0.id] ?? 1 } }
    }
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

  /// Texts, then runs of readings.
  init(
    _ examples: [Example], runs: [[Example]], _ spec: ModelSpec, _ embeddings: StaticEmbeddings?
  ) {
    self.init(examples + runs.joined(), spec, embeddings)
    units.removeLast(count - examples.count)
    for run in runs where !run.isEmpty {
      let start = units.last?.upperBound ?? 0
      units.append(start..<start + run.count)
    }
  }

  /// Adds the examples of another set of the same architecture behind these.
  mutating func append(_ other: TrainingSet) {
    let base = ids.count
    ids += other.ids
    ends += other.ends.map { $0 + base }
    norms += other.norms
    dense += other.dense
    if labelWeights.count + other.labelWeights.count > 0 {
      func all(_ set: TrainingSet) -> [Float] {
        set.labelWeights.isEmpty ? set.targets.map { _ in 1 } : set.labelWeights
      }
      labelWeights = all(self) + all(other)
    }
    targets += other.targets
    weights += other.weights
    let shift = units.last?.upperBound ?? 0
    units += other.units.map { $0.lowerBound + shift..<$0.upperBound + shift }
  }

  /// The bits of an id that hold its feature's squared weight.
  private static let weightMask: UInt32 = 127 << 24

  /// Marks each id with its feature's weight, in place of an older mark, and takes the norms from them.
  package mutating func apply(_ weights: FeatureWeights) {
    for i in 0..<count {
      var sum = 0
      for k in ids(i) {
        let square = weights.squares[Int(ids[k] & UInt32(WITAN_TRAIN_ROW_MASK))]
        ids[k] = ids[k] & ~Self.weightMask | UInt32(square) << 24
        sum += Int(square)
      }
      norms[i] = Float(max(1, sum)).squareRoot()
    }
  }

  private struct Shard {
    var ids: [UInt32] = []
    var ends: [Int] = []
    var dense: [Float] = []
  }

  private static func extract(
    _ examples: ArraySlice<Example>, _ spec: FeatureSpec, _ embeddings: StaticEmbeddings?
  ) -> Shard {
    let workspace = FeatureExtractor.Workspace()
    let vectors = embeddings.map { DenseVectors($0) }
    var shard = Shard()
    var found: [UInt32] = []
    let shift = UInt32(spec.log2Buckets - parts.trailingZeroBitCount)
    for example in examples {
      var extractor = FeatureExtractor(spec, marksWords: true)
      var text = example.text
      found.removeAll(keepingCapacity: true)
      if var prompt = example.prompt {
        prompt.withUTF8 { bytes in
          FeatureExtractor.prompt(bytes, spec, marksWords: true, workspace) { found += $0 }
        }
      }
      text.withUTF8 { bytes in
        extractor.push(bytes, workspace) { found += $0 }
        if let vectors { shard.dense += vectors.vector(of: bytes) }
      }
      extractor.finish(workspace) { found += $0 }
      // The runtime stops counting there, so training does.
      if found.count > ModelSpec.maximumFeatures {
        found.removeLast(found.count - ModelSpec.maximumFeatures)
      }
      for part in 0..<UInt32(parts) {
        for id in found where (id & UInt32(WITAN_TRAIN_ROW_MASK)) >> shift == part { shard.ids.append(id) }
        shard.ends.append(shard.ids.count)
      }
    }
    return shard
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
