import ArgumentParser
import Witan

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Read, explain, compare and apply the deployer's rules: from opinions to an action.",
    discussion: """
      A policy is a YAML file (docs/policy.md): a floor that nothing relaxes, layers of communities, roles, and
      what users may change.

        witan policy check policies/open-forum.yaml --models models/*/model.witan
        witan policy explain policies/open-forum.yaml
        witan policy diff old.yaml new.yaml --on texts.jsonl --models models/*/model.witan
      """,
    subcommands: [PolicyCheck.self, PolicyExplain.self, PolicyDiff.self, PolicyApply.self])
}
