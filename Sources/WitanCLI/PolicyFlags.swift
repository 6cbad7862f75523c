import ArgumentParser
import Witan
import WitanConstitution

/// A policy to apply, for commands that also work without one.
struct PolicyFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Rules from opinions to an action (docs/policy.md).", valueName: "file"))
  var policy: String?
  @OptionGroup var whom: PolicyContextFlags

  func validate() throws {
    guard policy != nil || (whom.role == nil && whom.user == nil) else {
      throw ValidationError("--role and --user need --policy.")
    }
  }

  /// The panel as the policy hears it, after a note of members without a model; nil without a policy.
  func speaking(_ panel: Panel) throws(WitanError) -> PolicyPanel? {
    guard let path = policy else { return nil }
    let policy = try Policy(path: path)
    let speaking = try PolicyPanel(panel, policy, whom.context(policy))
    Terminal.noteMissing(speaking)
    return speaking
  }
}
