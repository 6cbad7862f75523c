import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score texts: one line in, one line out.",
    discussion: """
      Input is one text a line, or JSONL with "text" (told from the first line; --lines and --jsonl
      force it). Exit code 1 when a constitution's model flags any of them.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The model.", valueName: "model"))
  var model: String
  @Argument(help: "A file; - is standard input.")
  var file = "-"
  @OptionGroup var embeddings: EmbeddingsFlags
  @Flag(name: .long, help: "Print one JSON object a line.")
  var json = false
  @Flag(name: .long, help: "Name the words that drove the highest output.")
  var explain = false
  @Flag(name: .customLong("lines"), help: "Every line is a text, also when it looks like JSON.")
  var forceLines = false
  @Flag(name: .customLong("jsonl"), help: "Every line is a JSON object with \"text\".")
  var forceJSONL = false

  func run() throws {
    try score(with: embeddings.model(path: model))
  }

  private func score(with opened: some TextModel) throws {
    let classifier = opened as? Classifier
    guard classifier != nil || !explain else {
      throw WitanError(.unsupported, "--explain works with Witan's own models only", at: model)
    }
    let stream = opened.makeStream()
    var lines = try LineReader(path: file)
    var isJSONL: Bool? = forceLines ? false : forceJSONL ? true : nil
    var anyFlagged = false
    while let line = try lines.next() {
      if isJSONL == nil { isJSONL = looksLikeJSONL(line) }
      stream.reset()
      var text: String? = nil
      if isJSONL == true {
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        text = try Example(jsonLine: line, at: lines.place).text
        stream.push(text!)
      } else {
        line.withUnsafeBufferPointer(stream.push)
      }
      stream.finish()
      let scores = stream.scores
      anyFlagged = anyFlagged || scores.isFlagged(opened)
      let words =
        explain
        ? try classifier?.drivingWords(of: text.map { Array($0.utf8) } ?? Array(line), scores).map(\.text)
        : nil
      try Terminal.write(
        json ? object(scores, opened, words).text() + "\n" : row(scores, opened, words))
    }
    try Terminal.flush()
    if anyFlagged { throw ExitCode(1) }
  }

  private func looksLikeJSONL(_ line: ArraySlice<UInt8>) -> Bool {
    line.first(where: { $0 > 0x20 }) == UInt8(ascii: "{")
      && (try? line.withUnsafeBufferPointer { try JSON(parsing: $0) })?["text"] != nil
  }

  private func object(_ s: Scores, _ model: some TextModel, _ words: [String]?) -> JSON {
    var fields: [String: JSON] = [
      "scores": .object(
        Dictionary(
          uniqueKeysWithValues: zip(s.labels, s.probabilities).map { ($0.id, JSON($1)) })),
      "label": .string(s.best.id),
    ]
    if let any = s.any {
      fields["any"] = JSON(any)
      fields["flagged"] = .bool(s.isFlagged(model))
    }
    if s.replacements > 0 { fields["replaced"] = JSON(s.replacements) }
    if s.isTruncated { fields["truncated"] = true }
    if let words { fields["words"] = JSON(words) }
    return .object(fields)
  }

  private func row(_ s: Scores, _ model: some TextModel, _ words: [String]?) -> String {
    var out = ""
    if let any = s.any {
      let isFlagged = s.isFlagged(model)
      out += Terminal.styled(isFlagged ? "flagged" : "clean  ", isFlagged ? "31" : "32")
      out += "  any \(fixed(Double(any)))"
    }
    for j in s.probabilities.indices.sorted(by: { s.probabilities[$0] > s.probabilities[$1] }).prefix(3) {
      out += "  \(s.labels[j].id) \(fixed(Double(s.probabilities[j])))"
    }
    if let words { out += "  [\(words.joined(separator: ", "))]" }
    return out.trimmingCharacters(in: .whitespaces) + "\n"
  }
}

extension Scores {
  /// Whether a constitution's model holds the text against a prohibition. Models without stances
  /// never flag: their labels are no verdicts.
  func isFlagged(_ model: some TextModel) -> Bool { any.map { $0 >= model.anyThreshold } ?? false }
}
