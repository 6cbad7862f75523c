import ArgumentParser
import Witan

/// Whether a command looks for disguised text.
struct ViewsFlags: ParsableArguments {
  @Flag(
    name: .long,
    help: "Score disguised text as well (leetspeak, spaced letters, base64, ...) and name the view.")
  var views = false

  /// The model, with views if they are wanted. Throws `unsupported` for models of fastText.
  func apply(to model: any TextModel, path: String) throws(WitanError) -> any TextModel {
    guard views else { return model }
    guard let classifier = model as? Classifier else {
      throw WitanError(.unsupported, "--views works with Witan's own models only", at: path)
    }
    return ViewedModel(classifier)
  }
}
