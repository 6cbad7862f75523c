import ArgumentParser
import Witan

/// Where the texts stand that a command grades.
struct SideFlags: ParsableArguments {
  enum Name: String, ExpressibleByArgument, CaseIterable { case prompt, response }

  @Option(
    name: .customLong("side"),
    help: ArgumentHelp(
      "What the text is: principles about the other side do not count. By default all do.", valueName: "side")
  )
  var name: Name?

  var side: Side? { name.flatMap { Side(rawValue: $0.rawValue) } }
}
