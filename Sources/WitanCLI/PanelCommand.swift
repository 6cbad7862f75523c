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
      what it says alone. Nothing is averaged: a panel by itself decides nothing. With --policy the rules of a
      policy decide, and it is said what follows, by which of them, and on whose opinions. Names below titles and in
      brackets are the ids that policies and other commands take.

      Input is one text a line, or JSONL with "text" and perhaps "prompt" (told from the first line). With --stream
      standard input is one text that is graded while it arrives: a line for each change of mind or of action, then
      the table. Exit code 1 when somebody objects to one of the texts; with --policy, when the action on one is
      above annotate. A stream is read to where the policy stops it; what it asks stays unanswered.

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
  @OptionGroup var rules: PolicyFlags
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
    let speaking = try rules.speaking(panel)
    let hasActed = try stream ? streamed(panel, speaking) : lines(panel, speaking)
    try Terminal.flush()
    if hasActed { throw ExitCode(1) }
  }

  /// What follows of opinions: a verdict, with a policy the decision too.
  private func verdict(_ opinions: [Opinion], _ speaking: PolicyPanel?) throws(WitanError) -> PanelVerdict {
    try speaking?.verdict(opinions) ?? PanelVerdict(opinions: opinions)
  }

  /// The texts of a file, one after the other; whether the verdict on one is what exit code 1 tells.
  private func lines(_ panel: Panel, _ speaking: PolicyPanel?) throws -> Bool {
    var reader = try LineReader(path: file)
    let scoring = panel.makeStream()
    var isJSONL: Bool?
    var hasActed = false
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
      let verdict = try verdict(
        panel.withEvidence(scoring.opinions, of: text, prompt: answered), speaking)
      hasActed = hasActed || verdict.isActed
      try show(verdict, text)
    }
    return hasActed
  }

  private func begin(_ stream: PanelStream, _ prompt: String?) {
    if let prompt { stream.begin(prompt: prompt) } else { stream.begin(as: standing.side) }
  }

  /// One text as it arrives; whether the verdict on it is what exit code 1 tells.
  private func streamed(_ panel: Panel, _ speaking: PolicyPanel?) throws -> Bool {
    var reading = try StreamedPanel(panel, speaking, json: json)
    reading.begin(prompt: prompt, side: standing.side)
    while !reading.isEnded, let arrived = try reading.next() {
      for chunk in arrived where !reading.isEnded { try reading.push(chunk) }
      try Terminal.flush()
    }
    let (opinions, text) = try reading.finish()
    var verdict = try verdict(
      text.isEmpty ? opinions : panel.withEvidence(opinions, of: text, prompt: prompt), speaking)
    // What was done with the stream, not what would be done with the whole text.
    if let decision = reading.decision {
      verdict = PanelVerdict(opinions: verdict.opinions, decision: decision)
    }
    if json {
      var fields: [String: JSON] = ["verdict": verdict.json]
      fields["stream"] = reading.outcome
      try Terminal.write(JSON.object(fields).text() + "\n")
    } else {
      let report = PanelReport(verdict: verdict, text: text, isStream: true)
      try Terminal.write("\n" + (report.lines + reading.lines).joined(separator: "\n") + "\n")
    }
    return reading.action?.holdsBack ?? verdict.isActed
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
}

extension PanelVerdict {
  /// Whether the policy holds the text back; without one, whether somebody objects.
  fileprivate var isActed: Bool { decision?.action.holdsBack ?? !dissent.objects.isEmpty }
}
