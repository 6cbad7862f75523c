import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Set a model's threshold, or its prediction sets, so that errors are as rare as promised.",
    discussion: """
      With --benign and --fpr: a threshold that flags at most a promised share of benign streams.
      Give a sample of benign text like that to be graded: nothing is promised of other text. The threshold
      is a split-conformal quantile of the largest probability that each stream shows; the model carries
      what was promised and how large the sample was. A rate of 0.001 takes at least 999 texts.

        witan calibrate m.witan --benign traffic.jsonl --fpr 0.01 --held-out 0.5 -o calibrated.witan

      --held-out keeps a share of the sample to check the promise. --each length (or group) makes it for
      every class of lengths (or every group) by itself: the threshold is then the highest of them.

      With --labelled and --alpha: prediction sets. The finding on a text is then "falls under", "does
      not" or "cannot tell", and the set behind it holds the truth for at least 1 - alpha of the texts that
      fall under an output, and of those that do not. An alpha of 0.1 takes at least 9 texts of each.
      A text of {"labels": ["any"]} falls under a prohibition that nobody named; one of {"labels": []}
      under none. --per-group promises it to each "group" by itself: the sets are then the widest of them.

        witan calibrate m.witan --labelled judged.jsonl --alpha 0.1 --held-out 0.5 -o calibrated.witan
      """)

  /// What the promise is on.
  enum Unit: String, ExpressibleByArgument, CaseIterable { case stream, text }
  /// When a guard of a stream reads.
  enum Reads: String, ExpressibleByArgument, CaseIterable { case word, character }
  enum Division: String, ExpressibleByArgument, CaseIterable { case group, length }

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the calibrated model goes.", valueName: "model"))
  var output: String
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Benign texts, one a line, or examples; \"group\", else the label, names the groups of the report.",
      valueName: "file"))
  var benign: [String] = []
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Labelled examples that set prediction sets; \"group\" names the groups of the report.",
      valueName: "file"))
  var labelled: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Share of benign streams that may be flagged, above 0 and below 1.", valueName: "share"))
  var fpr: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Share of the labelled texts of each class whose set may lack the truth, above 0 and below 1.",
      valueName: "share"))
  var alpha: Double?
  @Flag(name: .long, help: "With --labelled: promise it to the texts of each group by themselves too.")
  var perGroup = false
  @Option(
    name: .long, help: "What is flagged: a stream, when any read is; a text, when its score at the end is.")
  var per = Unit.stream
  @Option(name: .long, help: "How often the guard of a stream reads: after each word or each character.")
  var reads = Reads.word
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Calibrate a guard with these windows, as in 16 48: use it with the same ones.", valueName: "words"))
  var windows: [Int] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Calibrate a guard that judges by the mean of the N largest grades: use it with the same N.",
      valueName: "n"))
  var top = 1
  @Option(
    name: .customLong("for"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Outputs: \"any\", ids of labels, or \"all\"; each gets its own promise. By default any; with --labelled all that the texts can carry.",
      valueName: "id"))
  var names: [String] = []
  @Option(
    name: .long, help: ArgumentHelp("Share of the texts that only check the promise.", valueName: "share"))
  var heldOut = 0.0
  @Option(name: .long, help: "Which texts are held out.")
  var seed: UInt64 = 1
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Make the promise for each of these classes too.", valueName: "classes"))
  var each: [Division] = []
  @Option(name: .long, help: "Classes of lengths.")
  var lengthClasses = 10
  @OptionGroup var standing: SideFlags
  @OptionGroup var embeddings: EmbeddingsFlags
  @Flag(name: .long, help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    guard benign.isEmpty != labelled.isEmpty else {
      throw ValidationError("Give either --benign with --fpr, or --labelled with --alpha.")
    }
    guard (fpr != nil) == !benign.isEmpty, (alpha != nil) == !labelled.isEmpty else {
      throw ValidationError("--benign needs --fpr, and --labelled needs --alpha.")
    }
    guard fpr ?? 0.5 > 0 && fpr ?? 0.5 < 1 else {
      throw ValidationError("--fpr must be above 0 and below 1.")
    }
    guard alpha ?? 0.5 > 0 && alpha ?? 0.5 < 1 else {
      throw ValidationError("--alpha must be above 0 and below 1.")
    }
    guard !labelled.isEmpty || !perGroup && standing.side == nil else {
      throw ValidationError("--per-group and --side go with --labelled.")
    }
    guard labelled.isEmpty || each.isEmpty && windows.isEmpty && top == 1 else {
      throw ValidationError("--each, --windows and --top go with --benign; --labelled has --per-group.")
    }
    guard 0..<1 ~= heldOut else { throw ValidationError("--held-out must be at least 0 and below 1.") }
    guard 1...100 ~= lengthClasses else { throw ValidationError("--length-classes must be 1 to 100.") }
    guard windows.isEmpty && top == 1 || (per == .stream && reads == .word) else {
      throw ValidationError("--windows and --top are of streams that are read after each word.")
    }
  }

  func run() throws {
    let classifier = try embeddings.classifier(path: model)
    if !classifier.isComplete, embeddings.embeddings != "none" {
      throw WitanError(.invalidValue, "cannot be calibrated without its embeddings", at: model)
    }
    guard let fpr else { return try calibrateSets(classifier) }
    let examples = try self.examples(benign)
    var options = CalibrationOptions(
      rate: fpr, reads: per == .text ? .end : StreamMaxima.Reads(rawValue: reads.rawValue)!, heldOut: heldOut,
      seed: seed)
    options.divisions = Set(each.map { CalibrationOptions.Division(rawValue: $0.rawValue)! })
    options.lengthClasses = lengthClasses
    Terminal.progress("reading \(examples.count) texts")
    options.windows = windows
    options.topGrades = top
    let sample =
      windows.isEmpty && top == 1
      ? StreamSample(classifier, examples, options.reads)
      : StreamSample(
        examples,
        maxima: try StreamMaxima.measure(
          examples.map(\.text), guarding: classifier, windows: windows, top: top))
    let calibration = try StreamCalibration(
      classifier, sample, outputs: outputs(classifier.spec), options)
    Terminal.endProgress()
    let bytes = try calibration.calibrated(Array(Data(contentsOf: URL(fileURLWithPath: model))))
    try writeFile(bytes, to: output)
    try Terminal.write(json ? calibration.json.text(indent: true) + "\n" : table(calibration))
    try Terminal.flush()
  }

  /// The examples of all files; of several files each names its groups.
  func examples(_ paths: [String]) throws(WitanError) -> [Example] {
    var out: [Example] = []
    for path in paths {
      let examples =
        labelled.isEmpty ? try ExampleReader.lenient(path: path) : try ExampleReader.all(path: path)
      guard !examples.isEmpty else { throw WitanError(.data, "there are no texts", at: path) }
      out += examples.map { example in
        guard paths.count > 1 else { return example }
        var example = example
        let group = example.group ?? (example.labels.count == 1 ? example.labels.keys.first : nil)
        example.group = ([lastComponent(path)] + (group.map { [$0] } ?? [])).joined(separator: ":")
        return example
      }
    }
    return out
  }

  private func outputs(_ spec: ModelSpec) -> [String] {
    if names.isEmpty { return ["any"] }
    return names.contains("all") ? spec.labels.map(\.id) + (spec.hasAny ? ["any"] : []) : names
  }

  private func table(_ c: StreamCalibration) -> String {
    var out = ""
    for o in c.outputs {
      out += "\(o.name): the threshold is now \(o.threshold); it was \(o.before)\n"
      out += "  promise: \(c.statement(o))\n"
      let texts = o.heldOut == nil ? "in this sample" : "held out"
      out += "  " + line(o.flaggedBefore, 30, "\(texts), old threshold")
      if let heldOut = o.heldOut {
        out += "  " + line(heldOut, 30, "\(texts), new threshold")
      } else {
        let flagged = o.lengths.reduce(0) { $0 + $1.flagged }
        out += "  " + "\(texts), new threshold".padded(30) + "\(flagged)".leftPadded(6)
        out += " of " + "\(o.flaggedBefore.n)".padded(7) + "(they set it: --held-out checks the promise)\n"
      }
    }
    if c.distinct < c.sampleSize {
      out +=
        "\(c.sampleSize - c.distinct) of the \(c.sampleSize) texts repeat others; the promise counts them "
      out += "as traffic that repeats\n"
    }
    if let first = c.outputs.first, c.outputs.count == 1 {
      let name = first.heldOut == nil ? "in this sample" : "held out"
      out += rates("\n\(name), flagged by the new threshold, by length", first.lengths)
      if !first.groups.isEmpty { out += rates("\nby group, worst first", first.groups) }
    }
    return out + "\n\(output): written\n"
  }

  private func rates(_ title: String, _ rates: [FlagRate]) -> String {
    "\(title)\n" + rates.map { line($0, 32) }.joined()
  }

  private func line(_ r: FlagRate, _ width: Int, _ name: String? = nil) -> String {
    let interval = "\(percent(r.interval.lowerBound)) to \(percent(r.interval.upperBound))"
    var out = (name ?? r.name).padded(width) + "\(r.flagged)".leftPadded(6) + " of " + "\(r.n)".padded(7)
    out += "\(percent(r.rate, digits: 2)) (95 %: \(interval))"
    if let expected = r.expected {
      out += "  promised: \(expected.lowerBound) to \(expected.upperBound) of them"
      out += r.isExpected == true ? "" : r.flagged > expected.upperBound ? "; it is MORE" : "; it is fewer"
    }
    return out + "\n"
  }
}
