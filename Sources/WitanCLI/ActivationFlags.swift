import ArgumentParser
import Witan
import WitanTraining

/// Where hidden states are read from, and the text classifier beside the probe.
struct ActivationFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Hidden states: safetensors with activations, offsets and labels; or activations as .npy.",
      valueName: "file"))
  var activations: String?
  @Option(
    name: .long,
    help: ArgumentHelp("With .npy: where sequences begin, and the end of the last.", valueName: "npy"))
  var offsets: String?
  @Option(name: .long, help: ArgumentHelp("With .npy: labels of sequences or tokens.", valueName: "npy"))
  var labels: String?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Names of the labels, in the order of their columns.", valueName: "name"))
  var labelNames: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A text classifier with the same labels, to combine the probe with; its texts are --data.",
      valueName: "model"))
  var textModel: String?

  func validate() throws {
    if activations == nil {
      let given = [
        ("--offsets", offsets != nil), ("--labels", labels != nil), ("--label-names", !labelNames.isEmpty),
        ("--text-model", textModel != nil),
      ]
      if let flag = given.first(where: \.1) { throw ValidationError("\(flag.0) needs --activations.") }
    }
    guard (offsets == nil) == (labels == nil) else {
      throw ValidationError("--offsets and --labels go together.")
    }
  }

  /// The states of `--activations`.
  func set() throws(WitanError) -> ActivationSet {
    try ActivationSet(
      path: activations ?? "", offsets: offsets, labels: labels, names: labelNames.isEmpty ? nil : labelNames)
  }

  /// What the text classifier says of the texts in `path`; nil without one.
  func textLogits(
    _ path: String?, labels: [String], _ embeddings: EmbeddingsFlags
  ) throws(WitanError) -> [Float]? {
    guard let textModel, let path else { return nil }
    return try ProbeEvaluation.textLogits(
      embeddings.model(path: textModel), ExampleReader.texts(path: path), labels: labels)
  }
}
