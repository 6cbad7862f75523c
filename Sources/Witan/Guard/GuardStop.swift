/// Thrown where a guarded stream ends before its text does: whoever reads it must not take what came for
/// the whole.
public struct GuardStop: Error, Sendable, Hashable, CustomStringConvertible {
  public let reason: GuardReason
  /// Bytes that were kept back and never went out.
  public let held: Int

  public var description: String {
    let what =
      switch reason.cause {
      case .output: "\(reason.output ?? "") is \(reason.probability ?? 1) at byte \(reason.byte)"
      case .heldBytes: "too much text would have to be kept back at byte \(reason.byte)"
      case .length: "it is longer than is graded, \(reason.byte) bytes"
      case .answer: "the answer was to stop at byte \(reason.byte)"
      case .cancelled: "it was cancelled at byte \(reason.byte)"
      }
    return "the text was stopped (\(reason.action.rawValue)): \(what)"
  }
}
