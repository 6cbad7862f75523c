extension Example {
  /// The words of the text, in order: its longest runs of bytes above U+0020, as ranges of its UTF-8.
  /// What delays are counted in, and what `labels(of:)` makes labels of tokens for. O(bytes)
  public var words: [Range<Int>] {
    var out: [Range<Int>] = []
    var start: Int?
    var at = 0
    for byte in text.utf8 {
      if byte > 0x20 {
        start = start ?? at
      } else if let first = start {
        out.append(first..<at)
        start = nil
      }
      at += 1
    }
    if let first = start { out.append(first..<at) }
    return out
  }

  /// The labels of a word or token that stands at `bytes`: those of the spans that it overlaps. O(spans)
  public func labels(of bytes: Range<Int>) -> Set<String> {
    Set(spans.filter { $0.bytes.overlaps(bytes) }.map(\.label))
  }

  /// Where harm begins: the first byte of the first span whose label is in `labels`; nil without one. O(spans)
  public func onset(of labels: Set<String>) -> Int? {
    spans.filter { labels.contains($0.label) }.map(\.bytes.lowerBound).min()
  }
}
