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
      count as missing.
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
  }

  func run() throws {
    let policies = [try Policy(path: old), try Policy(path: new)]
    let loaded = try models.load()
    let texts = try ExampleReader.lenient(path: texts)
    guard !texts.isEmpty else { throw WitanError(.data, "there are no texts", at: self.texts) }
    var deciders: [(decider: PolicyDecider, models: [Int?])] = []
    for policy in policies {
      try loaded.check(policy)
      let assigned = try loaded.assigned(to: policy)
      loaded.noteMissing(policy, assigned)
      deciders.append((PolicyDecider(policy, try whom.context(policy)), assigned))
    }
    let scores = loaded.scores(of: texts)
    Terminal.endProgress()
    let pairs = zip(texts, scores).map { text, scores in
      let decisions = deciders.map {
        $0.decider.decide(loaded.opinions(scores, $0.decider.policy, $0.models, of: text))
      }
      return PolicyComparison.Pair(text: text.text, old: decisions[0], new: decisions[1])
    }
    let comparison = PolicyComparison(pairs: pairs)
    try Terminal.write(
      json
        ? comparison.json(policies[0], policies[1], examples: examples).text(indent: true) + "\n"
        : comparison.table(examples: examples))
    try Terminal.flush()
  }
}
