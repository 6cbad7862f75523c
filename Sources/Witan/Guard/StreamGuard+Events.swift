extension StreamGuard {
  /// Something that was decided, to be told once.
  struct Event: BitwiseCopyable {
    var cause: GuardReason.Cause
    var rule = -1
    var isOn = true
    var watch = DecisionState.Watch()
    var byte: Int
  }

  /// Events that are kept until they are asked for; of more the oldest are lost, and counted.
  public static let maximumEvents = 64

  /// Events that were lost since the last reset because nobody asked for them.
  public var lostEvents: Int { lostEventCount }

  /// The next event that was not told yet; nil when there is none. Each is told once, in the order of
  /// the text; those of pushes that were taken back before they were told never are.
  public func nextEvent() -> GuardEvent? {
    guard events.start < events.end else { return nil }
    let event = events[events.start]
    events.discard(before: events.start + 1)
    return GuardEvent(kind: event.isOn ? .on : .off, reason: reason(event), byte: event.byte)
  }

  func note(_ event: Event) {
    if events.end - events.start == Self.maximumEvents {
      events.discard(before: events.start + 1)
      lostEventCount += 1
    }
    events.append(event)
  }

  /// Why the guard acts now; nil when it lets everything pass.
  var reason: GuardReason? {
    if decisions.isQuiet && progress.stop == nil && !progress.isPastLength { return nil }
    if let stop = progress.stop, stop != .output { return reason(stop, byte: progress.stopByte) }
    let rule = decisions.mostSevere
    if let rule, decisions.rules[rule].action > .emit {
      return reason(
        Event(cause: .output, rule: rule, watch: decisions.watches[rule], byte: decisions.watches[rule].byte))
    }
    return progress.isPastLength ? reason(.length, byte: progress.lengthByte) : nil
  }

  private func reason(_ event: Event) -> GuardReason {
    guard event.cause == .output else { return reason(event.cause, byte: event.byte) }
    let (rule, watch) = (decisions.rules[event.rule], event.watch)
    return GuardReason(
      cause: .output, action: rule.action,
      output: scorer.name(rule.output), outputIndex: rule.output,
      probability: watch.probability, onsetWord: watch.onsetWord, onsetByte: watch.onsetByte,
      byte: watch.byte, views: [TextView](packed: watch.views))
  }

  private func reason(_ cause: GuardReason.Cause, byte: Int) -> GuardReason {
    GuardReason(
      cause: cause, action: cause == .length ? options.atMaximumBytes : .terminate, output: nil,
      outputIndex: nil,
      probability: nil, onsetWord: nil, onsetByte: nil, byte: byte,
      views: [])
  }
}
