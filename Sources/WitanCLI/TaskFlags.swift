import ArgumentParser
import Witan

/// What the labels of examples are.
struct TaskFlags: ParsableArguments {
  enum Name: String, CaseIterable, ExpressibleByArgument { case choice, labels }

  @Option(
    name: .customLong("task"),
    help: ArgumentHelp(
      "choice: one label of all, degrees in \"labels\" are its shares and sum to 1. labels: each is yes or "
        + "no by itself. By default told from the examples.", valueName: "task"))
  var name: Name?

  /// nil when the examples tell.
  var task: ModelSpec.Task? { name.map { $0 == .choice ? .singleLabel : .multiLabel } }
}
