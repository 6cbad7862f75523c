import ArgumentParser
import Foundation
import Witan
import WitanConstitution
import WitanTraining

struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile a constitution to a classifier.",
    discussion: """
      Synthesises training data, trains, calibrates, evaluates on held-out seeds and writes the model,
      with a model card beside it (--card). Equal constitution, options and seed give the same file.
      """)

  @Argument(help: ArgumentHelp("The constitution.", valueName: "constitution.yaml"))
  var constitution: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "model"))
  var output: String
  @Option(
    name: .long, help: ArgumentHelp("Where the model card goes; by default nowhere.", valueName: "file.md"))
  var card: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A JSON report of 'witan evaluate --harmful ... --benign ... --json' for the card.",
      valueName: "file.json"))
  var measured: String?
  @Option(name: .long, help: "Seed of the split, the frames, the order and the dropout.")
  var seed: UInt64 = 1
  @Flag(
    name: .long,
    help: "Leave the dev and test parts out of the last fit, so that they measure text never seen.")
  var holdOut = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How the readings of a stream count together in training: "
        + (ProbeLoss.allCases.map(\.rawValue) + ["none"]).joined(separator: ", ")
        + "; none learns whole texts only.", valueName: "loss"))
  var streamLoss = ProbeLoss.window.rawValue
  @Option(name: .long, help: "How many mistakes on held-out texts to show.")
  var mistakes = 5
  @OptionGroup var training: TrainingFlags
  @OptionGroup var embeddings: EmbeddingsFlags
  @Flag(name: .long, help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    guard 0...10_000 ~= mistakes else { throw ValidationError("--mistakes must be 0 to 10000.") }
    if holdOut, training.ensemble ?? 1 > 1 {
      throw ValidationError(
        "--hold-out keeps the one network that was judged; an --ensemble is of the last fit.")
    }
    guard streamLoss == "none" || ProbeLoss(rawValue: streamLoss) != nil else {
      throw ValidationError(
        "--stream-loss must be one of \(ProbeLoss.allCases.map(\.rawValue).joined(separator: ", ")), none.")
    }
  }

  func run() throws {
    let started = Date()
    let constitution = try Constitution(path: constitution)
    for fault in constitution.unfinished { Terminal.note("note: \(fault)") }
    Terminal.progress("synthesising")
    let synthesis = Synthesis(constitution, seed: seed)
    var trainer = Trainer(
      options: training.options(.forConstitutions, seed: seed), embeddings: try embeddings.table())
    let loss = ProbeLoss(rawValue: streamLoss)
    trainer.options.streamLoss = loss ?? .mean
    trainer.onProgress = progressReporter()
    let compilation = try trainer.compile(
      constitution, synthesis, holdsOut: holdOut, learnsStreams: loss != nil, mistakes: mistakes)
    Terminal.endProgress()
    try writeFile(compilation.modelBytes, to: output)
    let measurement = try measured.map(readReport)
    if let card {
      try writeFile(
        ModelCard(constitution, synthesis.report, compilation, measured: measurement).markdown.utf8,
        to: card)
    }
    let seconds = Date().timeIntervalSince(started)
    if json {
      let report: JSON = [
        "model": .string(output), "bytes": JSON(compilation.modelBytes.count),
        "constitution": .string(constitution.id), "digest": .string(constitution.digest),
        "synthesis": synthesis.report.json, "training": compilation.summary.json,
        "held_out": compilation.evaluation.json,
      ]
      try Terminal.write(report.text(indent: true) + "\n")
    } else {
      try Terminal.write(table(compilation, synthesis, seconds))
    }
    try Terminal.flush()
  }

  private func readReport(_ path: String) throws(WitanError) -> JSON {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw WitanError.system("cannot be read", path)
    }
    do { return try JSON(parsing: String(decoding: data, as: UTF8.self)) } catch {
      throw WitanError(error.code, error.message, at: path)
    }
  }

  private func table(_ c: Compilation, _ s: Synthesis, _ seconds: Double) -> String {
    let e = c.evaluation
    let width = max(17, e.labels.map(\.id.count).max() ?? 0) + 2
    var out = "on held-out seeds".padded(width) + "       n   AUROC    R@1%    R@5%  threshold\n"
    func line(_ id: String, _ n: Int, _ values: [Double?], _ threshold: Float) -> String {
      id.padded(width) + "\(n)".leftPadded(8)
        + values.map { ($0.map { fixed($0) } ?? "-").leftPadded(8) }.joined()
        + fixed(Double(threshold), 2).leftPadded(11) + "\n"
    }
    for (l, label) in zip(e.labels, c.spec.labels) {
      out += line(l.id, l.support, [l.auroc, l.recallAt1FPR, l.recallAt5FPR], label.threshold)
    }
    if let any = c.any {
      out += line("any", any.support, [any.auroc, any.recallAt1FPR, any.recallAt5FPR], c.spec.anyThreshold)
    }
    out += e.mistakeLines(isChoice: false)
    out += "\n\(output): \(c.modelBytes.count / 1000) kB, \(c.spec.labels.count) principles, "
    out += "\(s.report.examples.values.reduce(0, +)) examples, \(c.summary.epochs) epochs, "
    out += "\(fixed(seconds, 1)) s\n"
    out += "Thresholds come from synthetic text; 'witan calibrate' sets them on real traffic.\n"
    return out
  }
}
