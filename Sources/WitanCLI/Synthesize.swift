import ArgumentParser
import Foundation
import Witan
import WitanConstitution

struct Synthesize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the training data that a constitution becomes.",
    discussion: """
      Framed seeds, near misses and benign background as JSONL, each line with its labels, weight and
      source. Equal constitution and seed give equal bytes. The counts go to standard error.

      With --streams instead long texts with a known onset, so many for each split: an innocent lead-in
      of up to 400 words, a seed as a span, an innocent tail; a quarter with a near miss in the seed's
      place, a quarter innocent throughout. 'witan evaluate --stream' measures on them.
      """)

  @Argument(help: ArgumentHelp("The constitution.", valueName: "constitution.yaml"))
  var constitution: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the examples go; - is standard output.", valueName: "file")
  )
  var output = "-"
  @Option(name: .long, help: "train, dev, test or all.")
  var split = "all"
  @Option(name: .long, help: "Seed of the split and of the frames.")
  var seed: UInt64 = 1
  @Option(
    name: .long, help: ArgumentHelp("Make streams with a known onset, so many a split.", valueName: "n"))
  var streams: Int?
  @Flag(
    name: .long, help: "Print the report as JSON (on standard error when the examples go to standard output)."
  )
  var json = false

  func validate() throws {
    guard split == "all" || Synthesis.Split(rawValue: split) != nil else {
      throw ValidationError("--split must be train, dev, test or all.")
    }
    guard 1...1_000_000 ~= streams ?? 1 else { throw ValidationError("--streams must be 1 to 1000000.") }
  }

  func run() throws {
    let constitution = try Constitution(path: constitution)
    let splits = Synthesis.Split.allCases.filter { split == "all" || $0.rawValue == split }
    if let streams {
      let made = try StreamSynthesis(constitution, streams: streams, splits: splits, seed: seed)
      return try write(
        made.examples, splits, json ? made.report.json.text(indent: true) + "\n" : made.report.table)
    }
    let synthesis = Synthesis(constitution, seed: seed)
    try write(
      synthesis.examples, splits,
      json ? synthesis.report.json.text(indent: true) + "\n" : synthesis.report.table)
  }

  private func write(
    _ examples: [Synthesis.Split: [Example]], _ splits: [Synthesis.Split], _ report: String
  ) throws(WitanError) {
    var lines = ""
    for part in splits {
      for example in examples[part] ?? [] {
        var fields = example.json.object ?? [:]
        fields["split"] = .string(part.rawValue)
        lines += JSON.object(fields).text() + "\n"
      }
    }
    if output == "-" {
      try Terminal.write(lines)
      Terminal.note(report)
    } else {
      try writeFile(lines.utf8, to: output)
      try Terminal.write(report)
    }
    try Terminal.flush()
  }
}

extension Synthesis.Report {
  var json: JSON {
    func pairs(_ list: [(text: String, of: String)]) -> JSON {
      .array(list.map { ["text": .string($0.text), "of": .string($0.of)] })
    }
    return [
      "background_texts": JSON(backgroundTexts), "topics": JSON(topics),
      "examples": .object(
        Dictionary(uniqueKeysWithValues: examples.map { ($0.key.rawValue, JSON($0.value)) })),
      "rows": .array(
        rows.map {
          [
            "id": .string($0.id), "seeds": JSON($0.seeds), "near_misses": JSON($0.nearMisses),
            "examples": JSON($0.examples),
          ]
        }),
      "duplicates": pairs(duplicates), "contradictions": pairs(contradictions),
    ]
  }

  var table: String {
    let width = (rows.map(\.id.count).max() ?? 0) + 2
    var out = "principle".padded(width) + "   seeds  near misses  examples\n"
    for row in rows {
      out += row.id.padded(width) + "\(row.seeds)".leftPadded(8) + "\(row.nearMisses)".leftPadded(13)
      out += "\(row.examples)".leftPadded(10) + "\n"
    }
    out += "background: \(backgroundTexts) texts on \(topics) topics\n"
    out += "examples: "
    out += Synthesis.Split.allCases.map { "\($0.rawValue) \(examples[$0] ?? 0)" }.joined(separator: ", ")
    out += "\nleft out: \(duplicates.count) near-duplicates, \(contradictions.count) that contradict a seed\n"
    for c in contradictions { out += "  contradicts \(c.of): \(c.text)\n" }
    return out
  }
}
