import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct PanelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "panel",
    abstract: "Ask several constitutions about a text, and show where they disagree.",
    discussion: """
      Prints for each text who objects, who does not, who supports it and who cannot tell, the principles and
      words that each rests on, and the disagreement in a sentence. All models score in one pass; what each says is
      what it says alone. Nothing is averaged: a panel by itself decides nothing.

      Input is one text a line, or JSONL with "text" and perhaps "prompt" (told from the first line). With --stream
      standard input is one text that is graded while it arrives: a line for each change of mind, then the table.
      Exit code 1 when somebody objects to one of the texts.

        echo "How much ketamine is too much?" | witan panel models/*/model.witan
      """)

  @Argument(
    help: ArgumentHelp(
      "The models in the order in which they are shown, as FILE or NAME=FILE.", valueName: "model"))
  var models: [String]
  @Option(
    name: .customLong("on"), help: ArgumentHelp("A file of texts; - is standard input.", valueName: "file"))
  var file = "-"
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var signing: SignatureFlags
  @OptionGroup var standing: SideFlags
  @Option(
    name: .long,
    help: ArgumentHelp("What the texts answer: they are judged in the light of this.", valueName: "text"))
  var prompt: String?
  @Flag(name: .long, help: "Grade one text while it arrives on standard input.")
  var stream = false
  @Flag(name: .long, help: "Print one JSON object for each text, or for each chunk of --stream.")
  var json = false

  func validate() throws {
    guard prompt == nil || standing.side == nil else {
      throw ValidationError("--prompt makes the text an answer: leave --side out.")
    }
    guard !stream || file == "-" else {
      throw ValidationError("--stream reads standard input: leave --on out.")
    }
  }

  func run() throws {
    let panel = try embeddings.panel(models, signing)
    if !json, panel.members.contains(where: { $0.classifier.thresholdOrigin == .synthetic }) {
      Terminal.note(on: .synthetic)
    }
    if !json, standing.side == nil, prompt == nil,
      Set(panel.members.flatMap(\.classifier.spec.sides)).count > 1
    {
      Terminal.note(
        "note: some rules here are about requests, others about answers, and all judge these texts; --side says "
          + "which they are.")
    }
    let hasObjection = try stream ? streamed(panel) : lines(panel)
    try Terminal.flush()
    if hasObjection { throw ExitCode(1) }
  }

  /// The texts of a file, one after the other; whether somebody objected to one.
  private func lines(_ panel: Panel) throws -> Bool {
    var reader = try LineReader(path: file)
    let scoring = panel.makeStream()
    var isJSONL: Bool?
    var hasObjection = false
    while let line = try reader.next() {
      if isJSONL == nil { isJSONL = looksLikeJSONL(line) }
      var (text, answered) = (Array(line), prompt)
      if isJSONL == true {
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        let example = try Example(jsonLine: line, at: "\(reader.name):\(reader.lineNumber)")
        (text, answered) = (Array(example.text.utf8), example.prompt ?? prompt)
      }
      begin(scoring, answered)
      scoring.push(text)
      scoring.finish()
      let verdict = PanelVerdict(
        opinions: try panel.withEvidence(scoring.opinions, of: text, prompt: answered))
      hasObjection = hasObjection || !verdict.dissent.objects.isEmpty
      try show(verdict, text)
    }
    return hasObjection
  }

  private func begin(_ stream: PanelStream, _ prompt: String?) {
    if let prompt { stream.begin(prompt: prompt) } else { stream.begin(as: standing.side) }
  }

  private func show(_ verdict: PanelVerdict, _ text: [UInt8]) throws(WitanError) {
    if json {
      var fields = verdict.json.object ?? [:]
      fields["text"] = .string(String(decoding: text, as: UTF8.self))
      return try Terminal.write(JSON.object(fields).text() + "\n")
    }
    let report = PanelReport(verdict: verdict, text: text)
    let shown = String(decoding: text.prefix(400), as: UTF8.self) + (text.count > 400 ? "…" : "")
    try Terminal.write(
      Terminal.styled("\"\(shown)\"", "1") + "\n\n" + report.lines.joined(separator: "\n") + "\n\n")
  }

  // MARK: - Streams

  /// Bytes kept to name words; longer texts get none.
  private static let keptBytes = 1 << 20

  /// One text as it arrives; whether somebody objects at its end.
  private func streamed(_ panel: Panel) throws -> Bool {
    let scoring = panel.makeStream()
    begin(scoring, prompt)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var (text, held): ([UInt8], [UInt8]) = ([], [])
    var said: [Standing] = []
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw WitanError.system("cannot be read", "standard input") }
      if count == 0 { break }
      let arrived = held + buffer[..<count]
      let whole = arrived.count - Stream.incompleteTail(arrived)
      held = Array(arrived[whole...])
      for chunk in Stream.chunks(arrived[..<whole]) {
        chunk.withUnsafeBufferPointer { scoring.push($0) }
        if text.count <= Self.keptBytes { text += chunk }
        try tell(scoring, chunk, &said)
      }
      try Terminal.flush()
    }
    scoring.push(held)
    scoring.finish()
    text += held
    let isKept = text.count <= Self.keptBytes
    let opinions =
      try isKept
      ? panel.withEvidence(scoring.opinions, of: text, prompt: prompt) : scoring.opinions
    let verdict = PanelVerdict(opinions: opinions)
    if json {
      try Terminal.write(JSON.object(["verdict": verdict.json]).text() + "\n")
    } else {
      let report = PanelReport(verdict: verdict, text: isKept ? text : [])
      try Terminal.write("\n" + report.lines.joined(separator: "\n") + "\n")
    }
    return !verdict.dissent.objects.isEmpty
  }

  /// A JSON event for the chunk, or a line for each member who has changed its mind.
  private func tell(
    _ stream: PanelStream, _ chunk: ArraySlice<UInt8>, _ said: inout [Standing]
  ) throws(WitanError) {
    let verdict = stream.verdict
    let word = String(decoding: chunk, as: UTF8.self)
    if json {
      let standings = verdict.opinions.map { ($0.provenance.member, JSON.string($0.standing.rawValue)) }
      let objections = verdict.opinions.map { ($0.provenance.member, JSON($0.objection)) }
      let event: JSON = [
        "chunk": .string(word), "bytes": JSON(stream.byteCount), "outcome": .string(verdict.outcome.rawValue),
        "standings": .object(Dictionary(uniqueKeysWithValues: standings)),
        "objections": .object(Dictionary(uniqueKeysWithValues: objections)),
        "spread": JSON(verdict.dissent.spread),
      ]
      return try Terminal.write(event.text() + "\n")
    }
    for (i, opinion) in verdict.opinions.enumerated() {
      let before = said.isEmpty ? .accepts : said[i]
      guard opinion.standing != before else { continue }
      let shown = word.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      try Terminal.write(
        "byte \(stream.byteCount)".padded(12) + "\"\(shown)\"".padded(22) + opinion.provenance.title + ": "
          + opinion.standing.words + ", \(percent(Double(opinion.objection), digits: 0)) against it\n")
    }
    said = verdict.opinions.map(\.standing)
  }
}
