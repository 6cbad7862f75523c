import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a classifier from labelled text.",
    discussion: """
      Data is JSONL ("text" with "label" or "labels"), CSV with a header, or fastText lines; the
      format is told from the name or the first line. With one "label" in every example the labels
      are one choice (softmax), else each is yes or no by itself; --task choice takes "labels" as the
      shares of one choice. Equal data, options and seed give the same file, byte for byte.

      Examples with "spans" (label, start, end in bytes) say which part of a text has a label; with --windows a
      model learns windows of a few words by what they hold, for guards with the same windows.

      With --teacher a model learns from another, larger one too, also from text without labels. With
      --warm-start training goes on from a model, which may get new labels.

      With --by the data are ratings: JSONL with "text" and "ratings" (a list of "label" in 0...1, "rater", "group" or
      any field), or one rating a line. The model has one opinion for each group of raters, and one for all. See
      docs/raters.md.

      With --activations a probe is trained, over the hidden states of the model that generates; --data and
      --dev are then the texts of the sequences, for --text-model. See docs/probes.md.
      """)

  @Option(name: .long, help: ArgumentHelp("Training examples; - is standard input.", valueName: "file"))
  var data: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Examples for early stopping and calibration; by default a tenth of the data.", valueName: "file"))
  var dev: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "model"))
  var output: String
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Learn windows of so many words, as in 1 2 4, in place of texts whose labels have spans.",
      valueName: "words"))
  var windows: [Int] = []
  @Option(name: .long, help: "Seed of the split, the order and the dropout.")
  var seed: UInt64 = 1
  @OptionGroup var raters: RaterFlags
  @OptionGroup var task: TaskFlags
  @OptionGroup var teaching: TeacherFlags
  @OptionGroup var start: WarmStartFlags
  @OptionGroup var training: TrainingFlags
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var activations: ActivationFlags
  @OptionGroup var probe: ProbeFlags
  @OptionGroup var pictures: ReportFlags
  @Option(name: .long, help: "jsonl, csv or fasttext, when it cannot be told.", transform: dataFormat)
  var format: DataFormat?
  @Flag(name: .long, help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    try pictures.validate(json: json)
    if activations.activations != nil {
      guard windows.isEmpty else { throw ValidationError("--windows are of texts, not of activations.") }
      guard !raters.isGiven else { throw ValidationError("--by is of texts, not of activations.") }
      return try validateProbe()
    }
    guard data != nil else { throw ValidationError("Give --data, or --activations for a probe.") }
    try probe.validateAbsence()
    guard dev == nil || training.folds ?? 1 == 1 else {
      throw ValidationError("--folds takes the held-out parts from --data; leave --dev out.")
    }
    try start.validate(training)
    if raters.isGiven { try validateRaters() }
  }

  func run() throws {
    guard let data else { return try trainProbe() }
    if activations.activations != nil { return try trainProbe() }
    let warmStart = try start.warmStart(training)
    let labels = try warmStart.map { try start.task(task.task, of: $0) } ?? task.task
    func read(_ path: String) throws(WitanError) -> [Example] {
      let examples = try ExampleReader.all(path: path, format: format, task: labels)
      return windows.isEmpty
        ? examples : try SpanWindows(sizes: windows).replacing(examples, seed: seed)
    }
    let table = try warmStart.map { try start.table(embeddings, of: $0) } ?? embeddings.table()
    var options = TrainingOptions()
    if let warmStart { options.start(from: warmStart) }
    options = training.options(options, seed: seed)
    options.distillation = try teaching.distillation(embeddings)
    var trainer = Trainer(options: options, embeddings: table)
    trainer.onProgress = progressReporter()
    let (result, opinions, devExamples) =
      raters.isGiven
      ? try trainOnRatings(data, trainer)
      : try { () -> (Trainer.Result, RaterTrainer.Result?, [Example]?) in
        let devExamples = try dev.map { try read($0) }
        return (try trainer.train(read(data), dev: devExamples), nil, devExamples)
      }()
    Terminal.endProgress()
    try writeFile(result.modelBytes, to: output)
    let summary = result.summary
    try pictures.write(charts(result, devExamples, table))
    if json {
      var fields = summary.json.object ?? [:]
      fields["model"] = .string(output)
      fields["bytes"] = JSON(result.modelBytes.count)
      fields["train_loss"] = .array(summary.trainLoss.map { JSON(($0 * 1e5).rounded() / 1e5) })
      if let opinions { fields.merge(self.fields(opinions)) { $1 } }
      try Terminal.write(JSON.object(fields).text(indent: true) + "\n")
    } else {
      try Terminal.write(
        "\(output): \(result.modelBytes.count / 1000) kB from \(summary.examples) examples in "
          + "\(fixed(summary.seconds, 1)) s, \(summary.epochs) epochs\n"
          + "recipe (of \(summary.recipesTried) tried): \(summary.recipe.json.text())\n"
          + (summary.members > 1 ? "the mean of \(summary.members) networks\n" : "") + start.report(summary))
      if let q = summary.quantization {
        try Terminal.write(
          "accuracy on \(summary.devExamples) held-out examples"
            + (summary.folds > 1 ? " (\(summary.folds) folds)" : "") + ": \(percent(q.int8Accuracy)) "
            + "(float32 weights: \(percent(q.floatAccuracy))"
            + (q.accuracyWithoutEmbeddings.map { "; without the embeddings: \(percent($0))" } ?? "") + ")\n")
      }
    }
    if let opinions, !json { try Terminal.write(report(opinions)) }
    if pictures.draws(json: json) {
      let chart = TerminalChart.learningCurves(
        train: summary.trainLoss, dev: devLoss(summary), width: Terminal.chartWidth,
        characters: Terminal.characters)
      try Terminal.write("\n" + chart.text)
    }
    try Terminal.flush()
  }

  /// Without a dev part the summary repeats the train loss.
  private func devLoss(_ summary: TrainingSummary) -> [Double] {
    summary.devExamples > 0 ? summary.devLoss : []
  }

  /// The learning curves, and the reliability on a dev part that was given: of one that was held out
  /// the final weights have learnt.
  private func charts(
    _ result: Trainer.Result, _ dev: [Example]?, _ table: StaticEmbeddings?
  ) throws(WitanError) -> [(name: String, chart: Chart)] {
    guard pictures.report != nil else { return [] }
    let curves = Chart.learningCurves(
      train: result.summary.trainLoss, dev: devLoss(result.summary),
      title: "Learning curves, \(lastComponent(data ?? ""))")
    guard let dev, !dev.isEmpty else { return [("learning-curve", curves)] }
    let evaluation = try Evaluation(Classifier(bytes: result.modelBytes, embeddings: table), dev)
    let reliability = Chart.reliability(
      evaluation.reliability, title: "Reliability, \(lastComponent(self.dev ?? ""))",
      calibrationError: evaluation.ece,
      note: evaluation.reliabilityNote + "calibrated on these same examples")
    return [("learning-curve", curves), ("reliability", reliability)]
  }
}

func dataFormat(_ name: String) throws -> DataFormat {
  guard let format = DataFormat(rawValue: name) else {
    throw ValidationError("--format must be jsonl, csv or fasttext.")
  }
  return format
}

/// Writes a line on each epoch over the one before.
func progressReporter() -> (TrainingProgress) -> Void {
  var meter = ProgressMeter(now: ProcessInfo.processInfo.systemUptime)
  return { progress in
    let line = meter.line(progress, now: ProcessInfo.processInfo.systemUptime)
    Terminal.progress(line.text(width: Terminal.errorWidth - 1))
  }
}
