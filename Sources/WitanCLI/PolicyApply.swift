import ArgumentParser
import Witan
import WitanConstitution
import WitanTraining

struct PolicyApply: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Say what a policy does with each text, and by which rule.",
    discussion: """
      Texts are one a line, or JSONL with "text" and, for answers, "prompt". Members without a model count as
      missing. With --signature and --signers the models are files of one signed bundle. Exit code 1 when any text
      does not simply pass.
      """)

  @Argument(help: ArgumentHelp("The policy.", valueName: "policy"))
  var file: String
  @Option(
    name: .customLong("on"), help: ArgumentHelp("Texts; - is standard input.", valueName: "texts"))
  var texts: String
  @OptionGroup var models: PolicyModelsFlags
  @OptionGroup var whom: PolicyContextFlags
  @Flag(name: .long, help: "Print one JSON object a line.")
  var json = false

  func validate() throws { try models.validatePresence() }

  func run() throws {
    let policy = try Policy(path: file)
    guard let loaded = try models.load() else { return }
    let speaking = try loaded.speaking(for: policy, whom.context(policy))
    let examples = try ExampleReader.lenient(path: texts)
    var anyActed = false
    try loaded.forEach(examples) { (text, opinions) throws(WitanError) in
      guard let decision = try speaking.verdict(opinions).decision else { return }
      anyActed = anyActed || decision.action > .emit
      if json {
        var line = decision.json.object ?? [:]
        line["text"] = .string(text.text)
        try Terminal.write(JSON.object(line).text() + "\n")
      } else {
        try Terminal.write(
          decision.action.rawValue.padded(11) + decision.summary.padded(56) + " "
            + text.text.oneLine.padded(60)
            + "\n")
      }
    }
    try Terminal.flush()
    if anyActed { throw ExitCode(1) }
  }
}

extension PolicyDecision {
  /// Layer, rule and whose opinion it rests on.
  var summary: String {
    guard layer != "default" else { return "-" }
    let names = principles.isEmpty ? members : principles
    var out = "\(layer): \(rule)"
    if !names.isEmpty && names.joined(separator: ", ") != rule {
      out += " (\(names.joined(separator: ", ")))"
    }
    return out + (adjustedBy.map { ", adjusted by \($0)" } ?? "")
  }
}

extension String {
  /// Without line breaks.
  var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
