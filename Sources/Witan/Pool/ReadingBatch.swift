/// Words of many guards that are read together: their sums stand in contiguous rows, and one product with
/// the head grades them all. Equal sums give equal bits, alone or in a batch.
///
/// Guards are not retained: whoever owns the batch keeps them until it is flushed.
final class ReadingBatch {
  /// Rows of one product: 2.5 MB with what the product needs.
  static let capacity = 1024

  private struct Entry {
    var streamGuard: Unmanaged<StreamGuard>
    var rowCount: Int
    /// The first row that counts: that of the whole text does not where it is longer than all windows.
    var first: Int
  }

  private let classifier: Classifier
  private let lanes: Int
  private let dimensions: Int
  private let outputs: Int
  private let rowsPerWord: Int
  private let sums: UnsafeMutablePointer<Int32>  // [capacity x lanes]
  private let denseSums: UnsafeMutablePointer<Int32>  // [capacity x dimensions]
  private let counts: UnsafeMutablePointer<Int>  // [capacity]
  private let output: UnsafeMutablePointer<Float>  // [capacity x outputs]
  private let scratch: UnsafeMutablePointer<Float>
  private let entries: UnsafeMutablePointer<Entry>  // [capacity]
  @exclusivity(unchecked) private var rowCount = 0
  @exclusivity(unchecked) private var entryCount = 0

  /// For guards whose streams have so many windows.
  init(_ classifier: Classifier, windows: Int) {
    self.classifier = classifier
    lanes = classifier.spec.lanes
    dimensions = classifier.embeddings?.dimensions ?? 0
    outputs = classifier.spec.outputs
    rowsPerWord = 1 + windows
    let scratchCount = classifier.scratchCount(Self.capacity)
    sums = .allocate(capacity: Self.capacity * lanes)
    denseSums = .allocate(capacity: Self.capacity * dimensions)
    counts = .allocate(capacity: Self.capacity)
    output = .allocate(capacity: Self.capacity * outputs)
    scratch = .allocate(capacity: scratchCount)
    entries = .allocate(capacity: Self.capacity)
    sums.initialize(repeating: 0, count: Self.capacity * lanes)
    denseSums.initialize(repeating: 0, count: Self.capacity * dimensions)
    counts.initialize(repeating: 0, count: Self.capacity)
    output.initialize(repeating: 0, count: Self.capacity * outputs)
    scratch.initialize(repeating: 0, count: scratchCount)
  }

  deinit {
    sums.deallocate()
    denseSums.deallocate()
    counts.deallocate()
    output.deallocate()
    scratch.deallocate()
    entries.deallocate()
  }

  var byteCount: Int {
    Self.capacity * (4 * (lanes + dimensions + outputs) + 8 + MemoryLayout<Entry>.stride)
      + 4 * classifier.scratchCount(Self.capacity)
  }

  /// Takes the sums of a guard whose last word is deferred; when there is no room, those before it are
  /// read first. O(windows x width), no allocation.
  func add(_ streamGuard: StreamGuard) {
    if rowCount + rowsPerWord > Self.capacity { flush() }
    let n = streamGuard.stream.gather(
      sums + rowCount * lanes, denseSums + rowCount * dimensions, counts + rowCount)
    let first = streamGuard.stream.windows?.areAllFull == true ? 1 : 0
    (entries + entryCount).initialize(
      to: Entry(streamGuard: .passUnretained(streamGuard), rowCount: n, first: first))
    entryCount += 1
    rowCount += n
  }

  /// Reads all words that were added and has their guards decide, in the order in which they came.
  func flush() {
    let n = entryCount
    guard n > 0 else { return }
    classifier.probabilities(
      sums, of: rowCount, counts: counts, denseSums: dimensions > 0 ? denseSums : nil, scratch: scratch,
      into: output)
    (rowCount, entryCount) = (0, 0)
    var row = output
    for i in 0..<n {
      let entry = entries[i]
      let largest = row + entry.first * outputs
      for other in entry.first + 1..<max(entry.first + 1, entry.rowCount) {
        for j in 0..<outputs { largest[j] = max(largest[j], row[other * outputs + j]) }
      }
      entry.streamGuard._withUnsafeGuaranteedRef {
        $0.settle(UnsafeBufferPointer(start: largest, count: outputs))
      }
      row += entry.rowCount * outputs
    }
  }
}
