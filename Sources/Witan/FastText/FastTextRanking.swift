/// The best `k` of scored labels, in the order in which fastText prints them.
///
/// Equal scores are frequent (the sigmoid is a table), and which of two comes first follows from the
/// moves of the heap that holds them. So this is a binary heap with the smallest score in front that
/// moves as the C++ standard library's does: what is taken out is replaced by sinking a hole to a leaf
/// and letting the last item rise from there.
struct FastTextRanking {
  private let limit: Int
  private var heap: [(score: Float, label: Int)] = []

  init(_ k: Int) { limit = k }

  /// Whether an item of this score would be kept.
  func wants(_ score: Float) -> Bool {
    limit > 0 && (heap.count < limit || !(score < heap[0].score))
  }

  mutating func offer(_ score: Float, label: Int) {
    guard wants(score) else { return }
    heap.append((score, label))
    rise(from: heap.count - 1, top: 0, (score, label))
    if heap.count > limit {
      moveFrontBehind(heap.count)
      heap.removeLast()
    }
  }

  /// The items, highest score first. The ranking is used up.
  consuming func sorted() -> [(score: Float, label: Int)] {
    var count = heap.count
    while count > 1 {
      moveFrontBehind(count)
      count -= 1
    }
    return heap
  }

  /// Puts `item` into the hole, or nearer to `top` until its parent is not larger.
  private mutating func rise(from hole: Int, top: Int, _ item: (score: Float, label: Int)) {
    var hole = hole
    while hole > top {
      let parent = (hole - 1) / 2
      guard heap[parent].score > item.score else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = item
  }

  /// Of the heap in the first `count` items, moves the smallest to the last place; the others are a
  /// heap again.
  private mutating func moveFrontBehind(_ count: Int) {
    let length = count - 1
    let item = heap[length]
    heap[length] = heap[0]
    guard length > 0 else { return }
    var hole = 0
    while 2 * hole + 2 < length {
      // The smaller child fills the hole; of equal ones the right.
      let right = 2 * hole + 2
      let child = heap[right].score > heap[right - 1].score ? right - 1 : right
      heap[hole] = heap[child]
      hole = child
    }
    if 2 * hole + 2 == length {
      heap[hole] = heap[2 * hole + 1]
      hole = 2 * hole + 1
    }
    rise(from: hole, top: 0, item)
  }
}
