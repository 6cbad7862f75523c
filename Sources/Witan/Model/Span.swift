/// The part of a text that carries one of its labels.
public struct Span: Sendable, Hashable {
  public var label: String
  /// Where it stands in the text's UTF-8, at borders of characters.
  public var bytes: Range<Int>

  public init(label: String, bytes: Range<Int>) {
    self.label = label
    self.bytes = bytes
  }

  package var json: JSON {
    ["label": .string(label), "start": JSON(bytes.lowerBound), "end": JSON(bytes.upperBound)]
  }
}
