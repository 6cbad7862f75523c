internal import CWitan
internal import Witan

/// A guarded stream, with the names of its model's outputs.
final class StreamHandle: Handled {
  static var kind: UInt32 { 4 }

  let model: ModelHandle
  let streamGuard: StreamGuard

  init(_ model: ModelHandle, _ streamGuard: StreamGuard) {
    self.model = model
    self.streamGuard = streamGuard
  }

  /// Writes a step, with the bytes that it lets out.
  @inline(__always)
  func write(_ step: GuardStep, to out: UnsafeMutablePointer<witan_step>) {
    step.write(to: out, isEnded: streamGuard.isEnded)
    if step.emit > 0 { out.pointee.bytes = streamGuard.withEmittable { $0.baseAddress } }
  }
}

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

extension witan_reason {
  /// Writes a reason, all but its size; nil is none.
  static func write(
    _ reason: GuardReason?, isOn: Bool, _ model: ModelHandle, to out: UnsafeMutablePointer<witan_reason>
  ) {
    out.pointee.cause = reason?.cause.number ?? witan_cause(WITAN_CAUSE_NONE)
    out.pointee.action = reason?.action.number ?? witan_action(WITAN_EMIT)
    out.pointee.output = model.index(of: reason?.output)
    out.pointee.probability = reason?.probability ?? 0
    out.pointee.is_on = reason != nil && isOn ? 1 : 0
    out.pointee.onset_word = UInt64(reason?.onsetWord ?? 0)
    out.pointee.onset_byte = UInt64(reason?.onsetByte ?? 0)
    out.pointee.byte = UInt64(reason?.byte ?? 0)
  }

  /// Checks a place for a reason.
  static func check(_ out: UnsafeMutablePointer<witan_reason>?) -> witan_status {
    guard let out else { return failNull("reason") }
    return Arguments.checkStruct(
      out.pointee.struct_size, minimum: MemoryLayout<witan_reason>.size, "witan_reason")
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
