import ArgumentParser
import WitanSigning

/// Which files of a folder signing and verifying leave out.
struct SelectionFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Leave out this file or folder; may be repeated.", valueName: "path"))
  var ignore: [String] = []

  /// Leaves out also the signature, which cannot sign itself.
  func options(besides signature: String) -> FileSelection.Options {
    var options = FileSelection.Options()
    options.ignoredPaths = ignore + [signature]
    return options
  }
}
