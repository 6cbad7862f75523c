import ArgumentParser
import Witan
import WitanConstitution
import WitanTraining

struct PolicyDiff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what a change of a policy would have done to a file of texts.",
    discussion: """
      Counts each change of action, the texts that each layer decided, and shows examples, the largest changes
      first. Texts are one a line, or JSONL with "text" and, for answers, "prompt". Members without a model
      count as missing. Texts are decided on as wholes: debounces, which count words of a stream, are listed where
      they differ.
      """)

  @Argument(help: ArgumentHelp("The policy as it was.", valueName: "old"))
  var old: String
  @Argument(help: ArgumentHelp("The policy as it would be.", valueName: "new"))
  var new: String
  @Option(
    name: .customLong("on"), help: ArgumentHelp("Texts; - is standard input.", valueName: "texts"))
  var texts: String
  @OptionGroup var models: PolicyModelsFlags
  @OptionGroup var whom: PolicyContextFlags
  @Option(name: .long, help: "Examples of each change of action.")
  var examples = 2
  @Flag(name: .long, help: "Print the comparison as JSON.")
  var json = false

  func validate() throws {
    guard 0...1000 ~= examples else { throw ValidationError("--examples must be 0 to 1000.") }
    try models.validatePresence()
  }

  func run() throws {
    let policies = [try Policy(path: old), try Policy(path: new)]
    guard let loaded = try models.load() else { return }
    let texts = try ExampleReader.lenient(path: texts)
    guard !texts.isEmpty else { throw WitanError(.data, "there are no texts", at: self.texts) }
    let panels = try policies.map { try loaded.speaking(for: $0, whom.context($0)) }
    var pairs: [PolicyComparison.Pair] = []
    try loaded.forEach(texts) { (text, opinions) throws(WitanError) in
      guard let before = try panels[0].verdict(opinions).decision,
        let after = try panels[1].verdict(opinions).decision
      else { return }
      pairs.append(PolicyComparison.Pair(text: text.text, old: before, new: after))
    }
    let comparison = PolicyComparison(pairs: pairs)
    try Terminal.write(
      json
        ? comparison.json(policies[0], policies[1], examples: examples).text(indent: true) + "\n"
        : comparison.table(policies[0], policies[1], examples: examples))
    try Terminal.flush()
  }
}
