import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Compress: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a model smaller, and say what that costs.",
    discussion: """
      Without options: drops the rows that hold only zeros, which changes no score. --bits 4 halves the
      rows, --fold joins neighbouring buckets, --prune drops the rows that do least. --texts makes the
      last two much better: give the texts that the model was trained on. The labels in it are not read.
      --target-bytes tries what fits and takes the most accurate on --data; the figures are then of the
      data that chose, a little too good.
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the smaller model goes.", valueName: "model"))
  var output: String
  @Option(name: .long, help: "Bits of a weight, 8 or 4; by default those that the model has.")
  var bits: Int?
  @Option(name: .long, help: ArgumentHelp("Halve the number of buckets so often.", valueName: "times"))
  var fold: Int?
  @Option(name: .long, help: "Fold to so many buckets (log2).")
  var log2Buckets: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Share of the rows to drop, 0 to 1, those first that do least.", valueName: "share"))
  var prune: Double?
  @Option(
    name: .long, help: ArgumentHelp("The most accurate model of at most so many bytes.", valueName: "n"))
  var targetBytes: Int?
  @Option(
    name: .long, help: ArgumentHelp("Labelled examples to measure on, before and after.", valueName: "file"))
  var data: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Examples that tell which rows are used, and what the probabilities should stay near.",
      valueName: "file"))
  var texts: String?
  @OptionGroup var embeddings: EmbeddingsFlags
  @Flag(name: .long, help: "Print the figures as JSON.")
  var json = false

  func validate() throws {
    guard fold == nil || log2Buckets == nil else {
      throw ValidationError("Give either --fold or --log2-buckets.")
    }
    guard bits == nil || bits == 8 || bits == 4 else { throw ValidationError("--bits must be 8 or 4.") }
    guard fold ?? 0 >= 0 else { throw ValidationError("--fold must be 0 or more.") }
    guard prune.map({ $0 >= 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--prune must be at least 0 and below 1.")
    }
    guard let targetBytes else { return }
    guard targetBytes > 0 else { throw ValidationError("--target-bytes must be above 0.") }
    guard data != nil else { throw ValidationError("--target-bytes needs --data to judge by.") }
    guard bits == nil, fold == nil, log2Buckets == nil, prune == nil else {
      throw ValidationError("--target-bytes chooses bits, folds and pruning itself.")
    }
  }

  func run() throws {
    let original = try embeddings.classifier(path: model)
    if original.spec.dense != nil, !original.isComplete, embeddings.embeddings != "none" {
      throw WitanError(.invalidValue, "cannot be measured without its embeddings", at: model)
    }
    let examples = try data.map { try ExampleReader.all(path: $0) } ?? []
    let used = try texts.map { try ExampleReader.all(path: $0).map(\.text) } ?? []
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: model)))
    let compressed = try compress(
      Compressor(bytes: bytes, embeddings: original.embeddings, texts: used), examples)
    let report = try CompressionReport(
      original, bytes.count, Classifier(bytes: compressed.bytes, embeddings: original.embeddings),
      compressed.bytes.count, examples: examples, texts: used)
    try writeFile(compressed.bytes, to: output)
    if original.thresholdOrigin == .conformal, report.after.origin == .void {
      Terminal.note(
        "what 'witan calibrate' promised does not hold for the smaller model; calibrate it again.")
    }
    try Terminal.write(json ? report.json.text(indent: true) + "\n" : table(report))
    try Terminal.flush()
  }

  private func compress(
    _ compressor: Compressor, _ examples: [Example]
  ) throws(WitanError) -> CompressedModel {
    do {
      if let targetBytes { return try compressor.compress(toFit: targetBytes, judgedBy: examples) }
      return try compressor.compress(options(compressor.original.spec))
    } catch {
      throw WitanError(error.code, error.message, at: error.place.isEmpty ? model : error.place)
    }
  }

  private func options(_ spec: ModelSpec) throws(WitanError) -> CompressionOptions {
    var folds = fold ?? 0
    if let log2Buckets {
      folds = spec.features.log2Buckets - log2Buckets
      guard folds >= 0 else {
        throw WitanError(
          .invalidValue, "the table has 2^\(spec.features.log2Buckets) buckets; folding cannot give more",
          at: "--log2-buckets")
      }
    }
    return CompressionOptions(bits: bits, folds: folds, pruneShare: prune ?? 0)
  }

  private func table(_ r: CompressionReport) -> String {
    var out = "".padded(20) + "before".leftPadded(12) + "after".leftPadded(12) + "\n"
    func line(_ name: String, _ value: (CompressionReport.Side) -> String) {
      out += name.padded(20) + value(r.before).leftPadded(12) + value(r.after).leftPadded(12) + "\n"
    }
    line("bytes") { "\($0.bytes)" }
    line("rows") { "\($0.rows)" }
    line("buckets") { "\($0.buckets)" }
    line("bits of a weight") { "\($0.bits)" }
    if r.before.evaluation != nil {
      line("accuracy") { $0.evaluation.map { percent($0.accuracy, digits: 2) } ?? "" }
      line("macro-F1") { $0.evaluation.map { fixed($0.macroF1) } ?? "" }
      line("calibration error") { $0.evaluation.map { percent($0.ece, digits: 2) } ?? "" }
      line("log loss") { $0.evaluation.map { fixed($0.logLoss, 4) } ?? "" }
    }
    if let difference = r.largestDifference, let agreement = r.agreement {
      out += "on \(r.texts) texts: largest probability difference \(fixed(Double(difference))), "
      out += "same decision on \(percent(agreement, digits: 2))\n"
    }
    let share = Double(r.after.bytes) / Double(r.before.bytes)
    return out + "\(output): \(r.after.bytes) bytes, \(percent(share)) of the original\n"
  }
}
