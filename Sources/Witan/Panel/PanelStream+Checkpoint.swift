extension PanelStream {
  /// Memory to note the state of such a stream in.
  func makeCheckpoint() -> StreamCheckpoint {
    StreamCheckpoint(panel.head, panel.features.map(\.spec), panel.embeddings)
  }

  /// Notes the state. O(width); no allocation.
  func store(_ checkpoint: StreamCheckpoint) {
    settle()
    checkpoint.byteCount = byteCount
    checkpoint.words = windows?.words ?? 0
    for i in 0..<featureCounts {
      checkpoint.extractors[i] = extractors[i]
      let bag = ranges[i].first
      (checkpoint.counts[i], checkpoint.areFull[i]) = (bags[bag].count, bags[bag].isFull)
    }
    checkpoint.sums.update(from: sums, count: lanes)
    for i in 0..<denseCount {
      checkpoint.tokenizers[i] = denseBags[i].tokenizer
      checkpoint.denseCounts[i] = denseBags[i].count
    }
    checkpoint.denseSums.update(from: denseSums, count: panel.head.denseLanes)
  }

  /// Goes back to a state that was noted and `isKept`. O(width); no allocation.
  func restore(_ checkpoint: StreamCheckpoint) {
    settle()
    byteCount = checkpoint.byteCount
    windows?.words = checkpoint.words
    for i in 0..<featureCounts {
      extractors[i] = checkpoint.extractors[i]
      restore(i, count: checkpoint.counts[i], isFull: checkpoint.areFull[i])
    }
    sums.update(from: checkpoint.sums, count: lanes)
    for i in 0..<denseCount {
      denseBags[i].restore(checkpoint.tokenizers[i], count: checkpoint.denseCounts[i])
    }
    denseSums.update(from: checkpoint.denseSums, count: panel.head.denseLanes)
  }

  /// Sets the number of features of group `i`, which its tables share.
  func restore(_ i: Int, count: Int, isFull: Bool) {
    let tables = ranges[i]
    for table in tables.first..<tables.first + tables.count {
      bags[table].restore(count: count, isFull: isFull)
    }
  }

  /// Whether the windows still reach back from the noted state as they did.
  func isKept(_ checkpoint: StreamCheckpoint) -> Bool { windows?.isKept(checkpoint.words) ?? true }

  /// The largest count of all bags: at `ModelSpec.maximumFeatures` the text is not scored further.
  var featureCount: Int {
    var largest = 0
    let deferred = scratch.deferred(to: bags)  // only where there is one count
    for i in 0..<featureCounts { largest = max(largest, count(i) + deferred) }
    for i in 0..<denseCount { largest = max(largest, denseBags[i].count) }
    return largest
  }
}
