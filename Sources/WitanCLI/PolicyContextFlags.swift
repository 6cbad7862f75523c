import ArgumentParser
import Witan
import WitanConstitution

/// With whom a policy is applied.
struct PolicyContextFlags: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("A role of the policy.", valueName: "role"))
  var role: String?
  @Option(
    name: .long,
    help: ArgumentHelp("What the user set for themselves, as YAML or JSON.", valueName: "file"))
  var user: String?

  /// The context, checked against `policy`.
  func context(_ policy: Policy) throws(WitanError) -> PolicyContext {
    let context = PolicyContext(
      role: role,
      user: try user.map { (path) throws(WitanError) in try policy.userLayer(path: path) })
    try policy.check(context)
    return context
  }
}
