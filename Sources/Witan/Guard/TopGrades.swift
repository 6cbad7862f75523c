/// The k largest grades that each output has had at word ends since the text began, and their mean: evidence
/// in several places counts for more than one word that jumps. While there are fewer than k grades, the mean
/// is of those. A number that is no number counts as 1, as in `DecisionState`.
///
/// What it holds depends on the grades alone, in their order. O(outputs) a word, O(outputs x k) where all are
/// among the largest; no allocation.
package final class TopGrades {
  /// The most that k can be.
  package static let maximum = 64

  private let k: Int
  private let outputs: Int
  private let largest: UnsafeMutablePointer<Float>  // [outputs x k], of each output the largest first
  private let means: UnsafeMutablePointer<Float>  // [outputs]
  /// Grades that are kept of each output, up to k.
  @exclusivity(unchecked) private var count = 0

  /// [k: 1...maximum]
  package init(_ k: Int, outputs: Int) {
    (self.k, self.outputs) = (k, outputs)
    largest = .allocate(capacity: outputs * k)
    largest.initialize(repeating: 0, count: outputs * k)
    means = .allocate(capacity: outputs)
    means.initialize(repeating: 0, count: outputs)
  }

  deinit {
    largest.deallocate()
    means.deallocate()
  }

  var byteCount: Int { 4 * outputs * (k + 1) }

  /// Takes the grades after a word; returns the means, valid until the next call. [outputs] -> [outputs]
  package func add(_ grades: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    let isFull = count == k
    if !isFull { count += 1 }
    for j in 0..<outputs {
      let grade = grades[j].isNaN ? 1 : grades[j]
      let top = largest + j * k
      if isFull && grade <= top[k - 1] { continue }
      var i = count - 1
      while i > 0 && top[i - 1] < grade {
        top[i] = top[i - 1]
        i -= 1
      }
      top[i] = grade
      means[j] = mean(top)
    }
    return UnsafeBufferPointer(start: means, count: outputs)
  }

  private func mean(_ top: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for i in 0..<count { sum += top[i] }
    return sum / Float(count)
  }

  /// Starts a new text.
  package func reset() { count = 0 }

  /// Becomes `other`, of as many outputs and the same k. No allocation.
  func copy(_ other: TopGrades) {
    count = other.count
    largest.update(from: other.largest, count: outputs * k)
    means.update(from: other.means, count: outputs)
  }

  // MARK: - Saving

  /// How many numbers `save` gives after so many words.
  func savedCount(words: Int) -> Int { outputs * min(k, words) }

  /// The kept grades, output by output, each from the largest down.
  func save(_ put: (UInt32) -> Void) {
    for j in 0..<outputs {
      for i in 0..<count { put(largest[j * k + i].bitPattern) }
    }
  }

  /// Whether `save` could have given these, `savedCount` many.
  func accepts(_ saved: [UInt32]) -> Bool {
    let kept = saved.count / outputs
    let grades = saved.map { Float(bitPattern: $0) }
    return grades.indices.allSatisfy {
      0...1 ~= grades[$0] && ($0 % kept == 0 || grades[$0] <= grades[$0 - 1])
    }
  }

  /// Takes up what `accepts` let pass.
  func resume(_ saved: [UInt32]) {
    count = saved.count / outputs
    guard count > 0 else { return }
    for j in 0..<outputs {
      for i in 0..<count { largest[j * k + i] = Float(bitPattern: saved[j * count + i]) }
      means[j] = mean(largest + j * k)
    }
  }
}
