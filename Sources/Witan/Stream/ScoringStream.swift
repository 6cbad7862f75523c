/// The incremental scorer of one text: bytes are pushed as they come, scores can be read at any time.
///
/// Promises, each with a test of its name:
/// - any split of the same bytes, also inside a character, gives the same scores, bit for bit;
/// - after n bytes the scores are those of a document of these n bytes (less an incomplete last
///   character): the open word counts as if it ended here;
/// - nothing is allocated after `init`; the state is `stateByteCount` bytes, however long the text.
///
/// One stream belongs to one thread at a time. A classifier serves any number of streams.
public final class ScoringStream {
  public let classifier: Classifier
  /// Bytes pushed since the start or the last reset.
  public internal(set) var byteCount = 0
  /// Where the text stands, as `begin` was told; principles that do not apply there have probability 0.
  public internal(set) var side: Side?

  let windows: WindowSums?
  private let windowRewind: Int
  private let scratch: Scratch
  private let ownsScratch: Bool
  // Of the spec, which is too much to go through on each push.
  private let outputs: Int
  private let lanes: Int
  private let dimensions: Int
  // Checking each access for overlaps would cost as much as short pushes do. What each push touches stands
  // together: of the last one only the beginning (`prefetch`).
  @exclusivity(unchecked) var extractor: FeatureExtractor
  @exclusivity(unchecked) var bag: EmbeddingBag
  @exclusivity(unchecked) var denseBag: DenseBag?

  private var reading: UnsafeMutablePointer<Int32> { scratch.reading }
  private var output: UnsafeMutablePointer<Float> { scratch.output }
  var workspace: FeatureExtractor.Workspace { scratch.workspace }
  private var denseWorkspace: WordPieceTokenizer.Workspace? { scratch.denseWorkspace }

  /// `windows` in words; what was read of them can be taken back `rewind` words. `scratch` of the same
  /// classifier is borrowed; without it the stream has its own.
  init(_ classifier: Classifier, windows: [Int] = [], rewind: Int = 0, scratch: Scratch? = nil) {
    self.classifier = classifier
    self.scratch = scratch ?? Scratch(classifier)
    ownsScratch = scratch == nil
    self.windows = windows.isEmpty ? nil : WindowSums(classifier.head, sizes: windows, rewind: rewind)
    windowRewind = rewind
    let spec = classifier.spec
    outputs = spec.outputs
    lanes = spec.lanes
    dimensions = classifier.embeddings?.dimensions ?? 0
    extractor = FeatureExtractor(spec.features)
    bag = EmbeddingBag(classifier)
    denseBag = classifier.embeddings.map { DenseBag($0) }
  }

  deinit {
    bag.sums.deallocate()
    denseBag?.sums.deallocate()
  }

  /// Bytes of memory that this stream holds, scratch included unless it is borrowed.
  public var stateByteCount: Int {
    let dense = denseBag.map { MemoryLayout.size(ofValue: $0) + 4 * denseSums.count } ?? 0
    return 4 * classifier.spec.lanes + dense + MemoryLayout<FeatureExtractor>.size
      + MemoryLayout<EmbeddingBag>.size + (ownsScratch ? scratch.byteCount : 0) + (windows?.byteCount ?? 0)
  }

  /// Adds the next bytes of the text. O(bytes); no allocation.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    extractor.push(bytes, workspace) { bag.add($0) }
    if let denseWorkspace { denseBag?.push(bytes, denseWorkspace) }
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: an incomplete character is replaced, the open word closed. Scores stay readable;
  /// what is pushed afterwards begins a new word.
  public func finish() {
    extractor.finish(workspace) { bag.add($0) }
    if let denseWorkspace { denseBag?.finish(denseWorkspace) }
  }

  /// Starts a new text.
  public func reset() {
    extractor = FeatureExtractor(classifier.spec.features)
    bag.reset()
    denseBag?.reset()
    windows?.reset()
    byteCount = 0
    side = nil
  }

  /// Ends a word for the windows: they count the calls, and reach back to one of them. O(width).
  public func advance() {
    var count = bag.count
    windows?.advance(bag.sums, counts: &count, dense: denseSums.baseAddress)
  }

  /// The largest probability of each output among the windows, and the whole text while it is no longer than
  /// the largest of them: what happens late in a long text is not outvoted by its beginning, and what a
  /// long text repeats does not add up without end. Without windows `read()`. Valid until the next call.
  /// O(windows x width), all in one product; no allocation. [outputs]
  public func readLargest() -> UnsafeBufferPointer<Float> {
    guard let windows else { return read() }
    let n = gather(windows.rows, windows.denseRows, windows.rowCounts)
    windows.grade(n, hasDense: denseBag != nil, side: side, into: output)
    return UnsafeBufferPointer(start: output, count: outputs)
  }

  /// Writes the sums that `readLargest` grades, of the whole text unless all windows are shorter, and of each
  /// window that is; returns how many. [rows: n x lanes] [denseRows: n x dimensions] [counts: n], n up to 1 +
  /// windows.
  func gather(
    _ rows: UnsafeMutablePointer<Int32>, _ denseRows: UnsafeMutablePointer<Int32>,
    _ counts: UnsafeMutablePointer<Int>
  ) -> Int {
    var (sums, count) = current()
    // Not `if let denseBag`, which would copy the open word.
    let dense = denseWorkspace.flatMap { denseBag?.read($0, into: reading + lanes) }
    if let windows { return windows.gather(sums, &count, dense, into: rows, denseRows, counts) }
    rows.update(from: sums, count: lanes)
    counts[0] = count
    if let dense { denseRows.update(from: dense, count: dimensions) }
    return 1
  }

  /// The probabilities now: one for each label, then `any` if the classifier has it. Valid until the
  /// next call. O(width); no allocation. [outputs]
  public func read() -> UnsafeBufferPointer<Float> {
    _ = score()
    return UnsafeBufferPointer(start: output, count: outputs)
  }

  /// The doubts now, for each output; nil for models without (`Classifier.hasDoubts`). Valid until the next
  /// call. docs/doubt.md says what they tell. Costs a `read()` and O(inputs^2), about 20,000
  /// multiplications with word-piece vectors; no allocation. [outputs]
  public func readDoubts() -> UnsafeBufferPointer<Float>? {
    guard classifier.hasDoubts else { return nil }
    let (sums, count) = score()
    let doubts = output + outputs
    classifier.doubts(0, sums, count: count, scratch: output + 2 * outputs, into: doubts)
    return UnsafeBufferPointer(start: doubts, count: outputs)
  }

  /// Leaves the probabilities in `output`; returns the sums and features that they are of.
  private func score() -> (sums: UnsafePointer<Int32>, count: Int) {
    var (sums, count) = current()
    let denseSums = denseWorkspace.flatMap { denseBag?.read($0, into: reading + lanes) }
    classifier.probabilities(
      sums, counts: &count, denseSums: denseSums, scratch: output + 2 * outputs,
      into: output, side: { _ in side })
    return (sums, count)
  }

  /// Sums and features with the open word as if it ended here.
  private func current() -> (sums: UnsafePointer<Int32>, count: Int) {
    let pending = extractor.pending(workspace)
    guard !pending.isEmpty && bag.count + pending.count <= ModelSpec.maximumFeatures else {
      return (UnsafePointer(bag.sums), bag.count)
    }
    var open = bag.copied(to: reading)
    open.add(pending)
    return (UnsafePointer(reading), open.count)
  }

  /// The scores now, as a value that can be kept. Allocates; see `read()` for the hot path.
  public var scores: Scores {
    let p = Array(read())
    let spec = classifier.spec
    let doubts = readDoubts().map { Array($0) }
    return Scores(
      labels: spec.labels, probabilities: Array(p.prefix(spec.labels.count)),
      any: spec.hasAny ? p.last : nil, features: bag.count,
      replacements: extractor.normalizer.replacements, isTruncated: bag.isFull,
      doubts: doubts.map { Array($0.prefix(spec.labels.count)) }, anyDoubt: spec.hasAny ? doubts?.last : nil)
  }

  /// A second stream that goes on from here by itself.
  public func fork() -> ScoringStream {
    let copy = ScoringStream(classifier, windows: windows?.sizes ?? [], rewind: windowRewind)
    copy.copy(self)
    return copy
  }

  /// Takes over the state of a stream of the same classifier and windows. No allocation.
  func copy(_ other: ScoringStream) {
    if let theirs = other.windows { windows?.copy(theirs) }
    extractor = other.extractor
    bag.copy(other.bag)
    if let theirs = other.denseBag { denseBag?.copy(theirs) }
    byteCount = other.byteCount
    side = other.side
  }

  /// Sums of the closed words. [columns]
  package var sums: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: bag.sums, count: classifier.spec.columns)
  }

  /// Features of the closed words.
  package var closedFeatures: Int { bag.count }

  /// Sums of the closed word pieces. [dimensions]
  package var denseSums: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: denseBag?.sums, count: dimensions)
  }
}
