internal import CWitan
internal import Witan

// The words of guards as the header numbers them.

extension GuardStep {
  @inline(__always)
  func write(to out: UnsafeMutablePointer<witan_step>, isEnded: Bool) {
    out.pointee = witan_step(
      emit: UInt64(truncatingIfNeeded: emit), held: UInt64(truncatingIfNeeded: held), bytes: nil,
      action: action.number, is_ended: isEnded ? 1 : 0)
  }
}

extension GuardAction {
  var number: witan_action {
    switch self {
    case .emit: witan_action(WITAN_EMIT)
    case .annotate: witan_action(WITAN_ANNOTATE)
    case .hold: witan_action(WITAN_HOLD)
    case .ask: witan_action(WITAN_ASK)
    case .terminate: witan_action(WITAN_TERMINATE)
    }
  }

  /// nil for a number that is none.
  init?(number: witan_action) {
    guard let action = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = action
  }
}

extension GuardReason.Cause {
  var number: witan_cause {
    switch self {
    case .output: witan_cause(WITAN_CAUSE_OUTPUT)
    case .heldBytes: witan_cause(WITAN_CAUSE_HELD_BYTES)
    case .length: witan_cause(WITAN_CAUSE_LENGTH)
    case .answer: witan_cause(WITAN_CAUSE_ANSWER)
    case .cancelled: witan_cause(WITAN_CAUSE_CANCELLED)
    }
  }
}

extension GuardAnswer {
  init?(number: witan_answer) {
    switch number {
    case witan_answer(WITAN_RELEASE): self = .release
    case witan_answer(WITAN_STOP): self = .terminate
    default: return nil
    }
  }
}
