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
  // Checking each access for overlaps would cost as much as short pushes do.
  @exclusivity(unchecked) private var extractors: [FeatureExtractor]  // [features]
  @exclusivity(unchecked) private var bags: [EmbeddingBag]  // [tables]
  @exclusivity(unchecked) private var denseBags: [DenseBag]  // [embeddings]
  private let shifts: [UInt32]  // [tables]
  private let ranges: [Range<Int>]  // [features] of the tables
  private let denseFirst: [Int]  // [embeddings] in the dense sums
  private let workspace = FeatureExtractor.Workspace()
  private let denseWorkspace: WordPieceTokenizer.Workspace?
  private let sums: UnsafeMutablePointer<Int32>  // [lanes + slack]
  private let reading: UnsafeMutablePointer<Int32>  // [lanes + slack] sums with the open word
  private let denseReading: UnsafeMutablePointer<Int32>  // [denseLanes]
  private let counts: UnsafeMutablePointer<Int>  // [features] of the last reading
  private let output: UnsafeMutablePointer<Float>  // [outputs], then scratch

  init(_ panel: Panel) {
    self.panel = panel
    let head = panel.head
    (lanes, featureCounts) = (head.lanes, head.featureCounts)
    extractors = panel.features.map { FeatureExtractor($0.spec) }
    sums = .allocate(capacity: lanes + Head.slack)
    reading = .allocate(capacity: lanes + Head.slack)
    denseReading = .allocate(capacity: head.denseLanes)
    counts = .allocate(capacity: featureCounts)
    output = .allocate(capacity: head.outputs + head.scratchCount(1))
    sums.initialize(repeating: 0, count: lanes + Head.slack)
    reading.initialize(repeating: 0, count: lanes + Head.slack)
    denseReading.initialize(repeating: 0, count: head.denseLanes)
    counts.initialize(repeating: 0, count: featureCounts)
    output.initialize(repeating: 0, count: head.outputs + head.scratchCount(1))
    let tables = panel.features.flatMap(\.tables)
    let sums = sums
    bags = tables.map { EmbeddingBag($0.fused.table, sums: sums + $0.firstLane) }
    shifts = tables.map(\.shift)
    var first = 0
    ranges = panel.features.map { group in
      defer { first += group.tables.count }
      return first..<first + group.tables.count
    }
    denseBags = panel.embeddings.map { DenseBag($0) }
    var dense = 0
    denseFirst = panel.embeddings.map { table in
      defer { dense += table.dimensions }
      return dense
    }
    denseWorkspace = panel.embeddings.isEmpty ? nil : WordPieceTokenizer.Workspace()
  }

  deinit {
    for bag in denseBags { bag.sums.deallocate() }
    sums.deallocate()
    reading.deallocate()
    denseReading.deallocate()
    counts.deallocate()
    output.deallocate()
  }

  /// Bytes of memory that this stream holds.
  public var stateByteCount: Int {
    let scratch = panel.head.outputs + panel.head.scratchCount(1)
    return 4 * (2 * (lanes + Head.slack) + 2 * panel.head.denseLanes + scratch) + 8 * featureCounts
      + MemoryLayout<FeatureExtractor>.stride * extractors.count + MemoryLayout<EmbeddingBag>.stride
      * bags.count
      + MemoryLayout<DenseBag>.stride * denseBags.count + FeatureExtractor.Workspace.byteCount
      + (denseWorkspace == nil ? 0 : WordPieceTokenizer.Workspace.byteCount)
  }

  /// Adds the next bytes of the text. O(bytes); no allocation.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    for i in extractors.indices { extractors[i].push(bytes, workspace) { add($0, of: i) } }
    guard let denseWorkspace else { return }
    for i in denseBags.indices { denseBags[i].push(bytes, denseWorkspace) }
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: an incomplete character is replaced, the open word closed. Opinions stay readable; what is
  /// pushed afterwards begins a new word.
  public func finish() {
    for i in extractors.indices { extractors[i].finish(workspace) { add($0, of: i) } }
    guard let denseWorkspace else { return }
    for i in denseBags.indices { denseBags[i].finish(denseWorkspace) }
  }

  /// Starts a new text.
  public func reset() {
    for (i, group) in panel.features.enumerated() { extractors[i] = FeatureExtractor(group.spec) }
    for i in bags.indices { bags[i].reset() }
    for i in denseBags.indices { denseBags[i].reset() }
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
    reset()
    guard var prompt else { return }
    side = .exchange
    prompt.withUTF8 { bytes in
      for (i, group) in panel.features.enumerated() {
        FeatureExtractor.prompt(bytes, group.spec, workspace) { add($0, of: i) }
      }
    }
  }

  /// Adds features of group `i` to the tables of its members.
  @inline(__always)
  private func add(_ ids: UnsafeBufferPointer<UInt32>, of i: Int) {
    for table in ranges[i] {
      if shifts[table] == 0 {
        bags[table].add(ids)
      } else {
        ids.withShifted(shifts[table]) { bags[table].add($0) }
      }
    }
  }

  // MARK: - Reading

  /// The probabilities now, those of each member after the other (`Panel.outputs(of:)`). Valid until the next call.
  /// O(columns x dimensions); no allocation. [outputCount]
  public func read() -> UnsafeBufferPointer<Float> {
    _ = score()
    return UnsafeBufferPointer(start: output, count: panel.head.outputs)
  }

  /// What all say now, and how far they are apart. Allocates; see `read()` for the hot path.
  public var verdict: PanelVerdict { PanelVerdict(opinions: opinions) }

  /// What each member says now, in the panel's order. Allocates.
  public var opinions: [Opinion] {
    let sums = score()
    return panel.members.indices.map { i in
      let group = panel.head.parts[i].features
      return panel.opinion(
        of: i, output + panel.head.firstOutputs[i],
        doubts: panel.doubts(
          of: i, 0, of: 1, sums, features: counts, scratch: output + panel.head.outputs),
        side: side, features: bags[ranges[group].lowerBound].count,
        replacements: extractors[group].normalizer.replacements,
        isTruncated: bags[ranges[group].lowerBound].isFull)
    }
  }

  /// Leaves the probabilities in `output`; returns the sums that they are of.
  private func score() -> UnsafePointer<Int32> {
    let (sums, dense) = (current(), currentDense())
    panel.head.probabilities(
      1, sums: sums, counts: counts, denseSums: dense, scratch: output + panel.head.outputs, into: output,
      side: { _ in side })
    return sums
  }

  /// Sums, and in `counts` features, with the open word as if it ended here.
  private func current() -> UnsafePointer<Int32> {
    var isCopied = false
    for i in extractors.indices {
      let first = ranges[i].lowerBound
      counts[i] = bags[first].count
      let pending = extractors[i].pending(workspace)
      guard !pending.isEmpty && bags[first].count + pending.count <= ModelSpec.maximumFeatures else {
        continue
      }
      if !isCopied {
        reading.update(from: sums, count: lanes)
        isCopied = true
      }
      for table in ranges[i] {
        var open = bags[table].moved(to: reading + (bags[table].sums - sums))
        if shifts[table] == 0 {
          open.add(pending)
        } else {
          pending.withShifted(shifts[table]) { open.add($0) }
        }
        counts[i] = open.count
      }
    }
    return UnsafePointer(isCopied ? reading : sums)
  }

  /// The same of the word pieces; nil without a table of their vectors.
  private func currentDense() -> UnsafePointer<Int32>? {
    guard let denseWorkspace else { return nil }
    if denseBags.count == 1 { return denseBags[0].read(denseWorkspace, into: denseReading) }
    for i in denseBags.indices {
      let place = denseReading + denseFirst[i]
      let now = denseBags[i].read(denseWorkspace, into: place)
      if now != UnsafePointer(place) { place.update(from: now, count: panel.embeddings[i].dimensions) }
    }
    return UnsafePointer(denseReading)
  }

  // MARK: - Forking

  /// A second stream that goes on from here by itself.
  public func fork() -> PanelStream {
    let copy = PanelStream(panel)
    copy.extractors = extractors
    for i in bags.indices { copy.bags[i].copy(bags[i]) }
    for i in denseBags.indices { copy.denseBags[i].copy(denseBags[i]) }
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
