import ArgumentParser
import Witan
import WitanConstitution

struct PolicyExplain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say in words what a policy does, layer by layer.")

  @Argument(help: ArgumentHelp("The policy.", valueName: "policy"))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a user set for themselves, as YAML or JSON: said too.", valueName: "file"))
  var user: String?
  @Flag(name: .long, help: "Print the paragraphs as JSON.")
  var json = false

  func run() throws {
    let policy = try Policy(path: file)
    var paragraphs = policy.explanation
    if let user { paragraphs += policy.explanation(of: try policy.userLayer(path: user)) }
    if json {
      let report: JSON = [
        "id": .string(policy.id), "version": .string(policy.version),
        "paragraphs": JSON(paragraphs),
      ]
      try Terminal.write(report.text() + "\n")
    } else {
      try Terminal.write(paragraphs.map { wrapped($0, to: 88) }.joined(separator: "\n\n") + "\n")
    }
    try Terminal.flush()
  }

  /// The paragraph in lines of at most `width` characters, where words allow it.
  private func wrapped(_ paragraph: String, to width: Int) -> String {
    var lines = [""]
    for word in paragraph.split(separator: " ") {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
