import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model, also one of fastText, on labelled text.",
    discussion: """
      With --data: accuracy, F1, AUROC, recall at 1 % and 5 % false positives, calibration, groups,
      confusion and the worst mistakes; of models with prediction sets their coverage, how often they
      abstain, and how good the rest is.
      With --harmful and --benign (files of texts; labels are not read): how well a constitution's
      "any" output sets them apart, and the false-positive rate of each benign file or group.
      With --windows: the same of whole texts and of the largest grade that a guard with these windows gives
      at any word, side by side.
      A model of raters' opinions ('witan train --by'): how well each group's opinion says what its members say,
      the worst group first, beside the pooled one and --against; and whether the spread of opinions tells where
      raters disagree. The data are then ratings.
      With --activations: a probe over hidden states, by the largest smoothed logit of each sequence; with
      --text-model and its texts in --data also that model, and both combined.
      With --data and --stream (texts with spans, as 'witan synthesize --streams' makes them): how many
      words after the onset of harm a stream is flagged, what is flagged early or missed, and beside it
      the rate of false alarms on the innocent streams. --windows judges a guard with windows; --window
      and --rate average logits over words. --report draws delays.svg.
      With --data and --deletion: how many verdicts change when the words named for them (score --explain)
      are taken out of the text, beside as many words at random. Labels are not read.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @Option(name: .long, help: ArgumentHelp("Labelled examples.", valueName: "file"))
  var data: String?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Texts that should be flagged; each file is a set.", valueName: "file"))
  var harmful: [String] = []
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Texts that should not; each file, or each label in it, is a domain.", valueName: "file"))
  var benign: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --stream, --deletion, or --harmful and --benign: judge this principle's output, not \"any\".",
      valueName: "id"))
  var principle: String?
  @Flag(name: .long, help: "Measure delays: the data are streams with a known onset.")
  var stream = false
  @Flag(name: .long, help: "Test whether verdicts rest on the words that are named for them.")
  var deletion = false
  @Option(name: .long, help: "With --stream: the score that flags; by default the model's threshold.")
  var threshold: Float?
  @Option(
    name: .long,
    help: "With --stream: the threshold that at most this share of the innocent streams reach.")
  var fpr: Double?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Judge by the largest grade of windows of so many words, as in 16 48: with --stream as a guard does, else beside the whole text.",
      valueName: "words"))
  var windows: [Int] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --windows: by the mean of the N largest grades.", valueName: "n"))
  var top = 1
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of raters' opinions: another model to hold beside them, as of 'witan train --by majority'.",
      valueName: "model"))
  var against: String?
  @Option(name: .long, help: "How many mistakes to show.")
  var mistakes = 10
  @OptionGroup var activations: ActivationFlags
  @OptionGroup var smoothing: SmoothingFlags
  @OptionGroup var pictures: ReportFlags
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var disguises: ViewsFlags
  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func validate() throws {
    try pictures.validate(json: json)
    guard !deletion || activations.activations == nil else {
      throw ValidationError("--deletion does not go with --activations.")
    }
    if activations.activations != nil { return try validateProbe() }
    guard stream || smoothing.smoothing == nil else {
      throw ValidationError("--window and --rate go with --activations or --stream.")
    }
    if deletion { return try validateDeletion() }
    guard (data != nil) != (!harmful.isEmpty && !benign.isEmpty) else {
      throw ValidationError("Give either --data, or --harmful and --benign.")
    }
    guard stream || (threshold == nil && fpr == nil) else {
      throw ValidationError("--threshold and --fpr go with --stream.")
    }
    guard windows.isEmpty || !(disguises.views || pictures.report != nil && !stream || pictures.chart) else {
      throw ValidationError("--windows goes neither with --views nor with charts of whole texts.")
    }
    guard top == 1 || !windows.isEmpty else { throw ValidationError("--top goes with --windows.") }
    guard !stream || data != nil else { throw ValidationError("--stream needs --data: texts with spans.") }
    guard !stream || !pictures.chart else {
      throw ValidationError("--chart draws reliability; with --stream give --report for delays.svg.")
    }
    guard threshold == nil || fpr == nil else { throw ValidationError("Give either --threshold or --fpr.") }
    guard 0...1 ~= threshold ?? 0 else { throw ValidationError("--threshold must be in 0...1.") }
    guard fpr ?? 0 >= 0, fpr ?? 0 < 1 else { throw ValidationError("--fpr must be at least 0 and below 1.") }
    guard data != nil || (pictures.report == nil && !pictures.chart) else {
      throw ValidationError("--report and --chart go with --data: reliability needs labels.")
    }
  }

  func run() throws {
    if activations.activations != nil { return try evaluateProbe() }
    let opened = try disguises.apply(to: embeddings.model(path: model), path: model)
    let rated = try (opened as? Classifier).flatMap { try $0.opinionGroups() == nil ? nil : $0 }
    guard against == nil || rated != nil else {
      throw ValidationError("--against goes with a model of raters' opinions, and with --data.")
    }
    if let data, let rated, !stream, !deletion, windows.isEmpty {
      return try evaluateRaters(rated, data)
    }
    if let data, deletion {
      try testDeletion(opened, data)
    } else if let data, stream {
      try measureDelays(opened, data)
    } else if !windows.isEmpty {
      try compareWindows(opened)
    } else if let data {
      let examples = try ExampleReader.all(path: data)
      let evaluation = try Evaluation(opened, examples, mistakes: mistakes)
      let sets = try (opened as? Classifier).flatMap { try SetEvaluation($0, examples) }
      let note = evaluation.reliabilityNote + "model \(lastComponent(model))"
      try pictures.write([
        (
          "reliability",
          Chart.reliability(
            evaluation.reliability, title: "Reliability, \(lastComponent(data))",
            calibrationError: evaluation.ece, note: note)
        )
      ])
      if json {
        var fields = evaluation.json.object ?? [:]
        if let sets { fields["prediction_sets"] = sets.json }
        try Terminal.write(JSON.object(fields).text(indent: true) + "\n")
      } else {
        try Terminal.write(table(evaluation) + (sets.map(table) ?? ""))
      }
      if pictures.draws(json: json) {
        let chart = TerminalChart.reliability(
          evaluation.reliability, width: Terminal.chartWidth, characters: Terminal.characters,
          calibrationError: evaluation.ece, note: note)
        try Terminal.write("\n" + chart.text)
      }
    } else {
      let evaluation = try harm(opened)
      try Terminal.write(
        json ? evaluation.json.text(indent: true) + "\n" : table(evaluation) + findingsTable(evaluation))
    }
    try Terminal.flush()
  }

  func harm(_ model: some TextModel) throws(WitanError) -> HarmEvaluation {
    var sets: [(name: String, texts: [String])] = []
    for path in harmful { sets.append((name(path), try texts(path).map(\.text))) }
    return try HarmEvaluation(model, principle: principle, harmful: sets, benign: domains())
  }

  private func measureDelays(_ model: any TextModel, _ data: String) throws {
    let limit: StreamEvaluation.Threshold =
      threshold.map { .given($0) } ?? fpr.map { .falsePositiveRate($0) } ?? .model
    let streams = try ExampleReader.all(path: data)
    let evaluation: StreamEvaluation
    if windows.isEmpty {
      evaluation = try StreamEvaluation(
        model, principle: principle, streams, threshold: limit, smoothing: smoothing.smoothing)
    } else {
      guard let classifier = model as? Classifier else {
        throw WitanError(.unsupported, "--windows works with Witan's own models only", at: self.model)
      }
      evaluation = try StreamEvaluation(
        classifier, windows: windows, top: top, principle: principle, streams, threshold: limit,
        smoothing: smoothing.smoothing)
    }
    let note = "model \(lastComponent(self.model)), threshold \(fixed(Double(evaluation.threshold), 4))"
    try pictures.write([
      ("delays", Chart.delays(evaluation, title: "Delay of flags, \(lastComponent(data))", note: note))
    ])
    try Terminal.write(json ? evaluation.json.text(indent: true) + "\n" : evaluation.table)
  }

  private func texts(_ path: String) throws(WitanError) -> [Example] { try ExampleReader.all(path: path) }

  /// `dir/test.jsonl` is called `dir/test`.
  private func name(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    return url.deletingLastPathComponent().lastPathComponent + "/"
      + url.deletingPathExtension().lastPathComponent
  }

  /// Each benign file by its labels or groups, which name the domain.
  private func domains() throws(WitanError) -> [(name: String, texts: [String])] {
    var out: [(String, [String])] = []
    for path in benign {
      let examples = try texts(path)
      let groups = Dictionary(grouping: examples) { $0.group ?? $0.labels.keys.sorted().first ?? "" }
      for (group, members) in groups.sorted(by: { $0.key < $1.key }) {
        out.append((name(path) + (group.isEmpty ? "" : ":" + group), members.map(\.text)))
      }
    }
    return out
  }

  func table(_ e: Evaluation) -> String {
    func share(_ x: Double?) -> String { (x.map { fixed($0) } ?? "-").leftPadded(8) }
    var out = "examples \(e.n)   accuracy \(percent(e.accuracy)) "
    out += "(95 %: \(percent(e.accuracyInterval.lowerBound)) to \(percent(e.accuracyInterval.upperBound)))"
    out += "   macro-F1 \(fixed(e.macroF1))   calibration error \(percent(e.ece))\n\n"
    let width = min(28, e.labels.map(\.id.count).max() ?? 8)
    out += "label".padded(width) + "       n    prec  recall      F1   AUROC   R@1%   R@5%\n"
    for l in e.labels {
      out += l.id.padded(width) + "\(l.support)".leftPadded(8) + share(l.precision) + share(l.recall)
      out +=
        share(l.f1) + share(l.auroc) + share(l.recallAt1FPR).dropFirst() + share(l.recallAt5FPR).dropFirst()
      out += "\n"
    }
    if !e.groups.isEmpty {
      out += "\ngroups, worst first\n"
      for g in e.groups {
        out += g.group.padded(28) + "\(g.n)".leftPadded(8) + "  accuracy \(percent(g.accuracy)) "
        out += "(95 %: \(percent(g.interval.lowerBound)) to \(percent(g.interval.upperBound)))\n"
      }
    }
    if !e.confusion.isEmpty && e.labels.count <= 12 {
      out += "\nconfusion (rows: truth)\n" + "".padded(14)
      out += e.labels.map { String($0.id.prefix(8)).leftPadded(9) }.joined() + "\n"
      for (l, row) in zip(e.labels, e.confusion) {
        out += l.id.padded(14) + row.map { "\($0)".leftPadded(9) }.joined() + "\n"
      }
    }
    out += e.mistakeLines(isChoice: !e.confusion.isEmpty)
    return out
  }

  func table(_ e: HarmEvaluation) -> String {
    var out = "harmful set".padded(36) + "       n   AUROC    R@1%    R@5%  recall\n"
    for s in e.sets {
      out += s.name.padded(36) + "\(s.n)".leftPadded(8)
      out += [s.auroc, s.recallAt1FPR, s.recallAt5FPR, s.recall].map { fixed($0).leftPadded(8) }.joined()
      out += "\n"
    }
    out += "mean".padded(44) + fixed(e.meanAUROC).leftPadded(8) + "".padded(8)
    out += fixed(e.meanRecallAt5FPR).leftPadded(8) + "\n\n"
    out += "benign domain".padded(36) + "       n  false positives (95 %)\n"
    for d in e.domains {
      out += d.name.padded(36) + "\(d.n)".leftPadded(8) + "  \(percent(d.falsePositiveRate)) "
      out += "(\(percent(d.interval.lowerBound)) to \(percent(d.interval.upperBound)))\n"
    }
    return out
  }
}
