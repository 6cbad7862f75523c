/// What the streams of a pool are made of: a classifier or a panel, the options, and what such streams share.
final class PoolSource {
  private enum Scored {
    case classifier(Classifier, ScoringStream.Scratch)
    case panel(Panel, PanelStream.Scratch)
  }

  let options: GuardOptions
  let batch: ReadingBatch
  private let scored: Scored
  private let decisions: DecisionState
  /// Guards of the pool that are made of this.
  var guardCount = 0

  /// Throws `invalidValue` that names the option, or the output that the model does not have.
  init(_ classifier: Classifier, _ options: GuardOptions) throws(WitanError) {
    decisions = DecisionState(resolved: try options.resolved(for: classifier.spec))
    try Self.check(options)
    self.options = options
    scored = .classifier(classifier, ScoringStream.Scratch(classifier))
    batch = ReadingBatch(classifier.head, windows: Set(options.windows).count)
  }

  /// Throws `invalidValue` that names the option, or the output that no member has.
  init(_ panel: Panel, _ options: GuardOptions) throws(WitanError) {
    decisions = DecisionState(resolved: try options.resolved(for: panel))
    try Self.check(options)
    self.options = options
    scored = .panel(panel, PanelStream.Scratch(panel))
    batch = ReadingBatch(panel.head, windows: Set(options.windows).count)
  }

  private static func check(_ options: GuardOptions) throws(WitanError) {
    guard options.rewindTokens == 0 else {
      throw WitanError(
        .invalidValue, "is \(options.rewindTokens), but a pool takes no tokens back; set it to 0",
        at: "rewind_tokens")
    }
    guard !options.looksForViews else {
      throw WitanError(
        .invalidValue, "are not looked for in a pool; make a guard for each stream that needs them",
        at: "views")
    }
  }

  var classifier: Classifier? { if case .classifier(let classifier, _) = scored { classifier } else { nil } }

  var panel: Panel? { if case .panel(let panel, _) = scored { panel } else { nil } }

  /// Bytes of what the streams share.
  var byteCount: Int {
    let scratch =
      switch scored {
      case .classifier(_, let scratch): scratch.byteCount
      case .panel(_, let scratch): scratch.byteCount
      }
    return scratch + batch.byteCount
  }

  /// A guard of its own place in the pool.
  func makeGuard() -> StreamGuard {
    guardCount += 1
    let scorer: GuardScorer =
      switch scored {
      case .classifier(let classifier, let scratch):
        .classifier(ScoringStream(classifier, windows: options.windows, scratch: scratch))
      case .panel(let panel, let scratch):
        .panel(PanelStream(panel, windows: options.windows, scratch: scratch))
      }
    return StreamGuard(scorer, options, decisions, batch: batch)
  }
}
