import ArgumentParser
import Witan

/// The models whose opinions a policy combines.
struct PolicyModelsFlags: ParsableArguments {
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Models of the policy's members, told by their constitution, or as MEMBER=MODEL.",
      valueName: "model"))
  var models: [String] = []
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var signing: SignatureFlags
  @OptionGroup var standing: SideFlags

  /// For commands that cannot do without.
  func validatePresence() throws {
    guard !models.isEmpty else {
      throw ValidationError("Give the models of the policy's members with --models.")
    }
  }

  /// The models as a panel; nil when none are given.
  func load() throws(WitanError) -> PolicyModels? {
    if models.isEmpty { return nil }
    return PolicyModels(panel: try embeddings.panel(models, signing), side: standing.side)
  }
}
