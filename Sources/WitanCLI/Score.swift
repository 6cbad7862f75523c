import ArgumentParser
import Foundation
import Witan

struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score texts: one line in, one line out.",
    discussion: """
      Input is one text a line, or JSONL with "text" (told from the first line; --lines and --jsonl
      force it). An object with "prompt" too is an answer, judged in the light of its prompt. Exit code
      1 when a constitution's model flags any of them. A line that cannot be read
      ends it; the results of those before it are written. Memory: about 4 MB a thread, or the longest line.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @Argument(help: "A file; - is standard input.")
  var file = "-"
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var signing: SignatureFlags
  @OptionGroup var disguises: ViewsFlags
  @OptionGroup var standing: SideFlags
  @Flag(name: .long, help: "Print one JSON object a line.")
  var json = false
  @Flag(name: .long, help: "Name the words that drove the highest output.")
  var explain = false
  @Flag(name: .customLong("lines"), help: "Every line is a text, also when it looks like JSON.")
  var forceLines = false
  @Flag(name: .customLong("jsonl"), help: "Every line is a JSON object with \"text\".")
  var forceJSONL = false

  @Option(
    name: .long,
    help: "Threads that score; the results and their order do not depend on it. By default all cores.")
  var threads: Int?

  func validate() throws {
    guard threads ?? 1 >= 1 && threads ?? 1 <= 1024 else {
      throw ValidationError("--threads must be 1 to 1024.")
    }
  }

  func run() throws {
    let source = try ModelSource(path: model, signing: signing)
    let opened = try disguises.apply(to: embeddings.model(source), path: model)
    let viewed = opened as? ViewedModel
    guard let classifier = viewed?.classifier ?? opened as? Classifier else {
      guard standing.side == nil else {
        throw WitanError(.unsupported, "--side works with Witan's own models only", at: model)
      }
      return try scoreOneByOne(opened, source.provenance)
    }
    if !json {
      Terminal.note(on: classifier.thresholdOrigin)
      Terminal.note(on: classifier.predictionSets)
    }
    var options = LineScoring.Options(isJSON: json, explains: explain, looksForViews: viewed != nil)
    options.side = standing.side
    options.provenance = source.provenance
    options.isJSONL = forceLines ? false : forceJSONL ? true : nil
    let scoring = try LineScoring(classifier, path: file, options)
    if try scoring.run(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) { throw ExitCode(1) }
  }
}

extension Scores {
  /// Whether a constitution's model holds the text against a prohibition. Models without stances
  /// never flag: their labels are no verdicts.
  func isFlagged(_ model: some TextModel) -> Bool { any.map { $0 >= model.anyThreshold } ?? false }
}
