import Witan
import WitanTraining

/// What one thread needs to score lines: a scorer with its memo, and a writer.
final class LineWorker {
  private let classifier: Classifier
  private let explains: Bool
  private let side: Side?
  private let name: String
  private let scorer: BatchScorer
  private let viewed: ViewedStream?
  private var writer: ScoreWriter
  private var text: [UInt8] = []
  private var prompt: [UInt8]?
  private var texts: [(text: [UInt8], prompt: [UInt8]?)] = []  // in the scorer, when words are named
  private var sides: [Side?] = []  // of the texts in the scorer, when there are findings
  private(set) var anyFlagged = false

  /// `name` is that of the file, for errors.
  init(_ classifier: Classifier, _ options: LineScoring.Options, name: String) {
    self.classifier = classifier
    self.name = name
    explains = options.explains
    side = options.side
    scorer = BatchScorer(classifier)
    viewed = options.looksForViews ? classifier.makeViewedStream() : nil
    // Views have scores, but no doubts.
    writer = ScoreWriter(
      classifier.spec, isJSON: options.isJSON,
      showsDoubts: viewed == nil && classifier.hasDoubts && (options.isJSON || options.explains),
      origin: classifier.thresholdOrigin, provenance: options.provenance,
      opinions: (try? classifier.opinionGroups()) ?? nil)
  }

  /// The results since the last `take`, a line each.
  func take() -> [UInt8] { writer.take() }

  /// Scores lines, the first of which is line `first` of the file. Returns the error of the first faulty line:
  /// the results of those before it are there.
  func score(_ lines: [ArraySlice<UInt8>], from first: Int, isJSONL: Bool) -> WitanError? {
    do throws(WitanError) {
      for (i, line) in lines.enumerated() {
        if isJSONL {
          do throws(WitanError) {
            guard try read(line, first + i) else { continue }
          } catch {
            try flush()
            throw error
          }
          try text.withUnsafeBufferPointer { (text) throws(WitanError) in
            guard let prompt else { return try add(text) }
            try prompt.withUnsafeBufferPointer { (prompt) throws(WitanError) in try add(text, prompt) }
          }
        } else {
          try line.withUnsafeBufferPointer { (text) throws(WitanError) in try add(text) }
        }
      }
      try flush()
      return nil
    } catch {
      return error
    }
  }

  /// Reads the text of a JSONL line, and the prompt that it answers; false when the line is blank.
  private func read(_ line: ArraySlice<UInt8>, _ number: Int) throws(WitanError) -> Bool {
    prompt = nil
    if line.withUnsafeBufferPointer({ TextField.read($0, into: &text) }) { return true }
    guard line.contains(where: { $0 > 0x20 }) else { return false }
    let example = try Example(jsonLine: line, at: "\(name):\(number)")
    text = Array(example.text.utf8)
    prompt = example.prompt.map { Array($0.utf8) }
    return true
  }

  private func add(
    _ text: UnsafeBufferPointer<UInt8>, _ prompt: UnsafeBufferPointer<UInt8>? = nil
  ) throws(WitanError) {
    if let viewed, DisguiseDetector.hasSigns(text) {
      try flush()
      return try add(text, prompt, viewed)
    }
    if scorer.isFull { try flush() }
    scorer.add(text, prompt: prompt, side: side)
    if explains { texts.append((Array(text), prompt.map { Array($0) })) }
    if hasFindings { sides.append(prompt == nil ? side : .exchange) }
  }

  /// Scores a text that may be disguised. Its words are named as they stand.
  private func add(
    _ text: UnsafeBufferPointer<UInt8>, _ prompt: UnsafeBufferPointer<UInt8>?, _ stream: ViewedStream
  ) throws(WitanError) {
    if let prompt {
      stream.begin(prompt: String(decoding: prompt, as: UTF8.self))
    } else {
      stream.begin(as: side)
    }
    stream.push(text)
    stream.finish()
    let p = stream.read()
    if classifier.spec.hasAny && p[p.count - 1] >= classifier.spec.anyThreshold { anyFlagged = true }
    let words = explains ? try words(of: Array(text), prompt.map { Array($0) }, best: bestIndex(p)) : nil
    let scores = stream.plain.scores
    let note = BatchScorer.Note(replacements: scores.replacements, isTruncated: scores.isTruncated)
    writer.add(
      p, note, findings: findings(p, prompt == nil ? side : .exchange), words: words, views: stream.views)
  }

  private func flush() throws(WitanError) {
    let spec = classifier.spec
    let outputs = spec.outputs
    let p = scorer.flush()
    for i in 0..<p.count / outputs {
      let row = UnsafeBufferPointer(rebasing: p[i * outputs..<(i + 1) * outputs])
      if spec.hasAny && row[outputs - 1] >= spec.anyThreshold { anyFlagged = true }
      let words = explains ? try words(of: texts[i].text, texts[i].prompt, best: bestIndex(row)) : nil
      writer.add(
        row, scorer.note(i), doubts: writer.showsDoubts ? scorer.doubts(of: i) : nil,
        findings: hasFindings ? findings(row, sides[i]) : nil, words: words)
    }
    texts.removeAll(keepingCapacity: true)
    sides.removeAll(keepingCapacity: true)
  }

  private var hasFindings: Bool { !classifier.predictionSets.isEmpty }

  /// What the prediction sets say; nil for models without.
  private func findings(_ p: UnsafeBufferPointer<Float>, _ side: Side?) -> [Finding?]? {
    hasFindings ? classifier.findings(of: p, side: side) : nil
  }

  private func words(of text: [UInt8], _ prompt: [UInt8]?, best: Int) throws(WitanError) -> DrivingWords {
    try classifier.drivingWords(of: text, best: best, EvidenceOptions(prompt: prompt, side: side))
  }

  /// The most probable label, the first of equals.
  private func bestIndex(_ p: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for j in classifier.spec.labels.indices where p[j] > p[best] { best = j }
    return best
  }
}
