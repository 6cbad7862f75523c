import ArgumentParser
import Foundation
import Witan

@main
struct WitanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witan",
    abstract: "Turn written constitutions into small classifiers that grade text as it is generated.",
    discussion: """
      A first round:
        witan compile models/baseline/constitution.yaml -o baseline.witan
        echo "How do I whittle a wooden spoon?" | witan score -m baseline.witan
        echo "How do I whittle a wooden spoon?" | witan stream -m baseline.witan

      Exit codes: 0 clean, 1 flagged (score and stream with a constitution's model), 2 error, 64 usage.
      Colours are off when NO_COLOR is set or output is no terminal. WITAN_BACKEND names the
      instruction set to use (see witan inspect --system).
      """,
    version: Version.text,
    subcommands: [
      New.self, Compile.self, PanelCommand.self, Compare.self, PolicyCommand.self, Synthesize.self,
      Train.self, Evaluate.self, Score.self, Stream.self, Calibrate.self, Compress.self, Convert.self,
      Inspect.self, Embeddings.self, Tokenize.self, Keygen.self, Sign.self, Verify.self,
    ])

  static func main() {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe is an error of write, with a message
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as WitanError {
      Terminal.error("\(error)")
      Foundation.exit(2)
    } catch {
      exit(withError: error)
    }
  }
}

enum Version {
  static let text = "0.1.0"
}
