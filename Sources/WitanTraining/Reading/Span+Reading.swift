internal import Witan

extension Span {
  /// Reads the spans of an example whose text and labels are known: objects of `label`, one of the
  /// example's labels, and `start` and `end`, bytes of `text` at borders of characters. O(bytes)
  ///
  /// Throws `data`, naming the span by its place in the list.
  static func list(
    _ json: JSON?, of text: String, labels: [String: Float], at place: String
  ) throws(WitanError) -> [Span] {
    guard let json, json != .null else { return [] }
    func fault(_ field: String, _ message: String) -> WitanError {
      WitanError(.data, "\"\(field)\" \(message)", at: place)
    }
    guard let items = json.array else {
      throw fault("spans", "is not a list of {\"label\", \"start\", \"end\"}")
    }
    let bytes = Array(text.utf8)
    func isBorder(_ offset: Int) -> Bool { offset == bytes.count || bytes[offset] & 0xC0 != 0x80 }
    var spans: [Span] = []
    for (i, item) in items.enumerated() {
      guard let label = item["label"]?.string, let start = item["start"]?.int, let end = item["end"]?.int
      else {
        throw fault("spans[\(i)]", "needs \"label\", a string, and \"start\" and \"end\", whole numbers")
      }
      guard labels[label] != nil else {
        throw fault("spans[\(i)].label", "is '\(label)', which is not among the labels of the example")
      }
      guard 0 <= start, start < end, end <= bytes.count else {
        throw fault("spans[\(i)]", "is \(start)..<\(end), no part of the text's \(bytes.count) bytes")
      }
      guard isBorder(start), isBorder(end) else {
        throw fault("spans[\(i)]", "is \(start)..<\(end), which cuts a character of the text's UTF-8")
      }
      spans.append(Span(label: label, bytes: start..<end))
    }
    return spans
  }
}
