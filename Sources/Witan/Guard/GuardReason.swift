/// Why a guard acts.
public struct GuardReason: Sendable, Hashable {
  public enum Cause: String, Sendable, CaseIterable, BitwiseCopyable {
    /// A rule turned on.
    case output
    /// More text would have to be kept back than is allowed.
    case heldBytes = "held_bytes"
    /// The text is longer than is graded.
    case length
    /// Somebody answered that it should stop.
    case answer
    /// The stream was cancelled.
    case cancelled
  }

  public let cause: Cause
  /// What the rule of the output wants, or the limit.
  public let action: GuardAction
  /// The id of the output: a label's, or `any`, in panels `member/principle`; nil for other causes.
  public let output: String?
  /// Where it stands among the probabilities; nil for other causes.
  public let outputIndex: Int?
  /// Its probability after the word that decided; nil for other causes.
  public let probability: Float?
  /// The first of the words that turned the output on, counted from 0; nil for other causes.
  public let onsetWord: Int?
  /// Where that word begins, in bytes of the text; nil for other causes.
  public let onsetByte: Int?
  /// Where the text stood when it was decided, in bytes.
  public let byte: Int
  /// What the text hid where views gave that probability, the outermost first; else empty.
  public let views: [TextView]
}
