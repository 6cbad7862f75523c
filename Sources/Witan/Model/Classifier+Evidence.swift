extension Classifier {
  /// The words of `text` (UTF-8) that the verdict of output `index` (a label, or `labels.count` for `any`)
  /// rests on: a small set without which the output is no longer flagged, as spans. docs/evidence.md says
  /// how often that works. On demand: tens of microseconds for a sentence, O(words named x words tried x
  /// bytes); allocates.
  ///
  /// Throws `invalidValue` when there is no such output, or the limit is below 0.
  public func evidence(
    of text: some Sequence<UInt8>, output index: Int, options: EvidenceOptions = EvidenceOptions()
  ) throws(WitanError) -> VerdictEvidence {
    try EvidenceSearch(self).evidence(of: Array(text), output: index, options)
  }

  /// The same of a verdict that a `StreamGuard` with these windows gives at the end of `text`: the evidence
  /// lies in the stretch that decides, the last words of one window, or the whole text while it is no longer
  /// than the largest. The stretch is judged as a text by itself. Offsets are those in `text`.
  ///
  /// Throws as above. [windows: words]
  public func evidence(
    of text: some Sequence<UInt8>, output index: Int, windows: [Int],
    options: EvidenceOptions = EvidenceOptions()
  ) throws(WitanError) -> VerdictEvidence {
    let text = Array(text)
    let search = EvidenceSearch(self)
    guard let widest = windows.max() else { return try search.evidence(of: text, output: index, options) }
    let starts = VerdictEvidence.guardWordStarts(in: text)
    var scan = options
    scan.limit = 0
    var best: (start: Int, probability: Float)?
    for size in Set(windows.map { $0 < starts.count ? $0 : widest }).sorted() {
      let start = size < starts.count ? starts[starts.count - max(1, size)] : 0
      let found = try search.evidence(of: Array(text[start...]), output: index, scan).probability
      if found > best?.probability ?? -1 { best = (start, found) }
    }
    let start = best?.start ?? 0
    return try search.evidence(of: Array(text[start...]), output: index, options).moved(by: start)
  }
}

extension VerdictEvidence {
  /// Where the words of a whole text begin, as a guard counts them; a last word that is still open counts.
  /// O(bytes)
  package static func guardWordStarts(in text: [UInt8]) -> [Int] {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return [] }
      var scanner = WordScanner()
      var starts = [0]
      var i = 0
      while scanner.next(base, bytes.count, &i, cutAt: .max) { starts.append(i) }
      if !scanner.isOpen { starts.removeLast() }
      return starts
    }
  }
}
