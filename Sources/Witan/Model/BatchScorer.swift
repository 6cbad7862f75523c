internal import CKernels

/// Scores many whole texts: sums of one text after another, then all heads of a batch in one product.
///
/// The probabilities are those that a stream gives, bit for bit. One scorer belongs to one thread.
public final class BatchScorer {
  /// Texts whose heads are computed together.
  public static let size = 64

  public let classifier: Classifier
  private let workspace = FeatureExtractor.Workspace()
  private let memo: WordMemo
  private let pieceMemo: PieceMemo?
  private let denseWorkspace: WordPieceTokenizer.Workspace?
  private var bag: EmbeddingBag
  private var denseBag: DenseBag?
  private let sums: UnsafeMutablePointer<Int32>  // [size x lanes]
  private let denseSums: UnsafeMutablePointer<Int32>  // [size x dimensions]
  private let counts: UnsafeMutablePointer<Int>  // [size]
  private let notes: UnsafeMutablePointer<Note>  // [size]
  private let sides: UnsafeMutablePointer<Side?>  // [size]
  private let scratch: UnsafeMutablePointer<Float>
  private let output: UnsafeMutablePointer<Float>  // [size x outputs]
  private var filled = 0
  private var flushed = 0  // texts of the last flush, whose sums and scratch are still there
  private let doubts: UnsafeMutablePointer<Float>  // [outputs]

  public convenience init(_ classifier: Classifier) {
    self.init(classifier, log2Words: WordMemo.log2Pairs(lanes: classifier.spec.lanes))
  }

  /// With memos of 2^`log2Words` pairs of words, 1...32; the scores do not depend on it.
  package init(_ classifier: Classifier, log2Words: Int) {
    self.classifier = classifier
    memo = WordMemo(classifier, log2Pairs: log2Words)
    bag = EmbeddingBag(classifier)
    denseBag = classifier.embeddings.map { DenseBag($0) }
    pieceMemo = classifier.embeddings.flatMap { PieceMemo($0, log2Pairs: min(14, log2Words)) }
    denseWorkspace = classifier.embeddings.map { _ in WordPieceTokenizer.Workspace() }
    sums = .allocate(capacity: Self.size * classifier.spec.lanes)
    denseSums = .allocate(capacity: Self.size * (classifier.embeddings?.dimensions ?? 1))
    counts = .allocate(capacity: Self.size)
    notes = .allocate(capacity: Self.size)
    sides = .allocate(capacity: Self.size)
    scratch = .allocate(capacity: classifier.scratchCount(Self.size))
    output = .allocate(capacity: Self.size * classifier.spec.outputs)
    doubts = .allocate(capacity: classifier.spec.outputs)
  }

  deinit {
    bag.sums.deallocate()
    denseBag?.sums.deallocate()
    sums.deallocate()
    denseSums.deallocate()
    counts.deallocate()
    notes.deallocate()
    sides.deallocate()
    scratch.deallocate()
    output.deallocate()
    doubts.deallocate()
  }

  /// Whether the batch is full: `flush` before the next `add`.
  public var isFull: Bool { filled == Self.size }

  /// Adds a text (UTF-8) to the batch, which must not be full. O(bytes); no allocation.
  public func add(_ text: UnsafeBufferPointer<UInt8>) { add(text, prompt: nil) }

  /// The same; with a prompt the text is judged as the answer to it (`ScoringStream.begin(prompt:)`), without as
  /// one that stands on `side` (`begin(as:)`).
  public func add(
    _ text: UnsafeBufferPointer<UInt8>, prompt: UnsafeBufferPointer<UInt8>?, side: Side? = nil
  ) {
    precondition(!isFull, "flush the batch first")
    var extractor = FeatureExtractor(classifier.spec.features)
    bag.reset()
    sides[filled] = prompt == nil ? side : .exchange
    if let prompt {
      FeatureExtractor.prompt(prompt, classifier.spec.features, workspace) { bag.add($0) }
    }
    memo.add(text, &extractor, &bag, workspace)
    let lanes = classifier.spec.lanes
    (sums + filled * lanes).update(from: bag.sums, count: lanes)
    counts[filled] = bag.count
    notes[filled] = Note(replacements: extractor.normalizer.replacements, isTruncated: bag.isFull)
    if let denseWorkspace, let dimensions = classifier.embeddings?.dimensions {
      denseBag!.reset()
      if let pieceMemo {
        pieceMemo.add(text, &denseBag!, denseWorkspace)
      } else {
        denseBag!.push(text, denseWorkspace)
        denseBag!.finish(denseWorkspace)
      }
      (denseSums + filled * dimensions).update(from: denseBag!.sums, count: dimensions)
    }
    filled += 1
  }

  /// The probabilities of the texts added since the last flush, in order; valid until the next one.
  /// [texts x outputs]
  public func flush() -> UnsafeBufferPointer<Float> {
    defer { (flushed, filled) = (filled, 0) }
    if filled > 0 {
      classifier.probabilities(
        sums, of: filled, counts: counts, denseSums: denseBag == nil ? nil : denseSums, scratch: scratch,
        into: output, side: { sides[$0] })
    }
    return UnsafeBufferPointer(start: output, count: filled * classifier.spec.outputs)
  }

  /// The calibrated logits of text `i` of the last `flush`, that of `any` last. Valid until the next call.
  /// [spec.width]
  package func logits(of i: Int) -> UnsafeBufferPointer<Float> {
    precondition(i < flushed && filled == 0, "flush first")
    return UnsafeBufferPointer(
      start: classifier.head.calibrated(0, i, of: flushed, scratch: scratch), count: classifier.spec.width)
  }

  /// The doubts of text `i` of the last flush, for each output; nil for models without. Valid until the next
  /// call; before the next `add`. O(inputs^2); no allocation. [outputs]
  public func doubts(of i: Int) -> UnsafeBufferPointer<Float>? {
    precondition(i < flushed && filled == 0, "flush first")
    guard classifier.hasDoubts else { return nil }
    classifier.doubts(i, of: flushed, sums, count: counts[i], scratch: scratch, into: doubts)
    return UnsafeBufferPointer(start: doubts, count: classifier.spec.outputs)
  }

  /// What `Doubt` reads of text `i` of the last flush, of a model that has doubts. [spec.doubtInputs]
  package func representation(of i: Int) -> UnsafeBufferPointer<Float> {
    precondition(i < flushed && filled == 0 && classifier.hasDoubts, "flush first")
    return UnsafeBufferPointer(
      start: classifier.representation(i, of: flushed, sums, count: counts[i], scratch: scratch),
      count: classifier.spec.doubtInputs)
  }

  /// What `Scores` says of a text beside its probabilities.
  package struct Note {
    package let replacements: Int
    package let isTruncated: Bool

    package init(replacements: Int, isTruncated: Bool) {
      self.replacements = replacements
      self.isTruncated = isTruncated
    }
  }

  /// The note of text `i` of the last flush; valid until the next `add`.
  package func note(_ i: Int) -> Note { notes[i] }

  /// The logits before calibration instead. [texts x width]
  package func flushLogits() -> [Float] {
    defer { (flushed, filled) = (0, 0) }
    guard filled > 0 else { return [] }
    let count = filled * classifier.spec.width
    return [Float](unsafeUninitializedCapacity: count) { logits, initialized in
      classifier.head.logits(
        filled, sums: sums, counts: counts, denseSums: denseBag == nil ? nil : denseSums, scratch: scratch,
        into: logits.baseAddress!)
      initialized = count
    }
  }
}
