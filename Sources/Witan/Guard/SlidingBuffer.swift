/// A run of a sequence that grows at its end and is forgotten at its beginning; elements keep their index.
/// Amortised O(1) an element; nothing is allocated while the run stays as long as it was.
final class SlidingBuffer<Element: BitwiseCopyable> {
  // Checking each access for overlaps would cost more than the access.
  @exclusivity(unchecked) private var storage: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private var offset = 0  // of the first element in storage
  /// Indices of the elements that are there.
  @exclusivity(unchecked) private(set) var start = 0
  @exclusivity(unchecked) private(set) var end = 0

  init(capacity: Int) {
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  /// Where the next element goes, while it fits there.
  var tail: UnsafeRawPointer { UnsafeRawPointer(storage + (offset + end - start)) }

  subscript(index: Int) -> Element { storage[offset + index - start] }

  /// The elements at these indices; valid until the next change.
  subscript(range: Range<Int>) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: storage + (offset + range.lowerBound - start), count: range.count)
  }

  func append(_ element: Element) {
    reserve(1)
    storage[offset + end - start] = element
    end += 1
  }

  func append(_ elements: UnsafeBufferPointer<Element>) {
    guard let base = elements.baseAddress else { return }
    reserve(elements.count)
    (storage + (offset + end - start)).update(from: base, count: elements.count)
    end += elements.count
  }

  /// Forgets what is before `index`.
  func discard(before index: Int) {
    guard index > start else { return }
    let kept = min(index, end)
    offset += kept - start
    start = kept
  }

  /// Takes back what is from `index` on.
  func truncate(to index: Int) {
    end = min(end, index)
    if start > end { (start, offset) = (end, 0) }
  }

  /// Empty, with the next element at `index`.
  func reset(to index: Int = 0) { (start, end, offset) = (index, index, 0) }

  /// Becomes `other`.
  func copy(_ other: SlidingBuffer) {
    reset(to: other.start)
    append(other[other.start..<other.end])
  }

  private func reserve(_ count: Int) {
    let live = end - start
    guard offset + live + count > capacity else { return }
    if 2 * (live + count) <= capacity {
      storage.update(from: storage + offset, count: live)
    } else {
      let larger = UnsafeMutablePointer<Element>.allocate(capacity: 2 * (live + count))
      larger.update(from: storage + offset, count: live)
      storage.deallocate()
      (storage, capacity) = (larger, 2 * (live + count))
    }
    offset = 0
  }
}
