/// Memory for the state of one stream, of a classifier or of a panel, to go back to it.
final class StreamCheckpoint {
  let extractors: UnsafeMutablePointer<FeatureExtractor>  // [features]
  let counts: UnsafeMutablePointer<Int>  // [features]
  let areFull: UnsafeMutablePointer<Bool>  // [features]
  let tokenizers: UnsafeMutablePointer<WordPieceTokenizer>  // [embeddings]
  let denseCounts: UnsafeMutablePointer<Int>  // [embeddings]
  let sums: UnsafeMutablePointer<Int32>  // [lanes]
  let denseSums: UnsafeMutablePointer<Int32>  // [denseLanes]
  var byteCount = 0
  var words = 0
  private let (features, embeddings): (Int, Int)
  /// Bytes of memory that it takes.
  let stateByteCount: Int

  /// For streams that feed `head` by features of these kinds, and word pieces of these tables.
  init(_ head: Head, _ features: [FeatureSpec], _ embeddings: [StaticEmbeddings]) {
    (self.features, self.embeddings) = (features.count, embeddings.count)
    extractors = .allocate(capacity: features.count)
    for (i, spec) in features.enumerated() { (extractors + i).initialize(to: FeatureExtractor(spec)) }
    tokenizers = .allocate(capacity: embeddings.count)
    for (i, table) in embeddings.enumerated() {
      (tokenizers + i).initialize(to: WordPieceTokenizer(table.vocabulary))
    }
    func filled<Value>(_ count: Int, _ value: Value) -> UnsafeMutablePointer<Value> {
      let memory = UnsafeMutablePointer<Value>.allocate(capacity: count)
      memory.initialize(repeating: value, count: count)
      return memory
    }
    (counts, areFull) = (filled(features.count, 0), filled(features.count, false))
    denseCounts = filled(embeddings.count, 0)
    (sums, denseSums) = (filled(head.lanes, 0), filled(head.denseLanes, 0))
    stateByteCount =
      (MemoryLayout<FeatureExtractor>.stride + 9) * features.count
      + (MemoryLayout<WordPieceTokenizer>.stride + 8) * embeddings.count
      + 4 * (head.lanes + head.denseLanes) + 96
  }

  deinit {
    extractors.deinitialize(count: features).deallocate()
    tokenizers.deinitialize(count: embeddings).deallocate()
    counts.deallocate()
    areFull.deallocate()
    denseCounts.deallocate()
    sums.deallocate()
    denseSums.deallocate()
  }
}
