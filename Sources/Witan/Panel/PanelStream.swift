/// The incremental scorer of one text by all members of a panel. It keeps the promises of `ScoringStream`: any
/// split of the same bytes gives the same scores, after n bytes they are those of a document of these bytes, and
/// nothing is allocated after it was made. Opinions are read when they are asked for, at the cost of a reading.
///
/// One stream belongs to one thread at a time. A panel serves any number of streams.
public final class PanelStream {
  public let panel: Panel
  /// Bytes pushed since the start or the last reset.
  public private(set) var byteCount = 0
  /// Where the text stands, as `begin` was told; principles that do not apply there have probability 0.
  public private(set) var side: Side?

  private let lanes: Int
  private let featureCounts: Int
  private let head: Head
  private let extractors: UnsafeMutablePointer<FeatureExtractor>  // [featureCounts]
  private let bags: UnsafeMutablePointer<EmbeddingBag>  // [tables]
  private let denseBags: UnsafeMutablePointer<DenseBag>  // [embeddings]
  private let (tableCount, denseCount): (Int, Int)
  /// Features of the last push whose rows were asked for and are not added yet: rows of panels are long and seldom in
  /// a cache, and while they come others things can be done.
  private let deferred: UnsafeMutablePointer<UInt32>  // [deferrable]
  @exclusivity(unchecked) private var deferredCount = 0
  private static let deferrable = 64
  /// Whether all members share one table.
  private let isPlain: Bool
  private let shifts: Constants<UInt32>  // [tables]
  private let ranges: Constants<PanelFeatures.Tables>  // [featureCounts]
  private let denseFirst: Constants<Int>  // [embeddings] in the dense sums
  private let workspace = FeatureExtractor.Workspace()
  private let denseWorkspace: WordPieceTokenizer.Workspace?
  private let sums: UnsafeMutablePointer<Int32>  // [lanes + slack]
  private let reading: UnsafeMutablePointer<Int32>  // [lanes + slack] sums with the open word
  private let denseReading: UnsafeMutablePointer<Int32>  // [denseLanes]
  private let counts: UnsafeMutablePointer<Int>  // [features] of the last reading
  private let output: UnsafeMutablePointer<Float>  // [outputs], then scratch

  init(_ panel: Panel) {
    self.panel = panel
    head = panel.head
    (lanes, featureCounts) = (head.lanes, head.featureCounts)
    let tables = panel.features.flatMap(\.tables)
    (tableCount, denseCount) = (tables.count, panel.embeddings.count)
    isPlain = tables.count == 1
    deferred = .allocate(capacity: Self.deferrable)
    sums = .allocate(capacity: lanes + Head.slack)
    reading = .allocate(capacity: lanes + Head.slack)
    denseReading = .allocate(capacity: head.denseLanes)
    counts = .allocate(capacity: featureCounts)
    output = .allocate(capacity: head.outputs + head.scratchCount(1))
    extractors = .allocate(capacity: featureCounts)
    bags = .allocate(capacity: tableCount)
    denseBags = .allocate(capacity: denseCount)
    sums.initialize(repeating: 0, count: lanes + Head.slack)
    reading.initialize(repeating: 0, count: lanes + Head.slack)
    denseReading.initialize(repeating: 0, count: head.denseLanes)
    counts.initialize(repeating: 0, count: featureCounts)
    output.initialize(repeating: 0, count: head.outputs + head.scratchCount(1))
    for (i, group) in panel.features.enumerated() {
      (extractors + i).initialize(to: FeatureExtractor(group.spec))
    }
    for (i, table) in tables.enumerated() {
      (bags + i).initialize(to: EmbeddingBag(table.fused.table, sums: sums + table.firstLane))
    }
    for (i, embeddings) in panel.embeddings.enumerated() {
      (denseBags + i).initialize(to: DenseBag(embeddings))
    }
    shifts = Constants(tables.map(\.shift))
    var first = 0
    ranges = Constants(
      panel.features.map { group in
        defer { first += group.tables.count }
        return PanelFeatures.Tables(first: first, count: group.tables.count)
      })
    var dense = 0
    denseFirst = Constants(
      panel.embeddings.map { table in
        defer { dense += table.dimensions }
        return dense
      })
    denseWorkspace = panel.embeddings.isEmpty ? nil : WordPieceTokenizer.Workspace()
  }

  deinit {
    for i in 0..<denseCount { denseBags[i].sums.deallocate() }
    extractors.deinitialize(count: featureCounts).deallocate()
    bags.deinitialize(count: tableCount).deallocate()
    denseBags.deinitialize(count: denseCount).deallocate()
    deferred.deallocate()
    sums.deallocate()
    reading.deallocate()
    denseReading.deallocate()
    counts.deallocate()
    output.deallocate()
  }

  /// Bytes of memory that this stream holds.
  public var stateByteCount: Int {
    let scratch = head.outputs + head.scratchCount(1)
    return 4 * (Self.deferrable + 2 * (lanes + Head.slack) + 2 * head.denseLanes + scratch) + 8
      * featureCounts
      + MemoryLayout<FeatureExtractor>.stride * featureCounts + MemoryLayout<EmbeddingBag>.stride * tableCount
      + MemoryLayout<DenseBag>.stride * denseCount + FeatureExtractor.Workspace.byteCount
      + (denseWorkspace == nil ? 0 : WordPieceTokenizer.Workspace.byteCount)
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
    for i in 0..<tableCount { bags[i].reset() }
    deferredCount = 0
    for i in 0..<denseCount { denseBags[i].reset() }
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
  }

  /// Adds features of group `i` to the tables of its members.
  @inline(__always)
  private func add(_ ids: UnsafeBufferPointer<UInt32>, of i: Int) {
    if isPlain {
      settle()
      guard ids.count <= Self.deferrable else { return bags[0].add(ids) }
      bags[0].table.prefetch(ids)
      deferred.update(from: ids.baseAddress!, count: ids.count)
      deferredCount = ids.count
      return
    }
    let tables = ranges.base[i]
    for table in tables.first..<tables.first + tables.count {
      let shift = shifts.base[table]
      if shift == 0 { bags[table].add(ids) } else { ids.withShifted(shift) { bags[table].add($0) } }
    }
  }

  /// Adds what was deferred.
  @inline(__always)
  private func settle() {
    if deferredCount == 0 { return }
    bags[0].add(UnsafeBufferPointer(start: deferred, count: deferredCount))
    deferredCount = 0
  }

  // MARK: - Reading

  /// The probabilities now, those of each member after the other (`Panel.outputs(of:)`). Valid until the next call.
  /// O(columns x dimensions); no allocation. [outputCount]
  public func read() -> UnsafeBufferPointer<Float> {
    _ = score()
    return UnsafeBufferPointer(start: output, count: head.outputs)
  }

  /// Whether the text has more features than a model counts: what came since was not scored. O(tables)
  public var isTruncated: Bool { (0..<tableCount).contains { bags[$0].isFull } }

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
        side: side, features: bags[ranges.base[group].first].count,
        replacements: extractors[group].normalizer.replacements,
        isTruncated: bags[ranges.base[group].first].isFull)
    }
  }

  /// Leaves the probabilities in `output`; returns the sums that they are of.
  private func score() -> UnsafePointer<Int32> {
    let scratch = output + head.outputs
    // Rows come while word pieces are multiplied.
    let pending = isPlain ? extractors[0].pending(workspace) : UnsafeBufferPointer(start: nil, count: 0)
    if isPlain { bags[0].table.prefetch(pending) }
    let hasProducts = head.multiply(1, currentDense(), scratch)
    settle()
    var isCopied = false
    for i in 0..<featureCounts {
      isCopied = open(i, isPlain ? pending : extractors[i].pending(workspace), isCopied) || isCopied
    }
    let sums = UnsafePointer(isCopied ? reading : sums)
    head.probabilities(
      1, sums: sums, counts: counts, hasProducts: hasProducts, scratch: scratch, into: output,
      side: { _ in side })
    return sums
  }

  /// Sets the number of features of group `i` with those of its open word, and adds these to a copy of the sums;
  /// whether there are any.
  @inline(__always)
  private func open(_ i: Int, _ pending: UnsafeBufferPointer<UInt32>, _ isCopied: Bool) -> Bool {
    let tables = ranges.base[i]
    counts[i] = bags[tables.first].count
    guard !pending.isEmpty && counts[i] + pending.count <= ModelSpec.maximumFeatures else { return false }
    counts[i] += pending.count
    if !isCopied { reading.update(from: sums, count: lanes) }
    for table in tables.first..<tables.first + tables.count {
      var open = bags[table].moved(to: reading + (bags[table].sums - sums))
      let shift = shifts.base[table]
      if shift == 0 { open.add(pending) } else { pending.withShifted(shift) { open.add($0) } }
    }
    return true
  }

  /// The same of the word pieces; nil without a table of their vectors.
  private func currentDense() -> UnsafePointer<Int32>? {
    guard let denseWorkspace else { return nil }
    if denseCount == 1 { return denseBags[0].read(denseWorkspace, into: denseReading) }
    for i in 0..<denseCount {
      let place = denseReading + denseFirst.base[i]
      let now = denseBags[i].read(denseWorkspace, into: place)
      if now != UnsafePointer(place) { place.update(from: now, count: panel.embeddings[i].dimensions) }
    }
    return UnsafePointer(denseReading)
  }

  // MARK: - Forking

  /// A second stream that goes on from here by itself.
  public func fork() -> PanelStream {
    settle()
    let copy = PanelStream(panel)
    for i in 0..<featureCounts { copy.extractors[i] = extractors[i] }
    for i in 0..<tableCount { copy.bags[i].copy(bags[i]) }
    for i in 0..<denseCount { copy.denseBags[i].copy(denseBags[i]) }
    (copy.byteCount, copy.side) = (byteCount, side)
    return copy
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
