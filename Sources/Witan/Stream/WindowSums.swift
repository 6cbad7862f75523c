internal import CKernels

/// The sums of a stream at its last word ends. What the last n words add follows by subtraction, exactly,
/// since sums are whole numbers: nothing is retracted row by row, and pushing costs no more with windows. Of one
/// classifier or of a panel: its rows are those of a `Head`.
final class WindowSums {
  // What each word end touches stands first: among thousands of streams that take turns it is cold.
  /// Word ends since the start. To go back, it is set to an earlier value that is still `isKept`.
  @exclusivity(unchecked) var words = 0
  /// The latest word end that was noted since the start: later ones overwrite the oldest.
  @exclusivity(unchecked) private var latest = 0
  private let capacity: Int
  private let lanes: Int
  private let dimensions: Int
  /// Numbers of features of a text.
  private let features: Int
  private let sums: UnsafeMutablePointer<Int32>  // [capacity x (lanes + dimensions)]
  private let counts: UnsafeMutablePointer<Int>  // [capacity x features]
  /// Words of each window, ascending.
  let sizes: [Int]
  @exclusivity(unchecked) private var hasBase = false
  /// What stood in the sums before the text: the prompt that it answers, in whose light windows are graded too.
  private let base: UnsafeMutablePointer<Int32>  // [lanes]
  private let baseCounts: UnsafeMutablePointer<Int>  // [features]
  private let head: Head

  /// What is read: the whole text, then each window. [1 + windows x lanes + slack], [.. x dimensions], [.. x features]
  let rows: UnsafeMutablePointer<Int32>
  let denseRows: UnsafeMutablePointer<Int32>
  let rowCounts: UnsafeMutablePointer<Int>
  let output: UnsafeMutablePointer<Float>  // [rows x outputs], then scratch
  private let outputCount: Int

  /// Keeps so many word ends beside the largest window that `rewind` words can be taken back.
  init(_ head: Head, sizes: [Int], rewind: Int) {
    self.head = head
    self.sizes = Array(Set(sizes)).sorted()
    capacity = (self.sizes.last ?? 0) + rewind + 1
    (lanes, dimensions, features) = (head.lanes, head.denseLanes, head.featureCounts)
    let n = 1 + self.sizes.count
    outputCount = n * head.outputs + head.scratchCount(n)
    /// Rows that begin with a cache line are read in fewer of them.
    func zeros<Number: FixedWidthInteger>(_ count: Int) -> UnsafeMutablePointer<Number> {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: count * MemoryLayout<Number>.stride, alignment: 64)
      return memory.initializeMemory(as: Number.self, repeating: 0, count: count)
    }
    sums = zeros(capacity * (lanes + dimensions))
    counts = zeros(capacity * features)
    base = zeros(lanes)
    baseCounts = zeros(features)
    rows = zeros(n * lanes + Head.slack)
    denseRows = zeros(n * dimensions)
    rowCounts = zeros(n * features)
    output = .allocate(capacity: outputCount)
    output.initialize(repeating: 0, count: outputCount)
  }

  deinit {
    sums.deallocate()
    counts.deallocate()
    base.deallocate()
    baseCounts.deallocate()
    rows.deallocate()
    denseRows.deallocate()
    rowCounts.deallocate()
    output.deallocate()
  }

  var byteCount: Int {
    4 * (capacity + 1 + sizes.count) * (lanes + dimensions) + 8 * (capacity + 2 + sizes.count) * features
      + 4 * (outputCount + lanes + Head.slack)
  }

  /// Whether windows can be read again after going back to `words`.
  func isKept(_ words: Int) -> Bool { latest - words + (sizes.last ?? 0) < capacity }

  /// Whether the text is longer than the largest window.
  var areAllFull: Bool { words > sizes.last ?? 0 }

  /// Notes what stands in the sums before the text begins. O(lanes). [counts: features]
  func begin(after bag: UnsafePointer<Int32>, counts: UnsafePointer<Int>) {
    base.update(from: bag, count: lanes)
    baseCounts.update(from: counts, count: features)
    hasBase = true
  }

  /// Notes a word end. O(lanes + dimensions). [counts: features]
  func advance(_ bag: UnsafePointer<Int32>, counts: UnsafePointer<Int>, dense: UnsafePointer<Int32>?) {
    words += 1
    latest = words
    let place = words % capacity
    let slot = sums + place * (lanes + dimensions)
    slot.update(from: bag, count: lanes)
    if let dense { (slot + lanes).update(from: dense, count: dimensions) }
    for i in 0..<features { self.counts[place * features + i] = counts[i] }
  }

  /// Writes the sums of the whole text, unless it is longer than all windows, and of each window that is
  /// shorter; returns how many there are. Windows that are not full yet are the whole text, and left out.
  /// [counts: features]
  func gather(
    _ sums: UnsafePointer<Int32>, _ counts: UnsafePointer<Int>, _ dense: UnsafePointer<Int32>?,
    into rows: UnsafeMutablePointer<Int32>, _ denseRows: UnsafeMutablePointer<Int32>,
    _ rowCounts: UnsafeMutablePointer<Int>
  ) -> Int {
    var n = 0
    if !areAllFull {
      rows.update(from: sums, count: lanes)
      if let dense { denseRows.update(from: dense, count: dimensions) }
      for i in 0..<features { rowCounts[i] = counts[i] }
      n = 1
    }
    for size in sizes where size < words {
      let slot = (words - size) % capacity
      let start = self.sums + slot * (lanes + dimensions)
      let (row, denseRow) = (rows + n * lanes, denseRows + n * dimensions)
      for j in 0..<lanes { row[j] = sums[j] &- start[j] }
      if let dense { for j in 0..<dimensions { denseRow[j] = dense[j] &- start[lanes + j] } }
      let rowCount = rowCounts + n * features
      for i in 0..<features { rowCount[i] = counts[i] - self.counts[slot * features + i] }
      if hasBase {
        for j in 0..<lanes { row[j] &+= base[j] }
        for i in 0..<features { rowCount[i] += baseCounts[i] }
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

  func reset() { (words, latest, hasBase) = (0, 0, false) }

  func copy(_ other: WindowSums) {
    (words, latest, hasBase) = (other.words, other.latest, other.hasBase)
    sums.update(from: other.sums, count: capacity * (lanes + dimensions))
    counts.update(from: other.counts, count: capacity * features)
    base.update(from: other.base, count: lanes)
    baseCounts.update(from: other.baseCounts, count: features)
  }

  /// The largest probability of each output among `n` rows that were gathered and have been graded into `output`.
  /// -> [out: outputs]
  func largest(of n: Int, into out: UnsafeMutablePointer<Float>) {
    let outputs = head.outputs
    for j in 0..<outputs {
      var largest = -Float.infinity
      for row in 0..<n { largest = max(largest, output[row * outputs + j]) }
      out[j] = largest
    }
  }

  /// Grades what `gather` has written into `rows`, which are texts on `side`, and gives the largest probability of each
  /// output. `hasDense`: whether there are word pieces. O(n x width). -> [out: outputs]
  func grade(_ n: Int, hasDense: Bool, side: Side?, into out: UnsafeMutablePointer<Float>) {
    head.probabilities(
      n, sums: rows, counts: rowCounts, denseSums: hasDense ? denseRows : nil,
      scratch: output + n * head.outputs, into: output, side: { _ in side })
    largest(of: n, into: out)
  }

  // MARK: - Saving

  /// The word ends that windows can reach, oldest first.
  private var reachable: ClosedRange<Int> { max(0, words - (sizes.last ?? 0))...words }

  /// Words of 4 bytes: how many word ends, low and high, the features and sums before the text, then the features
  /// and sums of each word end that is reachable.
  func save(_ put: (UInt32) -> Void) {
    put(UInt32(truncatingIfNeeded: words))
    put(UInt32(truncatingIfNeeded: words >> 32))
    for i in 0..<features { put(hasBase ? UInt32(baseCounts[i]) : 0) }
    for part in head.savedColumns {
      for j in part.lanes { put(hasBase ? UInt32(bitPattern: base[j]) : 0) }
    }
    for word in reachable where word > 0 {
      let slot = sums + word % capacity * (lanes + dimensions)
      for i in 0..<features { put(UInt32(counts[word % capacity * features + i])) }
      for part in head.savedColumns {
        for j in part.lanes { put(UInt32(bitPattern: slot[j])) }
      }
      for j in 0..<dimensions { put(UInt32(bitPattern: slot[lanes + j])) }
    }
  }

  /// Numbers before the first word end, and of each word end.
  private var savedHead: Int { 2 + features + head.savedColumnCount }
  private var savedEntry: Int { features + head.savedColumnCount + dimensions }

  /// Throws `format` when `saved` is not what `save` gave of a stream of so many features.
  func check(_ saved: ArraySlice<UInt32>, features total: [Int]) throws(WitanError) {
    let damaged = WitanError(.format, "the saved stream is damaged: its windows do not fit")
    guard saved.count >= savedHead, saved[saved.startIndex + 1] < 1 << 20 else { throw damaged }
    let words = Int(saved[saved.startIndex]) | Int(saved[saved.startIndex + 1]) << 32
    let kept = min(words, (sizes.last ?? 0) + 1)
    guard saved.count == savedHead + kept * savedEntry else { throw damaged }
    var before = [Int](repeating: 0, count: features)
    for i in -1..<kept {
      let start = saved.startIndex + (i < 0 ? 2 : savedHead + i * savedEntry)
      let counts = saved[start..<start + features].map { Int($0) }
      guard (0..<features).allSatisfy({ before[$0] <= counts[$0] && counts[$0] <= total[$0] }) else {
        throw damaged
      }
      before = counts
      // Prompts have rows of n-grams alone.
      let rest = saved[(start + features)...].prefix(head.savedColumnCount + (i < 0 ? 0 : dimensions))
      guard head.areSums(rest.prefix(head.savedColumnCount), of: counts),
        Head.areSums(rest.dropFirst(head.savedColumnCount), of: ModelSpec.maximumFeatures)
      else { throw damaged }
    }
  }

  /// Takes up what `save` gave and `check` let pass.
  func resume(_ saved: ArraySlice<UInt32>) {
    var rest = saved
    func take() -> UInt32 { rest.popFirst() ?? 0 }
    func takeSums(_ out: UnsafeMutablePointer<Int32>) {
      for part in head.savedColumns { for j in part.lanes { out[j] = Int32(bitPattern: take()) } }
    }
    let total = Int(take()) | Int(take()) << 32
    (words, latest) = (total, total)
    for i in 0..<features { baseCounts[i] = Int(take()) }
    hasBase = (0..<features).contains { baseCounts[$0] > 0 }
    takeSums(base)
    for word in total - min(total, (sizes.last ?? 0) + 1)..<total {
      let place = (word + 1) % capacity
      for i in 0..<features { counts[place * features + i] = Int(take()) }
      let slot = sums + place * (lanes + dimensions)
      takeSums(slot)
      for j in 0..<dimensions { slot[lanes + j] = Int32(bitPattern: take()) }
    }
  }
}
