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
      exempt permit or encourage.
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
    var unchecked = policy.members.map(\.name)
    if let loaded = try models.load() {
      do { unchecked = try PolicyPanel(loaded.panel, policy, context).missing } catch {
        throw WitanError(error.code, error.description, at: file)
      }
    }
    let open = ([policy.floor] + policy.layers).filter { !$0.missing.holdsBack }.map(\.name)
    if json {
      let report: JSON = [
        "id": .string(policy.id), "version": .string(policy.version),
        "digest": policy.digest.map(JSON.string) ?? .null,
        "members": JSON(policy.members.map(\.name)), "layers": JSON(policy.layers.map(\.name)),
        "roles": JSON(policy.roles.map(\.name)), "fails_open": JSON(open),
        "unchecked": JSON(unchecked),
      ]
      try Terminal.write(report.text() + "\n")
    } else {
      try Terminal.write(
        "\(file): keeps the rules; members: \(list(policy.members.map(\.name))); layers: "
          + "\(list(policy.layers.map(\.name))); roles: \(list(policy.roles.map(\.name)))\n")
      if !open.isEmpty {
        try Terminal.write("fails open where a member is missing: \(list(open))\n")
      }
      if !unchecked.isEmpty {
        try Terminal.write("not checked against a model (--models): \(list(unchecked))\n")
      }
    }
    try Terminal.flush()
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
