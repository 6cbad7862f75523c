internal import CKernels

/// The sums of a stream at its last word ends. What the last n words add follows by subtraction, exactly,
/// since sums are whole numbers: nothing is retracted row by row, and pushing costs no more with windows.
final class WindowSums {
  /// Words of each window, ascending.
  let sizes: [Int]
  /// Word ends since the start. To go back, it is set to an earlier value that is still `isKept`.
  var words = 0
  /// The latest word end that was noted since the start: later ones overwrite the oldest.
  private var latest = 0
  private let capacity: Int
  private let lanes: Int
  private let dimensions: Int
  private let sums: UnsafeMutablePointer<Int32>  // [capacity x (lanes + dimensions)]
  private let counts: UnsafeMutablePointer<Int>  // [capacity] features of each
  /// What stood in the sums before the text: the prompt that it answers, in whose light windows are graded too.
  private let base: UnsafeMutablePointer<Int32>  // [lanes]
  private var baseCount = 0

  /// What is read: the whole text, then each window. [1 + windows x lanes], [.. x dimensions], [..]
  let rows: UnsafeMutablePointer<Int32>
  let denseRows: UnsafeMutablePointer<Int32>
  let rowCounts: UnsafeMutablePointer<Int>
  let output: UnsafeMutablePointer<Float>  // [rows x outputs], then scratch
  private let outputCount: Int

  /// Keeps so many word ends beside the largest window that `rewind` words can be taken back.
  init(_ classifier: Classifier, sizes: [Int], rewind: Int) {
    self.sizes = Array(Set(sizes)).sorted()
    capacity = (self.sizes.last ?? 0) + rewind + 1
    lanes = classifier.spec.lanes
    dimensions = classifier.embeddings?.dimensions ?? 0
    let n = 1 + self.sizes.count
    outputCount = n * classifier.spec.outputs + classifier.scratchCount(n)
    sums = .allocate(capacity: capacity * (lanes + dimensions))
    counts = .allocate(capacity: capacity)
    base = .allocate(capacity: lanes)
    rows = .allocate(capacity: n * lanes)
    denseRows = .allocate(capacity: n * dimensions)
    rowCounts = .allocate(capacity: n)
    output = .allocate(capacity: outputCount)
    sums.initialize(repeating: 0, count: capacity * (lanes + dimensions))
    counts.initialize(repeating: 0, count: capacity)
    base.initialize(repeating: 0, count: lanes)
    rows.initialize(repeating: 0, count: n * lanes)
    denseRows.initialize(repeating: 0, count: n * dimensions)
    rowCounts.initialize(repeating: 0, count: n)
    output.initialize(repeating: 0, count: outputCount)
  }

  deinit {
    sums.deallocate()
    counts.deallocate()
    base.deallocate()
    rows.deallocate()
    denseRows.deallocate()
    rowCounts.deallocate()
    output.deallocate()
  }

  var byteCount: Int {
    4 * (capacity + 1 + sizes.count) * (lanes + dimensions) + 8 * (capacity + 1 + sizes.count)
      + 4 * (outputCount + lanes)
  }

  /// Whether windows can be read again after going back to `words`.
  func isKept(_ words: Int) -> Bool { latest - words + (sizes.last ?? 0) < capacity }

  /// Whether the text is longer than the largest window.
  var areAllFull: Bool { words > sizes.last ?? 0 }

  /// Notes what stands in the sums before the text begins. O(lanes).
  func begin(after bag: UnsafePointer<Int32>, count: Int) {
    base.update(from: bag, count: lanes)
    baseCount = count
  }

  /// Notes a word end. O(lanes + dimensions).
  func advance(_ bag: UnsafePointer<Int32>, count: Int, dense: UnsafePointer<Int32>?) {
    words += 1
    latest = words
    let slot = sums + words % capacity * (lanes + dimensions)
    slot.update(from: bag, count: lanes)
    if let dense { (slot + lanes).update(from: dense, count: dimensions) }
    counts[words % capacity] = count
  }

  /// Writes the sums of the whole text, unless it is longer than all windows, and of each window that is
  /// shorter; returns how many there are. Windows that are not full yet are the whole text, and left out.
  func gather(
    _ sums: UnsafePointer<Int32>, _ count: Int, _ dense: UnsafePointer<Int32>?,
    into rows: UnsafeMutablePointer<Int32>, _ denseRows: UnsafeMutablePointer<Int32>,
    _ rowCounts: UnsafeMutablePointer<Int>
  ) -> Int {
    var n = 0
    if !areAllFull {
      rows.update(from: sums, count: lanes)
      if let dense { denseRows.update(from: dense, count: dimensions) }
      rowCounts[0] = count
      n = 1
    }
    for size in sizes where size < words {
      let slot = (words - size) % capacity
      let start = self.sums + slot * (lanes + dimensions)
      let (row, denseRow) = (rows + n * lanes, denseRows + n * dimensions)
      for j in 0..<lanes { row[j] = sums[j] &- start[j] }
      if let dense { for j in 0..<dimensions { denseRow[j] = dense[j] &- start[lanes + j] } }
      rowCounts[n] = count - counts[slot]
      if baseCount > 0 {
        for j in 0..<lanes { row[j] &+= base[j] }
        rowCounts[n] += baseCount
      }
      n += 1
    }
    return n
  }

  /// Has the sums fetched that the next word end writes, and those that reading it then subtracts.
  @inline(__always)
  func prefetch() {
    let width = lanes + dimensions
    witan_prefetch(sums + (words + 1) % capacity * width, 4 * width + 48)
    for size in sizes where size <= words {
      witan_prefetch(sums + (words + 1 - size) % capacity * width, 4 * width + 48)
    }
  }

  func reset() { (words, latest, baseCount) = (0, 0, 0) }

  func copy(_ other: WindowSums) {
    (words, latest) = (other.words, other.latest)
    sums.update(from: other.sums, count: capacity * (lanes + dimensions))
    counts.update(from: other.counts, count: capacity)
    base.update(from: other.base, count: lanes)
    baseCount = other.baseCount
  }

  // MARK: - Saving

  /// The word ends that windows can reach, oldest first.
  private var reachable: ClosedRange<Int> { max(0, words - (sizes.last ?? 0))...words }

  /// Words of 4 bytes: how many word ends, low and high, the features and sums before the text, then the features
  /// and sums of each word end that is reachable.
  func save(_ columns: Int, _ put: (UInt32) -> Void) {
    put(UInt32(truncatingIfNeeded: words))
    put(UInt32(truncatingIfNeeded: words >> 32))
    put(UInt32(baseCount))
    for j in 0..<columns { put(baseCount > 0 ? UInt32(bitPattern: base[j]) : 0) }
    for word in reachable where word > 0 {
      let slot = sums + word % capacity * (lanes + dimensions)
      put(UInt32(counts[word % capacity]))
      for j in 0..<columns { put(UInt32(bitPattern: slot[j])) }
      for j in 0..<dimensions { put(UInt32(bitPattern: slot[lanes + j])) }
    }
  }

  /// Numbers before the first word end.
  private static func savedHead(_ columns: Int) -> Int { 3 + columns }

  /// Throws `format` when `saved` is not what `save` gave of a stream of so many features.
  func check(_ saved: ArraySlice<UInt32>, _ columns: Int, features: Int) throws(WitanError) {
    let damaged = WitanError(.format, "the saved stream is damaged: its windows do not fit")
    let head = Self.savedHead(columns)
    guard saved.count >= head, saved[saved.startIndex + 1] < 1 << 20 else { throw damaged }
    let total = Int(saved[saved.startIndex]) | Int(saved[saved.startIndex + 1]) << 32
    let (entry, kept) = (1 + columns + dimensions, min(total, (sizes.last ?? 0) + 1))
    guard saved.count == head + kept * entry else { throw damaged }
    func areSums(_ values: ArraySlice<UInt32>, of count: Int) -> Bool {
      values.allSatisfy { Int(Int32(bitPattern: $0).magnitude) <= 127 * count }
    }
    var before = Int(saved[saved.startIndex + 2])
    guard before <= features,
      areSums(saved[saved.startIndex + 3..<saved.startIndex + head], of: before)
    else { throw damaged }
    for i in 0..<kept {
      let start = saved.startIndex + head + i * entry
      let count = Int(saved[start])
      guard before <= count, count <= features,
        areSums(saved[start + 1..<start + entry], of: ModelSpec.maximumFeatures)
      else { throw damaged }
      before = count
    }
  }

  /// Takes up what `save` gave and `check` let pass.
  func resume(_ saved: ArraySlice<UInt32>, _ columns: Int) {
    let total = Int(saved[saved.startIndex]) | Int(saved[saved.startIndex + 1]) << 32
    let (entry, kept) = (1 + columns + dimensions, min(total, (sizes.last ?? 0) + 1))
    (words, latest) = (total, total)
    let head = Self.savedHead(columns)
    baseCount = Int(saved[saved.startIndex + 2])
    for j in 0..<columns { base[j] = Int32(bitPattern: saved[saved.startIndex + 3 + j]) }
    for i in 0..<kept {
      let start = saved.startIndex + head + i * entry
      let word = total - kept + 1 + i
      let slot = sums + word % capacity * (lanes + dimensions)
      counts[word % capacity] = Int(saved[start])
      for j in 0..<columns { slot[j] = Int32(bitPattern: saved[start + 1 + j]) }
      for j in 0..<dimensions { slot[lanes + j] = Int32(bitPattern: saved[start + 1 + columns + j]) }
    }
  }
}
