import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a fastText model (.bin, .ftz) one safetensors file with int8 rows.",
    discussion: """
      The result scores as the source does, but for the rounding of the rows; measure that with --on.
      score and evaluate take both files.
      """)

  @Argument(help: "The fastText model.")
  var model: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the converted model goes.", valueName: "file"))
  var output: String
  @Flag(name: .customLong("float"), help: "Keep float32 rows: the same scores, four times the size.")
  var keepsFloats = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts (fastText lines, JSONL, CSV) to compare source and result on.", valueName: "file"))
  var on: String?
  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func run() throws {
    let source = try FastTextModel(path: model)
    let conversion = try FastTextConversion(source, keepingFloats: keepsFloats)
    try writeFile(conversion.bytes, to: output)
    let before = try FileManager.default.attributesOfItem(atPath: model)[.size] as? Int ?? 0
    let agreement = try on.map { try agree(source, FastTextModel(path: output), on: $0) }
    var report: [String: JSON] = [
      "bytes_before": JSON(before), "bytes_after": JSON(conversion.bytes.count),
      "rows": JSON(conversion.rowCount), "rows_dropped": JSON(conversion.droppedRows),
      "labels": JSON(source.labels.count), "words": JSON(source.wordCount),
    ]
    if let agreement {
      report["compared"] = [
        "texts": JSON(agreement.texts), "same_label": JSON(agreement.share),
        "largest_difference": JSON(agreement.largestDifference),
      ]
    }
    try Terminal.write(
      json ? JSON.object(report).text(indent: true) + "\n" : text(conversion, before, agreement))
    try Terminal.flush()
  }

  /// How two models score the same texts.
  private struct Agreement {
    var texts = 0
    var same = 0
    var largestDifference: Float = 0
    var share: Double { texts == 0 ? 1 : Double(same) / Double(texts) }
  }

  private func agree(
    _ source: FastTextModel, _ result: FastTextModel, on path: String
  ) throws(WitanError) -> Agreement {
    let streams = [source.makeStream(), result.makeStream()]
    var examples = try ExampleReader(path: path)
    var out = Agreement()
    while let example = try examples.next() {
      for stream in streams {
        stream.reset()
        stream.push(example.text)
        stream.finish()
      }
      let (p, q) = (streams[0].read(), streams[1].read())
      out.texts += 1
      out.same += p.indices.max { p[$0] < p[$1] } == q.indices.max { q[$0] < q[$1] } ? 1 : 0
      for (a, b) in zip(p, q) { out.largestDifference = max(out.largestDifference, abs(a - b)) }
    }
    return out
  }

  private func text(_ c: FastTextConversion, _ before: Int, _ agreement: Agreement?) -> String {
    func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, 2) + " MB" }
    var out = "\(output): \(megabytes(c.bytes.count)), was \(megabytes(before)); \(c.rowCount) rows"
    if c.droppedRows > 0 { out += ", \(c.droppedRows) of zeros left out" }
    out += "\n"
    if let agreement {
      out += "same label for \(percent(agreement.share, digits: 2)) of \(agreement.texts) texts; "
      out += "largest difference of a probability \(fixed(Double(agreement.largestDifference), 4))\n"
    }
    return out
  }
}
