/// The sum of the rows of a text's features; rows wait until there are enough to add in one go.
struct FastTextRowSum {
  private let capacity: Int
  /// Rows added since the start, also those that wait.
  private(set) var count = 0
  private let sum: UnsafeMutablePointer<Float>  // [dimension]
  private let waiting: UnsafeMutablePointer<Int32>  // [capacity]
  private var waitingCount = 0
  private var isSettled = false  // whether `sum` holds anything
  private let input: FastTextMatrix
  private let dimension: Int

  init(_ model: FastTextModel, capacity: Int) {
    self.capacity = capacity
    input = model.parts.input
    dimension = model.arguments.dimension
    sum = .allocate(capacity: dimension)
    sum.initialize(repeating: 0, count: dimension)
    waiting = .allocate(capacity: capacity)
    waiting.initialize(repeating: 0, count: capacity)
  }

  func deallocate() {
    sum.deallocate()
    waiting.deallocate()
  }

  mutating func reset() {
    if isSettled { sum.update(repeating: 0, count: dimension) }
    (count, waitingCount, isSettled) = (0, 0, false)
  }

  @inline(__always)
  mutating func add(_ row: Int32) {
    if waitingCount == capacity { settle() }
    waiting[waitingCount] = row
    input.prefetch(row, dimension: dimension)
    waitingCount += 1
    count += 1
  }

  /// Adds the rows that wait.
  mutating func settle() {
    input.add(pending, into: sum, dimension: dimension)
    (waitingCount, isSettled) = (0, true)
  }

  /// other += all rows, those that wait one by one. [other: dimension]
  func add(to other: UnsafeMutablePointer<Float>) {
    if isSettled { for j in 0..<dimension { other[j] += sum[j] } }
    input.add(pending, into: other, dimension: dimension)
  }

  /// other += one row that does not count. [other: dimension]
  func add(_ row: Int32, to other: UnsafeMutablePointer<Float>) {
    withUnsafePointer(to: row) {
      input.add(UnsafeBufferPointer(start: $0, count: 1), into: other, dimension: dimension)
    }
  }

  private var pending: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: waiting, count: waitingCount)
  }
}
