import ArgumentParser
import Foundation
import Witan

struct Stream: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade text while it arrives on standard input.",
    discussion: """
      Each word is scored as soon as its bytes are there. In a terminal the text is coloured by its
      grade so far; with --json there is one event for each scored chunk, then the verdict. The verdict
      is that of the whole text, the same as 'witan score' gives. Exit code 1 when a constitution's
      model flags it.

      With --hold, --threshold, --debounce, --action or --guard it lets text out word by word, keeps back
      or ends what the rules say, and reads no further after an end. Standard output is then the text that
      is let out, or with --json one event for each chunk; the verdict goes to standard error. Exit code
      1 when a rule was on or a limit reached.

      With --replay FILE a text is shown as if it were generated now: coloured, with each decision of the
      guard where it was made, then the line of the score and the words behind each decision.

      With --prompt the text is an answer and judged in the light of its prompt; --side says that it is a prompt
      or a response by itself. --views sees through disguises, also behind the guard.

        some-model --generate | witan stream -m baseline.witan
        some-model --generate | witan stream -m baseline.witan --hold 8 --debounce 2/4 | reader
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var signing: SignatureFlags
  @OptionGroup var guarding: GuardFlags
  @OptionGroup var disguises: ViewsFlags
  @OptionGroup var standing: SideFlags
  @Option(
    name: .long,
    help: ArgumentHelp("What the text answers: it is judged in the light of this.", valueName: "text"))
  var prompt: String?
  @Option(
    name: .long, help: ArgumentHelp("Show this text being generated; - is standard input.", valueName: "file")
  )
  var replay: String?
  @Option(
    name: .long, help: ArgumentHelp("Words a second of --replay; as fast as it goes without.", valueName: "n")
  )
  var rate: Double?
  @Flag(name: .long, help: "Print one JSON event for each chunk, then the verdict.")
  var json = false

  func validate() throws {
    guard rate == nil || replay != nil else { throw ValidationError("--rate goes with --replay.") }
    guard rate ?? 1 > 0 else { throw ValidationError("--rate must be above 0.") }
    guard replay == nil || !json else {
      throw ValidationError("--replay is to look at: --json does not go with it.")
    }
    guard prompt == nil || standing.side == nil else {
      throw ValidationError("--prompt makes the text an answer: leave --side out.")
    }
  }

  /// Bytes kept to name the words of the verdict; longer texts get no words.
  private static let keptBytes = 1 << 20

  func run() throws {
    let source = try ModelSource(path: model, signing: signing)
    let classifier = try embeddings.classifier(source)
    if !json {
      Terminal.note(on: classifier.thresholdOrigin)
      Terminal.note(on: classifier.predictionSets)
    }
    var guardOptions = try guarding.options()
    if disguises.views { guardOptions?.looksForViews = true }
    if let file = replay {
      var options =
        guardOptions ?? GuardOptions(defaultRule: DecisionRule(action: .annotate), rewindTokens: 0)
      options.looksForViews = options.looksForViews || disguises.views
      guard let data = FileManager.default.contents(atPath: file == "-" ? "/dev/stdin" : file) else {
        throw WitanError(.io, "cannot be read", at: file)
      }
      var show = try Replay(
        begun(StreamGuard(classifier, options)), of: classifier, rate: rate,
        standing: EvidenceOptions(prompt: prompt.map { Array($0.utf8) }, side: standing.side))
      if try show.run(Array(data)) { throw ExitCode(1) }
      return
    }
    if let options = guardOptions {
      var guarded = try GuardedStream(
        begun(StreamGuard(classifier, options)), json: json, provenance: source.provenance)
      if try guarded.run() { throw ExitCode(1) }
      return
    }
    var grading = Grading(classifier, looksForViews: disguises.views)
    if let prompt { grading.begin(prompt: prompt) } else { grading.begin(as: standing.side) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var held: [UInt8] = []  // an incomplete character at the end of what arrived
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw WitanError.system("cannot be read", "standard input") }
      if count == 0 { break }
      let arrived = held + buffer[..<count]
      let whole = arrived.count - Self.incompleteTail(arrived)
      held = Array(arrived[whole...])
      for chunk in Self.chunks(arrived[..<whole]) { try show(chunk, &grading) }
      try Terminal.flush()
    }
    if !held.isEmpty { try show(held[...], &grading) }
    grading.finish()
    try Terminal.write(
      json ? try grading.verdictJSON(source.provenance).text() + "\n" : try verdictText(grading))
    try Terminal.flush()
    if grading.scores.isFlagged(classifier) { throw ExitCode(1) }
  }

  /// The guard at the beginning of a text that stands where the options say.
  private func begun(_ streamGuard: StreamGuard) -> StreamGuard {
    if let prompt { streamGuard.begin(prompt: prompt) } else { streamGuard.begin(as: standing.side) }
    return streamGuard
  }

  private func show(_ chunk: ArraySlice<UInt8>, _ grading: inout Grading) throws(WitanError) {
    grading.push(chunk, keep: Self.keptBytes)
    let text = String(decoding: chunk, as: UTF8.self)
    if json {
      try Terminal.write(grading.eventJSON(text).text() + "\n")
    } else {
      try Terminal.write(Terminal.styled(text, Self.style(grading.level)))
    }
  }

  private func verdictText(_ g: Grading) throws(WitanError) -> String {
    let s = g.scores
    let isFlagged = s.isFlagged(g.classifier)
    var out = "\n\n"
    if let any = s.any {
      out += Terminal.styled(isFlagged ? "flagged" : "clean", isFlagged ? "1;31" : "1;32")
      out += "  any \(fixed(Double(any), 2)) (threshold \(fixed(Double(g.classifier.spec.anyThreshold), 2)))"
      out += ", highest \(fixed(Double(g.peak.value), 2)) at byte \(g.peak.byte)\n"
    }
    if let finding = g.finding { out += "  finding: \(finding.words)\n" }
    if !g.views.isEmpty { out += "  view: \(g.views.path)\n" }
    let top = s.probabilities.indices.sorted { s.probabilities[$0] > s.probabilities[$1] }.prefix(3)
    for j in top {
      let bar = String(repeating: "█", count: Int(s.probabilities[j] * 20))
      out += "  \(s.labels[j].title.padded(34)) \(fixed(Double(s.probabilities[j]), 2)) \(bar)\n"
    }
    if let doubts = s.doubts {
      out += "  doubt of \(s.best.title): \(fixed(Double(doubts[s.bestIndex]), 2))\n"
    }
    if let words = try g.words(), !words.spans.isEmpty {
      out += "  words: " + words.spans.map(\.text).joined(separator: ", ") + "\n"
    }
    return out
  }

  /// Green, plain, yellow, orange, red.
  static func style(_ level: Float) -> String {
    switch level {
    case ..<0.25: "32"
    case ..<0.5: "39"
    case ..<0.75: "33"
    case ..<0.9: "38;5;208"
    default: "1;31"
    }
  }

  /// Cuts before each run of white space, so that a chunk is about a token.
  static func chunks(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var out: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    for i in bytes.indices where i > start && bytes[i] <= 0x20 && bytes[i - 1] > 0x20 {
      out.append(bytes[start..<i])
      start = i
    }
    if start < bytes.endIndex { out.append(bytes[start...]) }
    return out
  }

  /// How many bytes at the end begin a character that has not arrived whole.
  static func incompleteTail(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }
}

/// A stream with what its report needs.
private struct Grading {
  let classifier: Classifier
  private let stream: any TextStream
  private var standing = EvidenceOptions()
  private var byteCount = 0
  private var text: [UInt8] = []
  private var isKept = true
  private var side: Side?
  private(set) var peak: (value: Float, byte: Int) = (0, 0)

  init(_ classifier: Classifier, looksForViews: Bool) {
    self.classifier = classifier
    stream = looksForViews ? classifier.makeViewedStream() : classifier.makeStream()
  }

  mutating func begin(prompt: String) {
    stream.begin(prompt: prompt)
    standing = EvidenceOptions(prompt: Array(prompt.utf8))
    side = .exchange
  }

  mutating func begin(as side: Side?) {
    standing = EvidenceOptions(side: side)
    self.side = side
    (stream as? ViewedStream)?.begin(as: side)
    (stream as? ScoringStream)?.begin(as: side)
  }

  /// The views that gave the answer so far.
  var views: [TextView] { (stream as? ViewedStream)?.views ?? [] }

  var scores: Scores { stream.scores }

  /// The probability that colours the text: `any`, else the highest.
  var level: Float {
    let p = stream.read()
    return classifier.spec.hasAny ? p[p.count - 1] : p.max() ?? 0
  }

  mutating func push(_ bytes: ArraySlice<UInt8>, keep: Int) {
    bytes.withUnsafeBufferPointer { stream.push($0) }
    byteCount += bytes.count
    isKept = isKept && text.count + bytes.count <= keep
    if isKept { text += bytes }
    notePeak()
  }

  mutating func finish() {
    stream.finish()
    notePeak()
  }

  private mutating func notePeak() {
    let level = level
    if level > peak.value { peak = (level, byteCount) }
  }

  func eventJSON(_ chunk: String) -> JSON {
    let s = scores
    var fields: [String: JSON] = [
      "chunk": .string(chunk), "bytes": JSON(byteCount), "scores": scoresJSON(s),
    ]
    if let any = s.any { fields["any"] = JSON(any) }
    fields.merge(doubtFields(s)) { $1 }
    if !views.isEmpty { fields["view"] = .string(views.path) }
    return .object(fields)
  }

  func verdictJSON(_ provenance: ModelProvenance?) throws(WitanError) -> JSON {
    let s = scores
    var verdict: [String: JSON] = [
      "scores": scoresJSON(s), "label": .string(s.best.id), "bytes": JSON(byteCount),
      "peak": ["value": JSON(peak.value), "byte": JSON(peak.byte)],
      "replaced": JSON(s.replacements), "truncated": .bool(s.isTruncated),
    ]
    if let provenance { verdict["model"] = provenance.json }
    let words = try words()
    verdict["words"] = .array(words?.spans.map(\.json) ?? [])
    if let evidence = words?.evidence { verdict["evidence"] = evidence }
    if !views.isEmpty { verdict["view"] = .string(views.path) }
    if let any = s.any {
      verdict["any"] = JSON(any)
      verdict["flagged"] = .bool(s.isFlagged(classifier))
      verdict["principles"] = JSON(s.flagged.map(\.id))
    }
    if let origin = classifier.thresholdOrigin.verdictField { verdict["calibration"] = .string(origin) }
    if let promise = classifier.verdictPromise { verdict["promise"] = .string(promise) }
    verdict.merge(doubtFields(s)) { $1 }
    if let finding { verdict["finding"] = .string(finding.rawValue) }
    if !classifier.predictionSets.isEmpty {
      let found = s.labels.indices.compactMap { j in
        classifier.finding(j, at: s.probabilities[j], side: side).map { (s.labels[j].id, $0) }
      }
      verdict["findings"] = .object(
        Dictionary(uniqueKeysWithValues: found.map { ($0, .string($1.rawValue)) }))
    }
    return ["verdict": .object(verdict)]
  }

  /// What the prediction sets of `any` say of the text so far; nil for models without.
  var finding: Finding? { classifier.finding(of: scores, side: side) }

  /// How unsure the model is of each label and of `any`, where it says so.
  private func doubtFields(_ s: Scores) -> [String: JSON] {
    guard let doubts = s.doubts else { return [:] }
    var fields: [String: JSON] = [
      "doubt": .object(Dictionary(uniqueKeysWithValues: zip(s.labels, doubts).map { ($0.id, JSON($1)) }))
    ]
    if let any = s.anyDoubt { fields["any_doubt"] = JSON(any) }
    return fields
  }

  /// The words that raised the verdict most.
  func words() throws(WitanError) -> DrivingWords? {
    isKept ? try classifier.drivingWords(of: text, best: scores.bestIndex, standing) : nil
  }

  private func scoresJSON(_ s: Scores) -> JSON {
    .object(
      Dictionary(uniqueKeysWithValues: zip(s.labels, s.probabilities).map { ($0.id, JSON($1)) }))
  }
}
