import Witan

/// The words that explain a verdict: its evidence or, of a text without one, the few that raise it most.
struct DrivingWords {
  struct Span {
    let text: String
    let bytes: Range<Int>
    let share: Float
  }

  /// The strongest first; the same words in several places are named once, at the strongest.
  let spans: [Span]
  /// nil for a text that is not flagged.
  let evidence: JSON?

  fileprivate init(_ evidence: VerdictEvidence, of text: [UInt8], name: String, isVerdict: Bool) {
    let all = evidence.spans.map {
      Span(text: String(decoding: text[$0.bytes], as: UTF8.self), bytes: $0.bytes, share: $0.share)
    }
    var seen: Set<String> = []
    spans = all.sorted { $0.share > $1.share }.filter { seen.insert($0.text.lowercased()).inserted }
    let fields: [String: JSON] = [
      "output": .string(name), "flips": .bool(evidence.flips), "remaining": JSON(evidence.remaining),
      "spans": .array(all.map(\.json)),
    ]
    self.evidence = isVerdict ? .object(fields) : nil
  }
}

extension DrivingWords.Span {
  var json: JSON {
    [
      "text": .string(text), "start": JSON(bytes.lowerBound), "end": JSON(bytes.upperBound),
      "share": JSON(share),
    ]
  }
}

extension Classifier {
  /// The words that explain the verdict of `output`, by default `any` or, without it, the label `best`; of one
  /// of a guard with windows, those of the stretch that decided.
  func drivingWords(
    of text: [UInt8], best: Int, output: Int? = nil, windows: [Int] = [],
    _ options: EvidenceOptions = EvidenceOptions()
  ) throws(WitanError) -> DrivingWords {
    let output = output ?? (spec.hasAny ? spec.labels.count : best)
    var found = try evidence(of: text, output: output, windows: windows, options: options)
    let isVerdict = found.isFlagged
    if !isVerdict {
      var most = options
      (most.threshold, most.limit) = (0, 3)  // no verdict to change: what lowers it most
      found = try evidence(of: text, output: output, windows: windows, options: most)
    }
    let name = output == spec.labels.count ? "any" : spec.labels[output].id
    return DrivingWords(found, of: text, name: name, isVerdict: isVerdict)
  }
}
