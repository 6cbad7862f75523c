public import Witan

/// A classifier that judges a text as a `StreamGuard` with windows does: by the largest grade of any window at
/// any word, or the mean of the `top` largest. Its thresholds are those of the classifier, which were set on
/// whole texts; `witan calibrate --windows` sets them anew.
public struct WindowedModel: TextModel {
  public let classifier: Classifier
  /// A guard at the beginning of a text: streams are its forks, nothing is ever pushed to it.
  private nonisolated(unsafe) let beginning: StreamGuard

  /// [windows: words, up to 8 of 1...4096] [top: 1...64]
  ///
  /// Throws `invalidValue` that names what is out of range.
  public init(_ classifier: Classifier, windows: [Int], top: Int = 1) throws(WitanError) {
    self.classifier = classifier
    // One rule that lets all pass: what is graded does not depend on the rules.
    let options = GuardOptions(
      rules: [classifier.spec.labels[0].id: DecisionRule(on: 1, action: .emit)], defaultRule: nil,
      maximumBytes: 1 << 40, rewindTokens: 0, windows: windows, topGrades: top)
    beginning = try StreamGuard(classifier, options)
  }

  public var labels: [Label] { classifier.labels }
  public var task: ModelSpec.Task { classifier.task }
  public var hasAny: Bool { classifier.hasAny }
  public var anyThreshold: Float { classifier.anyThreshold }

  public func makeStream() -> WindowedStream { WindowedStream(beginning.fork(), of: classifier) }
}
