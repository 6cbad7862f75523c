/// A part of a text that an output rests on.
public struct Evidence: Sendable, Hashable {
  /// The output: a label's id, or `any`.
  public let output: String
  /// Where it stands in the bytes as given, before any folding.
  public let bytes: Range<Int>
  /// Its part of what the evidence of that output takes off the logit, in (0, 1]; they sum to 1.
  public let value: Float

  public init(output: String, bytes: Range<Int>, value: Float) {
    (self.output, self.bytes, self.value) = (output, bytes, value)
  }
}
