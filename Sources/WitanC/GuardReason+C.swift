internal import CWitan
internal import Witan

extension witan_reason {
  /// Writes a reason, all but its size; nil is none.
  static func write(
    _ reason: GuardReason?, isOn: Bool, to out: UnsafeMutablePointer<witan_reason>
  ) {
    out.pointee.cause = reason?.cause.number ?? witan_cause(WITAN_CAUSE_NONE)
    out.pointee.action = reason?.action.number ?? witan_action(WITAN_EMIT)
    out.pointee.output = reason?.outputIndex.map { Int32($0) } ?? -1
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
