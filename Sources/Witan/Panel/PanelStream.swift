/// The incremental scorer of one text by all members of a panel. It keeps the promises of `ScoringStream`: any
/// split of the same bytes gives the same scores, after n bytes they are those of a document of these bytes, and
/// nothing is allocated after it was made. Opinions are read when they are asked for, at the cost of a reading.
///
/// One stream belongs to one thread at a time. A panel serves any number of streams.
public final class PanelStream {
  public let panel: Panel
  /// Bytes pushed since the start or the last reset.
  public internal(set) var byteCount = 0
  /// Where the text stands, as `begin` was told; principles that do not apply there have probability 0.
  public internal(set) var side: Side?

  let windows: WindowSums?
  private let windowRewind: Int
  let lanes: Int
  let featureCounts: Int
  let (tableCount, denseCount): (Int, Int)
  private let head: Head
  /// What each push touches, in one piece: streams of a pool take turns, and each is cold when its turn comes.
  let memory: UnsafeMutableRawPointer
  let memorySize: Int
  let extractors: UnsafeMutablePointer<FeatureExtractor>  // [featureCounts]
  let bags: UnsafeMutablePointer<EmbeddingBag>  // [tables]
  let sums: UnsafeMutablePointer<Int32>  // [lanes + slack]
  let denseSums: UnsafeMutablePointer<Int32>  // [denseLanes]
  let denseBags: UnsafeMutablePointer<DenseBag>  // [embeddings]
  /// Whether all members share one table.
  private let isPlain: Bool
  private let shifts: UnsafePointer<UInt32>  // [tables]
  let ranges: UnsafePointer<PanelFeatures.Tables>  // [featureCounts]
  private let denseFirst: UnsafePointer<Int>  // [embeddings] in the dense sums
  let scratch: Scratch
  private let ownsScratch: Bool

  private var workspace: FeatureExtractor.Workspace { scratch.workspace }
  var denseWorkspace: WordPieceTokenizer.Workspace? { scratch.denseWorkspace }
  private var counts: UnsafeMutablePointer<Int> { scratch.counts }
  private var output: UnsafeMutablePointer<Float> { scratch.output }

  /// `windows` in words; what was read of them can be taken back `rewind` words. `scratch` of the same
  /// panel is borrowed; without it the stream has its own.
  init(_ panel: Panel, windows: [Int] = [], rewind: Int = 0, scratch: Scratch? = nil) {
    self.panel = panel
    self.scratch = scratch ?? Scratch(panel)
    ownsScratch = scratch == nil
    head = panel.head
    (lanes, featureCounts) = (head.lanes, head.featureCounts)
    self.windows = windows.isEmpty ? nil : WindowSums(head, sizes: windows, rewind: rewind)
    windowRewind = rewind
    let tables = panel.features.flatMap(\.tables)
    (tableCount, denseCount) = (tables.count, panel.embeddings.count)
    isPlain = tables.count == 1
    let (extractorSize, bagSize) = (
      MemoryLayout<FeatureExtractor>.stride * featureCounts, MemoryLayout<EmbeddingBag>.stride * tableCount
    )
    let (sumSize, denseSize) = (4 * (lanes + Head.slack), (4 * head.denseLanes + 7) / 8 * 8)
    memorySize =
      extractorSize + bagSize + sumSize + denseSize + MemoryLayout<DenseBag>.stride * denseCount
    memory = .allocate(byteCount: memorySize, alignment: 64)
    var next = memory
    /// The next `count` values, in `size` bytes.
    func take<Value>(_ count: Int, _ size: Int) -> UnsafeMutablePointer<Value> {
      defer { next += size }
      return next.bindMemory(to: Value.self, capacity: count)
    }
    extractors = take(featureCounts, extractorSize)
    bags = take(tableCount, bagSize)
    sums = take(lanes + Head.slack, sumSize)
    denseSums = take(head.denseLanes, denseSize)
    denseBags = take(denseCount, 0)
    sums.initialize(repeating: 0, count: lanes + Head.slack)
    denseSums.initialize(repeating: 0, count: head.denseLanes)
    for (i, group) in panel.features.enumerated() {
      (extractors + i).initialize(to: FeatureExtractor(group.spec))
    }
    for (i, table) in tables.enumerated() {
      (bags + i).initialize(to: EmbeddingBag(table.fused.table, sums: sums + table.firstLane))
    }
    (shifts, ranges) = (self.scratch.shifts.base, self.scratch.ranges.base)
    denseFirst = self.scratch.denseFirst.base
    for (i, embeddings) in panel.embeddings.enumerated() {
      (denseBags + i).initialize(to: DenseBag(embeddings, sums: denseSums + denseFirst[i]))
    }
  }

  deinit {
    scratch.forget(bags)
    extractors.deinitialize(count: featureCounts)
    bags.deinitialize(count: tableCount)
    denseBags.deinitialize(count: denseCount)
    memory.deallocate()
  }

  /// Bytes of `memory` up to the open word of the last tokenizer, and about those of the object.
  var hotSize: Int { memorySize - (denseCount > 0 ? MemoryLayout<WordPieceTokenizer>.size - 64 : 0) }
  static var objectSize: Int { 256 }

  /// Bytes of memory that this stream holds, scratch included unless it is borrowed.
  public var stateByteCount: Int {
    memorySize + (ownsScratch ? scratch.byteCount : 0) + (windows?.byteCount ?? 0)
  }

  /// Adds the next bytes of the text. O(bytes); no allocation.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    for i in 0..<featureCounts { extractors[i].push(bytes, workspace) { add($0, of: i) } }
    guard let denseWorkspace else { return }
    for i in 0..<denseCount { denseBags[i].push(bytes, denseWorkspace) }
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: an incomplete character is replaced, the open word closed. Opinions stay readable; what is
  /// pushed afterwards begins a new word.
  public func finish() {
    for i in 0..<featureCounts { extractors[i].finish(workspace) { add($0, of: i) } }
    settle()
    guard let denseWorkspace else { return }
    for i in 0..<denseCount { denseBags[i].finish(denseWorkspace) }
  }

  /// Starts a new text.
  public func reset() {
    for (i, group) in panel.features.enumerated() { extractors[i] = FeatureExtractor(group.spec) }
    scratch.forget(bags)
    for i in 0..<tableCount { bags[i].reset() }
    for i in 0..<denseCount { denseBags[i].reset() }
    windows?.reset()
    byteCount = 0
    side = nil
  }

  /// Starts a new text that stands on `side`, as `ScoringStream.begin(as:)` does.
  public func begin(as side: Side?) {
    reset()
    self.side = side
  }

  /// Starts the answer to `prompt`, as `ScoringStream.begin(prompt:)` does.
  public func begin(prompt: String?) {
    guard var prompt else { return reset() }
    prompt.withUTF8(begin(prompt:))
  }

  /// Starts the answer to a prompt (UTF-8). O(bytes)
  public func begin(prompt: UnsafeBufferPointer<UInt8>) {
    begin(as: .exchange)
    for (i, group) in panel.features.enumerated() {
      FeatureExtractor.prompt(prompt, group.spec, workspace) { add($0, of: i) }
    }
    settle()
    for i in 0..<featureCounts { counts[i] = count(i) }
    windows?.begin(after: sums, counts: counts)
  }

  /// Adds features of group `i` to the tables of its members.
  @inline(__always)
  private func add(_ ids: UnsafeBufferPointer<UInt32>, of i: Int) {
    if isPlain {
      settle()
      guard ids.count <= Scratch.deferrable else { return bags[0].add(ids) }
      bags[0].table.prefetch(ids)
      scratch.deferAdding(ids, to: bags)
      return
    }
    let tables = ranges[i]
    for table in tables.first..<tables.first + tables.count {
      let shift = shifts[table]
      if shift == 0 {
        bags[table].add(ids)
      } else if bags[table].hasRoom(for: ids.count) {  // all or nothing, as without runs
        ids.withShifted(shift) { bags[table].add($0) }
      }
    }
  }

  /// Adds what was deferred, of this stream or of another that shares its scratch.
  @inline(__always)
  func settle() { scratch.settle() }

  /// Features of group `i` in closed words.
  @inline(__always)
  func count(_ i: Int) -> Int { bags[ranges[i].first].count }

  // MARK: - Reading

  /// The probabilities now, those of each member after the other (`Panel.outputs(of:)`). Valid until the next call.
  /// O(columns x dimensions); no allocation. [outputCount]
  public func read() -> UnsafeBufferPointer<Float> {
    _ = score()
    return UnsafeBufferPointer(start: output, count: head.outputs)
  }

  /// Whether the text has more features than a model counts: what came since was not scored. O(tables)
  public var isTruncated: Bool {
    settle()
    return (0..<tableCount).contains { bags[$0].isFull }
  }

  /// What all say now, and how far they are apart. Allocates; see `read()` for the hot path.
  public var verdict: PanelVerdict { PanelVerdict(opinions: opinions) }

  /// What each member says now, in the panel's order. Allocates.
  public var opinions: [Opinion] {
    let sums = score()
    return panel.members.indices.map { i in
      let group = head.parts[i].features
      return panel.opinion(
        of: i, output + head.firstOutputs[i],
        doubts: panel.doubts(
          of: i, 0, of: 1, sums, features: counts, scratch: output + head.outputs),
        side: side, features: count(group),
        replacements: extractors[group].normalizer.replacements,
        isTruncated: bags[ranges[group].first].isFull)
    }
  }

  /// Leaves the probabilities in `output`; returns the sums that they are of.
  private func score() -> UnsafePointer<Int32> {
    let scratch = output + head.outputs
    // Rows come while word pieces are multiplied.
    let pending = isPlain ? extractors[0].pending(workspace) : UnsafeBufferPointer(start: nil, count: 0)
    if isPlain { bags[0].table.prefetch(pending) }
    let hasProducts = head.multiply(1, currentDense(), scratch)
    let sums = current(pending)
    head.probabilities(
      1, sums: sums, counts: counts, hasProducts: hasProducts, scratch: scratch, into: output,
      side: { _ in side })
    return sums
  }

  /// The sums with the open words as if they ended here, and their numbers of features in `counts`. `pending`: the
  /// features of the open word where all members share one table.
  @inline(__always)
  private func current(_ pending: UnsafeBufferPointer<UInt32>) -> UnsafePointer<Int32> {
    settle()
    var isCopied = false
    for i in 0..<featureCounts {
      isCopied = open(i, isPlain ? pending : extractors[i].pending(workspace), isCopied) || isCopied
    }
    return UnsafePointer(isCopied ? scratch.reading : sums)
  }

  /// Sets the number of features of group `i` with those of its open word, and adds these to a copy of the sums;
  /// whether there are any.
  @inline(__always)
  private func open(_ i: Int, _ pending: UnsafeBufferPointer<UInt32>, _ isCopied: Bool) -> Bool {
    let tables = ranges[i]
    counts[i] = count(i)
    let reading = scratch.reading
    guard !pending.isEmpty && counts[i] + pending.count <= ModelSpec.maximumFeatures else { return false }
    counts[i] += pending.count
    if !isCopied { reading.update(from: sums, count: lanes) }
    for table in tables.first..<tables.first + tables.count {
      var open = bags[table].moved(to: reading + (bags[table].sums - sums))
      let shift = shifts[table]
      if shift == 0 { open.add(pending) } else { pending.withShifted(shift) { open.add($0) } }
    }
    return true
  }

  /// The same of the word pieces; nil without a table of their vectors.
  private func currentDense() -> UnsafePointer<Int32>? {
    guard let denseWorkspace else { return nil }
    let reading = scratch.denseReading
    if denseCount == 1 { return denseBags[0].read(denseWorkspace, into: reading) }
    for i in 0..<denseCount {
      let place = reading + denseFirst[i]
      let now = denseBags[i].read(denseWorkspace, into: place)
      if now != UnsafePointer(place) { place.update(from: now, count: panel.embeddings[i].dimensions) }
    }
    return UnsafePointer(reading)
  }

  // MARK: - Windows

  /// Ends a word for the windows: they count the calls, and reach back to one of them. O(width).
  public func advance() {
    guard let windows else { return }
    settle()
    for i in 0..<featureCounts { counts[i] = count(i) }
    windows.advance(sums, counts: counts, dense: denseCount > 0 ? UnsafePointer(denseSums) : nil)
  }

  /// The largest probability of each output among the windows, and the whole text while it is no longer than the largest
  /// of them: of each member those that its own stream with these windows gives (`ScoringStream.readLargest`). Without
  /// windows `read()`. Valid until the next call. O(windows x columns x dimensions), all in one product; no allocation.
  /// [outputCount]
  public func readLargest() -> UnsafeBufferPointer<Float> {
    guard let windows else { return read() }
    let n = gather(windows.rows, windows.denseRows, windows.rowCounts)
    windows.grade(n, hasDense: denseCount > 0, side: side, into: output)
    return UnsafeBufferPointer(start: output, count: head.outputs)
  }

  /// Writes the sums that `readLargest` grades, as `ScoringStream.gather` does. [rows: n x lanes]
  /// [denseRows: n x denseLanes] [rowCounts: n x featureCounts], n up to 1 + windows.
  func gather(
    _ rows: UnsafeMutablePointer<Int32>, _ denseRows: UnsafeMutablePointer<Int32>,
    _ rowCounts: UnsafeMutablePointer<Int>
  ) -> Int {
    let pending = isPlain ? extractors[0].pending(workspace) : UnsafeBufferPointer(start: nil, count: 0)
    let sums = current(pending)
    let dense = currentDense()
    if let windows { return windows.gather(sums, counts, dense, into: rows, denseRows, rowCounts) }
    rows.update(from: sums, count: lanes)
    rowCounts.update(from: counts, count: featureCounts)
    if let dense { denseRows.update(from: dense, count: head.denseLanes) }
    return 1
  }

  /// What each member says of the text by `readLargest`, in the panel's order: the probabilities are those of the whole
  /// text and its windows, everything else is of the whole text; there are no doubts. Allocates.
  public var windowedOpinions: [Opinion] {
    let p = readLargest().baseAddress!
    return panel.members.indices.map { i in
      let group = head.parts[i].features
      return panel.opinion(
        of: i, p + head.firstOutputs[i], doubts: nil, side: side, features: count(group),
        replacements: extractors[group].normalizer.replacements,
        isTruncated: bags[ranges[group].first].isFull)
    }
  }

  // MARK: - Forking

  /// A second stream that goes on from here by itself.
  public func fork() -> PanelStream {
    let copy = PanelStream(panel, windows: windows?.sizes ?? [], rewind: windowRewind)
    copy.copy(self)
    return copy
  }

  /// Takes over the state of a stream of the same panel and windows. No allocation.
  func copy(_ other: PanelStream) {
    other.settle()
    scratch.forget(bags)
    for i in 0..<featureCounts { extractors[i] = other.extractors[i] }
    for i in 0..<tableCount { bags[i].copy(other.bags[i]) }
    for i in 0..<denseCount { denseBags[i].copy(other.denseBags[i]) }
    if let theirs = other.windows { windows?.copy(theirs) }
    (byteCount, side) = (other.byteCount, other.side)
  }
}

extension UnsafeBufferPointer<UInt32> {
  /// The ids of a table that has 2^shift times fewer buckets, in runs.
  @inline(__always)
  fileprivate func withShifted(_ shift: UInt32, _ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    let run = 256
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: run) { shifted in  // 1 KB, on the stack
      for start in stride(from: 0, to: count, by: run) {
        let length = Swift.min(run, count - start)
        for i in 0..<length { shifted[i] = self[start + i] >> shift }
        body(UnsafeBufferPointer(rebasing: shifted[..<length]))
      }
    }
  }
}
