/// Words of many guards that are read together: their sums stand in contiguous rows, and one product with
/// the head grades them all. Equal sums give equal bits, alone or in a batch.
///
/// Guards are not retained: whoever owns the batch keeps them until it is flushed.
final class ReadingBatch {
  /// Rows of one product: 2.5 MB with what the product needs, of one classifier.
  static let capacity = 1024

  private struct Entry {
    var footprint: StreamGuard.DecisionFootprint
    var rowCount: Int
  }

  private let head: Head
  private let features: Int
  private let lanes: Int
  private let dimensions: Int
  private let outputs: Int
  private let rowsPerWord: Int
  private let sums: UnsafeMutablePointer<Int32>  // [capacity x lanes + slack]
  private let denseSums: UnsafeMutablePointer<Int32>  // [capacity x dimensions]
  private let counts: UnsafeMutablePointer<Int>  // [capacity x features]
  private let sides: UnsafeMutablePointer<Side?>  // [capacity] where the text of each row stands
  private let output: UnsafeMutablePointer<Float>  // [capacity x outputs]
  private let scratch: UnsafeMutablePointer<Float>
  private let entries: UnsafeMutablePointer<Entry>  // [capacity]
  @exclusivity(unchecked) private var rowCount = 0
  @exclusivity(unchecked) private var entryCount = 0

  /// For guards whose streams feed `head`, that of a classifier or of a panel, and have so many windows.
  init(_ head: Head, windows: Int) {
    self.head = head
    (lanes, dimensions, features, outputs) = (head.lanes, head.denseLanes, head.featureCounts, head.outputs)
    rowsPerWord = 1 + windows
    let scratchCount = head.scratchCount(Self.capacity)
    sums = .allocate(capacity: Self.capacity * lanes + Head.slack)
    denseSums = .allocate(capacity: Self.capacity * dimensions)
    counts = .allocate(capacity: Self.capacity * features)
    sides = .allocate(capacity: Self.capacity)
    output = .allocate(capacity: Self.capacity * outputs)
    scratch = .allocate(capacity: scratchCount)
    entries = .allocate(capacity: Self.capacity)
    sums.initialize(repeating: 0, count: Self.capacity * lanes + Head.slack)
    denseSums.initialize(repeating: 0, count: Self.capacity * dimensions)
    counts.initialize(repeating: 0, count: Self.capacity * features)
    sides.initialize(repeating: nil, count: Self.capacity)
    output.initialize(repeating: 0, count: Self.capacity * outputs)
    scratch.initialize(repeating: 0, count: scratchCount)
  }

  deinit {
    sums.deallocate()
    denseSums.deallocate()
    counts.deallocate()
    sides.deallocate()
    output.deallocate()
    scratch.deallocate()
    entries.deallocate()
  }

  var byteCount: Int {
    Self.capacity * (4 * (lanes + dimensions + outputs) + 8 * features + 1 + MemoryLayout<Entry>.stride)
      + 4 * (head.scratchCount(Self.capacity) + Head.slack)
  }

  /// Takes the sums of a guard whose last word is deferred; when there is no room, those before it are
  /// read first. O(windows x width), no allocation.
  func add(_ streamGuard: StreamGuard) {
    if rowCount + rowsPerWord > Self.capacity { flush() }
    let n = streamGuard.scorer.gather(
      sums + rowCount * lanes, denseSums + rowCount * dimensions, counts + rowCount * features)
    let side = streamGuard.scorer.side
    for i in rowCount..<rowCount + n { sides[i] = side }
    (entries + entryCount).initialize(
      to: Entry(footprint: .init(streamGuard), rowCount: n))
    entryCount += 1
    rowCount += n
  }

  /// Reads all words that were added and has their guards decide, in the order in which they came.
  func flush() {
    let n = entryCount
    guard n > 0 else { return }
    head.probabilities(
      rowCount, sums: sums, counts: counts, denseSums: dimensions > 0 ? denseSums : nil, scratch: scratch,
      into: output, side: { sides[$0] })
    (rowCount, entryCount) = (0, 0)
    var row = output
    for i in 0..<n {
      let entry = entries[i]
      if i + 4 < n { entries[i + 4].footprint.prefetch() }
      for other in 1..<entry.rowCount {
        for j in 0..<outputs { row[j] = max(row[j], row[other * outputs + j]) }
      }
      entry.footprint.streamGuard._withUnsafeGuaranteedRef {
        $0.settle(UnsafeBufferPointer(start: row, count: outputs))
      }
      row += entry.rowCount * outputs
    }
  }
}
