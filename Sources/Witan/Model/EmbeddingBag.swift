/// Adds rows of a table into int32 sums: exact, so adding and taking back leave no trace.
struct EmbeddingBag {
  let table: RowTable
  let lanes: Int
  let sums: UnsafeMutablePointer<Int32>  // [lanes]; owned by the stream
  /// Rows added and not taken back; at most `ModelSpec.maximumFeatures`, so sums cannot overflow.
  var count = 0
  /// Whether rows were refused because the bag was full.
  private(set) var isFull = false

  init(_ classifier: Classifier) {
    let lanes = classifier.spec.lanes
    let sums = UnsafeMutablePointer<Int32>.allocate(capacity: lanes)
    sums.initialize(repeating: 0, count: lanes)
    self.init(classifier.table, sums: sums)
  }

  /// Adds rows of `table` to `sums`, which are 0 at first. [lanes of the table]
  init(_ table: RowTable, sums: UnsafeMutablePointer<Int32>) {
    (self.table, self.sums) = (table, sums)
    lanes = Head.padded(table.columns)
  }

  private init(_ other: EmbeddingBag, sums: UnsafeMutablePointer<Int32>) {
    (table, lanes, self.sums) = (other.table, other.lanes, sums)
    (count, isFull) = (other.count, other.isFull)
    sums.update(from: other.sums, count: lanes)
  }

  /// This bag with its sums copied to other memory.
  func copied(to sums: UnsafeMutablePointer<Int32>) -> EmbeddingBag { EmbeddingBag(self, sums: sums) }

  /// This bag for sums that were copied already.
  @inline(__always)
  func moved(to sums: UnsafeMutablePointer<Int32>) -> EmbeddingBag {
    var bag = EmbeddingBag(table, sums: sums)
    (bag.count, bag.isFull) = (count, isFull)
    return bag
  }

  /// Whether so many rows can be added; if not, the bag is full from now on.
  @inline(__always)
  mutating func hasRoom(for rows: Int) -> Bool {
    if count + rows <= ModelSpec.maximumFeatures { return true }
    isFull = true
    return false
  }

  @inline(__always)
  mutating func add(_ ids: UnsafeBufferPointer<UInt32>) {
    guard hasRoom(for: ids.count) else { return }
    table.add(ids, to: sums)
    count += ids.count
  }

  /// Takes back rows that were added. O(ids x width).
  mutating func subtract(_ ids: UnsafeBufferPointer<UInt32>) {
    table.subtract(ids, from: sums)
    count -= ids.count
  }

  mutating func reset() {
    sums.update(repeating: 0, count: lanes)
    (count, isFull) = (0, false)
  }

  mutating func copy(_ other: EmbeddingBag) {
    sums.update(from: other.sums, count: lanes)
    (count, isFull) = (other.count, other.isFull)
  }

  mutating func restore(count: Int, isFull: Bool) { (self.count, self.isFull) = (count, isFull) }
}
