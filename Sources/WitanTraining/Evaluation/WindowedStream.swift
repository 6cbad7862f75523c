public import Witan

/// The largest grades that a guard has seen of a text; see `WindowedModel`.
public final class WindowedStream: TextStream {
  private let classifier: Classifier
  private let streamGuard: StreamGuard
  private let largest: UnsafeMutableBufferPointer<Float>  // [outputs]
  private var isGraded = false

  init(_ streamGuard: StreamGuard, of classifier: Classifier) {
    self.classifier = classifier
    self.streamGuard = streamGuard
    largest = .allocate(capacity: classifier.spec.outputs)
    largest.initialize(repeating: 0)
    streamGuard.onGrades = { [unowned self] grades in
      isGraded = true
      for j in grades.indices { largest[j] = max(largest[j], grades[j]) }
    }
  }

  deinit { largest.deallocate() }

  public func push(_ bytes: UnsafeBufferPointer<UInt8>) { _ = streamGuard.push(bytes) }

  public func push(_ text: String) { _ = streamGuard.push(text) }

  public func finish() { _ = streamGuard.finish() }

  public func reset() { begin(prompt: nil) }

  public func begin(prompt: String?) {
    streamGuard.begin(prompt: prompt)
    largest.update(repeating: 0)
    isGraded = false
  }

  /// The largest since the text began; before its first word has ended, the grades as they are.
  public func read() -> UnsafeBufferPointer<Float> {
    isGraded ? UnsafeBufferPointer(largest) : streamGuard.grades
  }

  public var scores: Scores {
    let spec = classifier.spec
    let plain = streamGuard.stream?.scores
    let p = Array(read())
    return Scores(
      labels: spec.labels, probabilities: Array(p.prefix(spec.labels.count)), any: spec.hasAny ? p.last : nil,
      features: plain?.features ?? 0, replacements: plain?.replacements ?? 0,
      isTruncated: plain?.isTruncated ?? false)
  }
}
