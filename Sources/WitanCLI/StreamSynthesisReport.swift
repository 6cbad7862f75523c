import Witan
import WitanConstitution

extension StreamSynthesis.Report {
  var json: JSON {
    [
      "rows": .array(
        rows.map {
          [
            "split": .string($0.split.rawValue), "kind": .string($0.kind.rawValue),
            "streams": JSON($0.streams), "words": JSON($0.words), "texts": JSON($0.texts),
            "median_lead": JSON($0.medianLead),
          ]
        }),
      "principles": .object(
        Dictionary(uniqueKeysWithValues: principles.map { ($0.id, JSON($0.streams)) })),
      "carriers": .object(
        Dictionary(uniqueKeysWithValues: carriers.map { ($0.key.rawValue, JSON($0.value)) })),
    ]
  }

  /// What people read of it.
  var table: String {
    var out = "split   kind         streams     words  distinct texts  median lead-in\n"
    for row in rows {
      out += row.split.rawValue.padded(8) + row.kind.rawValue.padded(12) + "\(row.streams)".leftPadded(8)
      out += "\(row.words)".leftPadded(10) + "\(row.texts)".leftPadded(16)
      out += "\(row.medianLead)".leftPadded(16) + "\n"
    }
    let width = (principles.map(\.id.count).max() ?? 0) + 2
    out += "\n" + "principle".padded(width) + " streams\n"
    for p in principles { out += p.id.padded(width) + "\(p.streams)".leftPadded(8) + "\n" }
    out += "background texts used: "
    let used = Synthesis.Split.allCases.compactMap { s in carriers[s].map { "\(s.rawValue) \($0)" } }
    return out + used.joined(separator: ", ") + "\n"
  }
}
