/// What a guard scores with. A case each costs a branch where calls through a protocol would cost more than a push.
enum GuardScorer {
  case classifier(ScoringStream)
  /// A classifier that sees through disguises.
  case views(ViewedStream)
  case panel(PanelStream)

  /// The stream of the one classifier, of its plain text; nil of panels.
  var plain: ScoringStream? {
    switch self {
    case .classifier(let stream): stream
    case .views(let viewed): viewed.plain
    case .panel: nil
    }
  }

  /// Probabilities that a text gets.
  var outputs: Int {
    switch self {
    case .classifier(let stream): stream.classifier.spec.outputs
    case .views(let viewed): viewed.plain.classifier.spec.outputs
    case .panel(let stream): stream.panel.outputCount
    }
  }

  /// What rules call output `index`.
  func name(_ index: Int) -> String {
    switch self {
    case .classifier(let stream): stream.classifier.spec.outputName(index)
    case .views(let viewed): viewed.plain.classifier.spec.outputName(index)
    case .panel(let stream): stream.panel.outputNames[index]
    }
  }

  var stateByteCount: Int {
    switch self {
    case .classifier(let stream): stream.stateByteCount
    case .views(let viewed): viewed.plain.stateByteCount
    case .panel(let stream): stream.stateByteCount
    }
  }

  // MARK: - Texts

  @inline(__always)
  func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    switch self {
    case .classifier(let stream): stream.push(bytes)
    case .views(let viewed): viewed.push(bytes)
    case .panel(let stream): stream.push(bytes)
    }
  }

  func finish() {
    switch self {
    case .classifier(let stream): stream.finish()
    case .views(let viewed): viewed.finish()
    case .panel(let stream): stream.finish()
    }
  }

  func begin(as side: Side?) {
    switch self {
    case .classifier(let stream): stream.begin(as: side)
    case .views(let viewed): viewed.begin(as: side)
    case .panel(let stream): stream.begin(as: side)
    }
  }

  func begin(prompt: String?) {
    switch self {
    case .classifier(let stream): stream.begin(prompt: prompt)
    case .views(let viewed): viewed.begin(prompt: prompt)
    case .panel(let stream): stream.begin(prompt: prompt)
    }
  }

  func reset() {
    switch self {
    case .classifier(let stream): stream.reset()
    case .views(let viewed): viewed.reset()
    case .panel(let stream): stream.reset()
    }
  }

  // MARK: - Words

  @inline(__always)
  func advance() {
    switch self {
    case .classifier(let stream): stream.advance()
    case .views(let viewed): viewed.plain.advance()
    case .panel(let stream): stream.advance()
    }
  }

  /// Features of the closed words, of the most that are counted.
  @inline(__always)
  var featureCount: Int {
    switch self {
    case .classifier(let stream): stream.featureCount
    case .views(let viewed): viewed.plain.featureCount
    case .panel(let stream): stream.featureCount
    }
  }

  /// Writes the sums that are to be graded; see `ScoringStream.gather`.
  @inline(__always)
  func gather(
    _ rows: UnsafeMutablePointer<Int32>, _ denseRows: UnsafeMutablePointer<Int32>,
    _ counts: UnsafeMutablePointer<Int>
  ) -> Int {
    switch self {
    case .classifier(let stream): stream.gather(rows, denseRows, counts)
    case .views(let viewed): viewed.plain.gather(rows, denseRows, counts)
    case .panel(let stream): stream.gather(rows, denseRows, counts)
    }
  }

  /// Where the text stands.
  @inline(__always)
  var side: Side? {
    switch self {
    case .classifier(let stream): stream.side
    case .views(let viewed): viewed.plain.side
    case .panel(let stream): stream.side
    }
  }

  /// Has the sums fetched that windows are read by after the next word.
  @inline(__always)
  func prefetchWindows() {
    switch self {
    case .classifier(let stream): stream.windows?.prefetch()
    case .views(let viewed): viewed.plain.windows?.prefetch()
    case .panel(let stream): stream.windows?.prefetch()
    }
  }

  func readLargest() -> UnsafeBufferPointer<Float> {
    switch self {
    case .classifier(let stream): stream.readLargest()
    case .views(let viewed): viewed.read()
    case .panel(let stream): stream.readLargest()
    }
  }

  /// Whether something has looked disguised.
  var isLooking: Bool { if case .views(let viewed) = self { viewed.isLooking } else { false } }

  /// Of the views that gave the probabilities of the last reading, as `[TextView].packed`.
  var views: UInt32 { if case .views(let viewed) = self { viewed.views.packed } else { 0 } }
}
