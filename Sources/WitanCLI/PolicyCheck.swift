import ArgumentParser
import Witan
import WitanConstitution

struct PolicyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Say whether a policy keeps the rules of its format; with models, whether it fits them.",
    discussion: """
      With --models it is checked that each model is of the constitution, version and digest that the policy
      names and, with --signature and --signers, of the signer; that the principles exist, and that those which
      exempt permit or encourage. Members without a model are named, and the rest is checked all the same.
      """)

  @Argument(help: ArgumentHelp("The policy.", valueName: "policy"))
  var file: String
  @OptionGroup var models: PolicyModelsFlags
  @Option(
    name: .long, help: ArgumentHelp("Check what a user set for themselves too.", valueName: "file"))
  var user: String?
  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let policy = try Policy(path: file)
    let context = PolicyContext(
      user: try user.map { (path) throws(WitanError) in try policy.userLayer(path: path) })
    var unchecked = policy.members
    var unheard: [String] = []
    if let loaded = try models.load() {
      let speaking: PolicyPanel
      do { speaking = try PolicyPanel(loaded.panel, policy) } catch {
        throw WitanError(error.code, error.description, at: file)
      }
      // What fits without the user's settings and not with them is wrong in their file.
      do { _ = try PolicyPanel(loaded.panel, policy, context) } catch {
        throw WitanError(error.code, error.description, at: user ?? file)
      }
      unchecked = policy.members.filter { speaking.missing.contains($0.name) }
      unheard = speaking.unheard
    }
    let isChecked = { (member: PolicyMember) in !unchecked.contains(member) }
    let debounces = policy.debounces.merging(context.user?.layer?.debounces ?? [:]) { $1 }
    let open = ([policy.floor] + policy.layers).filter { !$0.missing.holdsBack }.map(\.name)
    if json {
      let report: JSON = [
        "id": .string(policy.id), "version": .string(policy.version),
        "digest": policy.digest.map(JSON.string) ?? .null,
        "members": JSON(policy.members.map(\.name)), "layers": JSON(policy.layers.map(\.name)),
        "roles": JSON(policy.roles.map(\.name)), "fails_open": JSON(open),
        "unchecked": JSON(unchecked.map(\.name)), "unheard": JSON(unheard),
        "debounces": .object(debounces.mapValues(JSON.string)),
      ]
      try Terminal.write(report.text() + "\n")
    } else {
      try Terminal.write(
        "\(file): keeps the rules; members: \(list(policy.members.map(\.name))); layers: "
          + "\(list(policy.layers.map(\.name))); roles: \(list(policy.roles.map(\.name)))\n")
      if !open.isEmpty {
        try Terminal.write("fails open where a member is missing: \(list(open))\n")
      }
      let sorted = debounces.sorted { $0.key < $1.key }
      if !sorted.isEmpty {
        try Terminal.write(
          "in streams looks at several words: \(list(sorted.map { "\($0.key) (\($0.value))" }))\n")
      }
      let checked = policy.members.filter(isChecked).map(\.name)
      if !checked.isEmpty { try Terminal.write("fits the models of: \(list(checked))\n") }
      if !unchecked.isEmpty {
        let names = unchecked.map {
          $0.name == $0.constitution
            ? $0.name : "\($0.name) (a model of the constitution '\($0.constitution)')"
        }
        try Terminal.write("not checked, as no model was given with --models: \(list(names))\n")
      }
      if !unheard.isEmpty {
        try Terminal.write("given, but the policy does not listen to it: \(list(unheard))\n")
      }
    }
    try Terminal.flush()
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
