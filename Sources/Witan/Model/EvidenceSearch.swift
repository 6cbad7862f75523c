/// Looks for the fewest words whose removal takes a verdict away: greedy deletion, each step judged by scoring
/// the text that is left.
///
/// Each step tries words of what is left one by one, each replaced by a space in the actual bytes, and takes
/// out the one that lowers the logit most, until the verdict changes, no word lowers it or the limit is
/// reached. Then words that are not needed for that are put back, the weakest first, until leaving out any one of
/// those that stay would give the verdict back. That is the search of Martens and Provost (2014, Explaining
/// data-driven document classifications, MIS Quarterly 38) by real scores instead of a linear ranking:
/// norms depend on the words that are left, pairs form anew over a gap, and `any` may change the label that it
/// rests on. Keeping several sets of words in each step (a beam of 2 to 8) changed less than one verdict in a
/// hundred more and took up to seven times as long: docs/evidence.md.
///
/// All words are tried in texts of up to 64; in longer ones those that promise most, by what they did in the
/// step before or by occlusion (`Classifier.explain`). One search belongs to one thread.
package final class EvidenceSearch {
  /// Words that are tried in one step at most.
  static let mostTried = BatchScorer.size
  /// Words times tries of a step: what bounds the time in long texts.
  private static let stepCost = 4096

  private let classifier: Classifier
  private let scorer: BatchScorer

  private var text: [UInt8] = []
  private var words: [FeatureExtractor.RemovableWord] = []
  private var output = 0
  private var options = EvidenceOptions()
  private var isOut: [Bool] = []  // [words]
  private var edited: [UInt8] = []

  package init(_ classifier: Classifier) {
    self.classifier = classifier
    scorer = BatchScorer(classifier, log2Words: 8)
  }

  /// What a text says of the output.
  private struct Reading {
    var probability: Float
    /// The distance to the other verdict in units of the logit, up to a constant.
    var logit: Float
    var isFlagged: Bool
  }

  /// See `Classifier.evidence(of:output:options:)`.
  package func evidence(
    of text: [UInt8], output: Int, _ options: EvidenceOptions = EvidenceOptions()
  ) throws(WitanError) -> VerdictEvidence {
    guard output >= 0, output < classifier.spec.outputs else {
      throw WitanError(
        .invalidValue, "there is no output \(output); the model has \(classifier.spec.outputs)")
    }
    guard options.limit ?? 0 >= 0 else { throw WitanError(.invalidValue, "is below 0", at: "limit") }
    (self.text, self.output, self.options) = (text, output, options)
    words = FeatureExtractor.removableWords(
      of: text, FeatureExtractor.words(of: text, classifier.spec.features))
    isOut = [Bool](repeating: false, count: words.count)

    let whole = readings(trying: [nil])[0]
    let limit =
      options.limit ?? EvidenceOptions.defaultLimit(words: words.count { !$0.isSymbol })
    var (rest, taken) = whole.isFlagged ? try takeOut(upTo: limit, from: whole) : (whole, [])
    if whole.isFlagged && !rest.isFlagged { rest = putBack(&taken, rest) }
    return VerdictEvidence(
      output: output, probability: whole.probability, remaining: rest.probability,
      isFlagged: whole.isFlagged, flips: whole.isFlagged && !rest.isFlagged, spans: spans(taken),
      wordCount: words.count)
  }

  /// A word that was taken out, and what that took off the logit.
  private typealias Taken = (word: Int, gain: Float)

  private func takeOut(upTo limit: Int, from whole: Reading) throws(WitanError) -> (Reading, [Taken]) {
    var current = whole
    var taken: [Taken] = []
    let tries = min(Self.mostTried, max(8, Self.stepCost / max(1, words.count)))
    var promise = words.count > tries ? try occlusion() : []
    while current.isFlagged && taken.count < limit {
      var candidates = words.indices.filter { !isOut[$0] }
      if candidates.count > tries && !promise.isEmpty {
        candidates.sort { (promise[$1], $0) < (promise[$0], $1) }
        candidates.removeSubrange(tries...)
      }
      let found = readings(trying: candidates)
      for (word, reading) in zip(candidates, found) where !promise.isEmpty {
        promise[word] = current.logit - reading.logit
      }
      guard let best = found.indices.min(by: { found[$0].logit < found[$1].logit }),
        found[best].logit < current.logit
      else { break }
      taken.append((candidates[best], current.logit - found[best].logit))
      isOut[candidates[best]] = true
      current = found[best]
    }
    return (current, taken)
  }

  /// Puts back what is not needed to change the verdict, until each word that stays out is; returns what the
  /// rest says.
  private func putBack(_ taken: inout [Taken], _ flipped: Reading) -> Reading {
    var current = flipped
    var isDone = false
    while !isDone && taken.count > 1 {
      isDone = true
      for candidate in taken.sorted(by: { $0.gain < $1.gain }) where taken.count > 1 {
        isOut[candidate.word] = false
        let reading = readings(trying: [nil])[0]
        if reading.isFlagged {
          isOut[candidate.word] = true
        } else {
          current = reading
          taken.removeAll { $0.word == candidate.word }
          isDone = false
        }
      }
    }
    return current
  }

  /// What the text says without the words that are out and, each time, one more. [words: up to 64]
  private func readings(trying candidates: [Int?]) -> [Reading] {
    for candidate in candidates {
      edit(without: candidate)
      edited.withUnsafeBufferPointer { edited in
        if let prompt = options.prompt {
          prompt.withUnsafeBufferPointer { scorer.add(edited, prompt: $0) }
        } else {
          scorer.add(edited, prompt: nil, side: options.side)
        }
      }
    }
    let p = scorer.flush()
    let outputs = classifier.spec.outputs
    return candidates.indices.map { i in
      reading(
        UnsafeBufferPointer(rebasing: p[i * outputs..<(i + 1) * outputs]), scorer.logits(of: i))
    }
  }

  private func reading(_ p: UnsafeBufferPointer<Float>, _ z: UnsafeBufferPointer<Float>) -> Reading {
    let spec = classifier.spec
    let isAny = output == spec.labels.count
    guard spec.task == .singleLabel else {
      let threshold = options.threshold ?? (isAny ? spec.anyThreshold : spec.labels[output].threshold)
      return Reading(probability: p[output], logit: z[output], isFlagged: p[output] >= threshold)
    }
    var best = 0  // the first of equals
    for j in p.indices where p[j] > p[best] { best = j }
    var logit: Float
    if spec.isBinary {
      logit = output == 1 ? z[0] : -z[0]
    } else {
      logit = .infinity
      for j in z.indices where j != output { logit = min(logit, z[output] - z[j]) }
    }
    return Reading(
      probability: p[output], logit: logit,
      isFlagged: options.threshold.map { p[output] >= $0 } ?? (best == output))
  }

  /// The text without the words that are out and `extra`, in `edited`: a space for each run of them.
  private func edit(without extra: Int?) {
    edited.removeAll(keepingCapacity: true)
    var at = 0
    forEachRun(without: extra) { run in
      edited += text[at..<words[run.lowerBound].bytes.lowerBound]
      edited.append(0x20)
      at = words[run.upperBound - 1].bytes.upperBound
    }
    edited += text[at...]
  }

  private func forEachRun(without extra: Int?, _ body: (Range<Int>) -> Void) {
    var start: Int?
    for i in 0...words.count {
      let isGap = i < words.count && (isOut[i] || i == extra)
      if isGap {
        start = start ?? i
      } else if let first = start {
        body(first..<i)
        start = nil
      }
    }
  }

  private func spans(_ taken: [Taken]) -> [VerdictEvidence.Span] {
    var gains = [Float](repeating: 0, count: words.count)
    for (word, gain) in taken { gains[word] = gain }
    let total = gains.reduce(0, +)  // above 0: each step lowered the logit
    var out: [VerdictEvidence.Span] = []
    forEachRun(without: nil) { run in
      out.append(
        VerdictEvidence.Span(
          bytes: words[run.lowerBound].bytes.lowerBound..<words[run.upperBound - 1].bytes.upperBound,
          words: run.count, share: gains[run].reduce(0, +) / total))
    }
    return out
  }

  /// What each word adds by itself: where a long text is searched first. [words]
  private func occlusion() throws(WitanError) -> [Float] {
    let values = try classifier.explain(text, output: output).map(\.value)
    return words.map { values[$0.parts].reduce(0, +) }
  }
}
