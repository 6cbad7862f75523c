internal import CKernels

/// Where the state of one stream lies, for caches to be told before its turn comes: among thousands of
/// streams that take turns, each is cold. Valid while the stream lives.
struct StreamFootprint {
  private let object: UnsafeRawPointer
  private let sums: UnsafeRawPointer
  private let denseSums: UnsafeRawPointer
  // In bytes.
  private let (objectSize, sumsSize, denseSize): (Int32, Int32, Int32)

  init(_ scorer: GuardScorer) {
    switch scorer {
    case .classifier(let stream): self.init(stream)
    case .views(let viewed): self.init(viewed.plain)
    case .panel(let stream): self.init(stream)
    }
  }

  private init(_ stream: ScoringStream) {
    object = UnsafeRawPointer(Unmanaged.passUnretained(stream).toOpaque())
    objectSize = Int32(Self.objectSize)
    (sums, sumsSize) = (UnsafeRawPointer(stream.bag.sums), Int32(4 * stream.bag.lanes))
    let dense = stream.denseSums
    denseSums = dense.baseAddress.map { UnsafeRawPointer($0) } ?? object
    denseSize = dense.isEmpty ? 0 : Int32(4 * dense.count + 48)
  }

  /// Sums, dense sums and what is before them lie in one piece, which ends with the tokenizers.
  private init(_ stream: PanelStream) {
    object = UnsafeRawPointer(Unmanaged.passUnretained(stream).toOpaque())
    objectSize = Int32(PanelStream.objectSize)
    (sums, sumsSize) = (UnsafeRawPointer(stream.memory), Int32(stream.hotSize))
    (denseSums, denseSize) = (object, 0)
  }

  /// Has the state fetched that a push and a reading touch, less that of windows.
  @inline(__always)
  func prefetch() {
    witan_prefetch(object, Int(objectSize))
    witan_prefetch(sums, Int(sumsSize))
    if denseSize > 0 { witan_prefetch(denseSums, Int(denseSize)) }
  }

  /// The object up to the first bytes of the open word, with what stands before the extractor.
  private static var objectSize: Int {
    96 + MemoryLayout<FeatureExtractor>.size + MemoryLayout<EmbeddingBag>.size + MemoryLayout<DenseBag?>.size
      - MemoryLayout<WordPieceTokenizer>.size + 64
  }
}
