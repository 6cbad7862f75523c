extension ScoringStream {
  /// Memory for the state of one stream, to go back to it.
  final class Checkpoint {
    @exclusivity(unchecked) fileprivate var extractor: FeatureExtractor
    @exclusivity(unchecked) fileprivate var tokenizer: WordPieceTokenizer?
    @exclusivity(unchecked) fileprivate var byteCount = 0
    @exclusivity(unchecked) fileprivate var count = 0
    @exclusivity(unchecked) fileprivate var denseCount = 0
    @exclusivity(unchecked) fileprivate var isFull = false
    @exclusivity(unchecked) fileprivate(set) var words = 0
    fileprivate let sums: UnsafeMutablePointer<Int32>  // [lanes]
    fileprivate let denseSums: UnsafeMutablePointer<Int32>  // [dimensions]

    init(_ classifier: Classifier) {
      extractor = FeatureExtractor(classifier.spec.features)
      tokenizer = classifier.embeddings.map { WordPieceTokenizer($0.vocabulary) }
      let dimensions = classifier.embeddings?.dimensions ?? 0
      sums = .allocate(capacity: classifier.spec.lanes)
      sums.initialize(repeating: 0, count: classifier.spec.lanes)
      denseSums = .allocate(capacity: dimensions)
      denseSums.initialize(repeating: 0, count: dimensions)
    }

    deinit {
      sums.deallocate()
      denseSums.deallocate()
    }

    /// Bytes that a checkpoint of such a stream takes.
    static func byteCount(_ classifier: Classifier) -> Int {
      MemoryLayout<FeatureExtractor>.size + MemoryLayout<WordPieceTokenizer?>.size + 64
        + 4 * (classifier.spec.lanes + (classifier.embeddings?.dimensions ?? 0))
    }
  }

  /// Notes the state. O(width); no allocation.
  func store(_ checkpoint: Checkpoint) {
    checkpoint.extractor = extractor
    checkpoint.byteCount = byteCount
    checkpoint.words = windows?.words ?? 0
    (checkpoint.count, checkpoint.isFull) = (bag.count, bag.isFull)
    checkpoint.sums.update(from: bag.sums, count: bag.lanes)
    if let denseBag {
      checkpoint.tokenizer = denseBag.tokenizer
      checkpoint.denseCount = denseBag.count
      checkpoint.denseSums.update(from: denseBag.sums, count: denseSums.count)
    }
  }

  /// Goes back to a state that was noted and `isKept`. O(width); no allocation.
  func restore(_ checkpoint: Checkpoint) {
    extractor = checkpoint.extractor
    byteCount = checkpoint.byteCount
    windows?.words = checkpoint.words
    bag.restore(count: checkpoint.count, isFull: checkpoint.isFull)
    bag.sums.update(from: checkpoint.sums, count: bag.lanes)
    if let tokenizer = checkpoint.tokenizer {
      denseBag?.restore(tokenizer, count: checkpoint.denseCount)
      denseBag?.sums.update(from: checkpoint.denseSums, count: denseSums.count)
    }
  }

  /// Whether the windows still reach back from the noted state as they did.
  func isKept(_ checkpoint: Checkpoint) -> Bool { windows?.isKept(checkpoint.words) ?? true }

  /// The larger count of the two bags: at `ModelSpec.maximumFeatures` the text is not scored further.
  var featureCount: Int { max(bag.count, denseBag?.count ?? 0) }
}
