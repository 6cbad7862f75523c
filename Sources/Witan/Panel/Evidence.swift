/// A part of a text that an output rests on.
public struct Evidence: Sendable, Hashable {
  /// The output: a label's id, or `any`.
  public let output: String
  /// Where it stands in the bytes as given, before any folding.
  public let bytes: Range<Int>
  /// How much of the logit it carries: what the logit loses when the part is taken out.
  public let value: Float

  public init(output: String, bytes: Range<Int>, value: Float) {
    (self.output, self.bytes, self.value) = (output, bytes, value)
  }
}
