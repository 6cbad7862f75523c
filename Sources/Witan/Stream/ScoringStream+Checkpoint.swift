extension ScoringStream {
  /// Memory to note the state of such a stream in.
  func makeCheckpoint() -> StreamCheckpoint {
    StreamCheckpoint(
      classifier.head, [classifier.spec.features], classifier.embeddings.map { [$0] } ?? [])
  }

  /// Notes the state. O(width); no allocation.
  func store(_ checkpoint: StreamCheckpoint) {
    checkpoint.extractors[0] = extractor
    checkpoint.byteCount = byteCount
    checkpoint.words = windows?.words ?? 0
    (checkpoint.counts[0], checkpoint.areFull[0]) = (bag.count, bag.isFull)
    checkpoint.sums.update(from: bag.sums, count: bag.lanes)
    if let denseBag {
      checkpoint.tokenizers[0] = denseBag.tokenizer
      checkpoint.denseCounts[0] = denseBag.count
      checkpoint.denseSums.update(from: denseBag.sums, count: denseSums.count)
    }
  }

  /// Goes back to a state that was noted and `isKept`. O(width); no allocation.
  func restore(_ checkpoint: StreamCheckpoint) {
    extractor = checkpoint.extractors[0]
    byteCount = checkpoint.byteCount
    windows?.words = checkpoint.words
    bag.restore(count: checkpoint.counts[0], isFull: checkpoint.areFull[0])
    bag.sums.update(from: checkpoint.sums, count: bag.lanes)
    if denseBag != nil {
      denseBag?.restore(checkpoint.tokenizers[0], count: checkpoint.denseCounts[0])
      denseBag?.sums.update(from: checkpoint.denseSums, count: denseSums.count)
    }
  }

  /// Whether the windows still reach back from the noted state as they did.
  func isKept(_ checkpoint: StreamCheckpoint) -> Bool { windows?.isKept(checkpoint.words) ?? true }

  /// The larger count of the two bags: at `ModelSpec.maximumFeatures` the text is not scored further.
  var featureCount: Int { max(bag.count, denseBag?.count ?? 0) }
}
