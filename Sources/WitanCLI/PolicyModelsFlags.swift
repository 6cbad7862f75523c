import ArgumentParser
import Foundation
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
  @OptionGroup var standing: SideFlags

  /// The models, loaded.
  func load() throws(WitanError) -> PolicyModels {
    var loaded: [PolicyModels.Model] = []
    for argument in models {
      var (member, path): (String?, String) = (nil, argument)
      // A file whose name has '=' in it is still a file.
      if let split = argument.firstIndex(of: "="), !FileManager.default.fileExists(atPath: argument) {
        (member, path) = (
          String(argument[..<split]), String(argument[argument.index(after: split)...])
        )
      }
      loaded.append(
        PolicyModels.Model(
          member: member, path: path, classifier: try embeddings.classifier(path: path)))
    }
    return PolicyModels(models: loaded, side: standing.side)
  }
}
