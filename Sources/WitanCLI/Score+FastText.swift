import Foundation
import Witan
import WitanTraining

extension Score {
  /// Scores with a model that is not Witan's own: one line after the other, no words named.
  func scoreOneByOne(_ model: some TextModel, _ provenance: ModelProvenance?) throws {
    guard !explain else {
      throw WitanError(.unsupported, "--explain works with Witan's own models only", at: self.model)
    }
    let stream = model.makeStream()
    var lines = try LineReader(path: file)
    var isJSONL: Bool? = forceLines ? false : forceJSONL ? true : nil
    while let line = try lines.next() {
      if isJSONL == nil { isJSONL = looksLikeJSONL(line) }
      stream.reset()
      if isJSONL == true {
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        stream.push(try Example(jsonLine: line, at: lines.place).text)
      } else {
        line.withUnsafeBufferPointer(stream.push)
      }
      stream.finish()
      try Terminal.write(json ? object(stream.scores, provenance).text() + "\n" : row(stream.scores))
    }
    try Terminal.flush()
  }

  private func object(_ s: Scores, _ provenance: ModelProvenance?) -> JSON {
    var fields: [String: JSON] = [
      "scores": .object(
        Dictionary(
          uniqueKeysWithValues: zip(s.labels, s.probabilities).map { ($0.id, JSON($1)) })),
      "label": .string(s.best.id),
    ]
    if s.replacements > 0 { fields["replaced"] = JSON(s.replacements) }
    if let provenance { fields["model"] = provenance.json }
    if s.isTruncated { fields["truncated"] = true }
    return .object(fields)
  }

  private func row(_ s: Scores) -> String {
    let order = s.probabilities.indices.sorted { s.probabilities[$0] > s.probabilities[$1] }
    return order.prefix(3).map { "\(s.labels[$0].id) \(fixed(Double(s.probabilities[$0])))" }
      .joined(separator: "  ") + "\n"
  }
}

/// Whether a line is a JSON object with a text.
func looksLikeJSONL(_ line: ArraySlice<UInt8>) -> Bool {
  line.first(where: { $0 > 0x20 }) == UInt8(ascii: "{")
    && (try? line.withUnsafeBufferPointer { try JSON(parsing: $0) })?["text"] != nil
}
