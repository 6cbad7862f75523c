import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show where constitutions disagree on a file of texts.",
    discussion: """
      Each model judges every text. The table shows who agrees with whom, the texts that are most contested, and
      where what one forbids is what another allows. Texts are lines, or JSONL with "text" and perhaps
      "prompt". --html writes a report for people who are no engineers, --report the matrix as SVG.
      """)

  @Argument(help: ArgumentHelp("Two or more models, as FILE or NAME=FILE.", valueName: "model"))
  var models: [String]
  @Option(name: .customLong("on"), help: ArgumentHelp("The texts; - is standard input.", valueName: "file"))
  var file: String
  @OptionGroup var embeddings: EmbeddingsFlags
  @OptionGroup var signing: SignatureFlags
  @OptionGroup var standing: SideFlags
  @Option(name: .long, help: "How many contested texts are shown.")
  var top = 10
  @Option(name: .long, help: ArgumentHelp("Where the report goes, one HTML file.", valueName: "file"))
  var html: String?
  @Option(
    name: .long, help: ArgumentHelp("Where agreement.svg goes; made when missing.", valueName: "folder"))
  var report: String?
  @Flag(name: .long, help: "Print the comparison as JSON.")
  var json = false

  func validate() throws {
    guard models.count >= 2 else { throw ValidationError("Give two models or more.") }
    guard 0...10_000 ~= top else { throw ValidationError("--top must be 0 to 10000.") }
  }

  func run() throws {
    let panel = try embeddings.panel(models, signing)
    let comparison = try compare(panel)
    if let html {
      try writeFile(ComparisonPage(comparison, source: lastComponent(file)).html.utf8, to: html)
    }
    if let report {
      var flags = ReportFlags()
      flags.report = report
      try flags.write([("agreement", .agreement(comparison))])
    }
    print(json ? comparison.json().text(indent: true) : comparison.table)
  }

  private func compare(_ panel: Panel) throws(WitanError) -> PanelComparison {
    let examples = try ExampleReader.lenient(path: file)
    guard !examples.isEmpty else { throw WitanError(.data, "has no texts", at: file) }
    var comparison = PanelComparison(panel.members.map(\.provenance), top: top)
    let scorer = PanelScorer(panel)
    var batch: [String] = []
    func flush() {
      _ = scorer.flush()
      for (i, text) in batch.enumerated() { comparison.add(text, scorer.verdict(of: i)) }
      batch.removeAll(keepingCapacity: true)
    }
    for example in examples {
      scorer.add(example.text, prompt: example.prompt, side: standing.side)
      batch.append(example.text)
      if scorer.isFull { flush() }
    }
    flush()
    return comparison
  }
}

extension PanelComparison {
  /// For a terminal.
  fileprivate var table: String {
    let names = members.map(\.provenance.member)
    let width = max(12, names.map(\.count).max() ?? 0) + 2
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
    func share(_ hits: Int) -> String { percent(textCount == 0 ? 0 : Double(hits) / Double(textCount)) }

    var out =
      "\(textCount) texts; on \(contestedCount) (\(share(contestedCount))) some object and others do not"
    out +=
      alpha.map {
        String(format: "\nKrippendorff's alpha %.2f (1: they always agree; 0: as chance would)", $0)
      } ?? ""
    out += "\n\n" + pad("", width)
    out += Standing.allCases.map { pad($0.words, 18) }.joined() + "alone in objecting\n"
    for member in members {
      let cells = Standing.allCases.map { pad(share(member.texts[$0] ?? 0), 18) }.joined()
      out += pad(member.provenance.member, width) + cells + "\(member.objectsAlone)\n"
    }
    out += "\nAgreement (both object or both do not; kappa is what chance would not give)\n"
    for a in agreements {
      let kappa = a.kappa.map { String(format: "kappa %5.2f", $0) } ?? "kappa     -"
      out += pad(a.first, width) + pad(a.second, width) + pad(a.share.map(percent) ?? "-", 9) + kappa
      out += "   only \(a.first) objects: \(a.onlyFirst), only \(a.second): \(a.onlySecond)\n"
    }
    if !contested.isEmpty { out += "\nMost contested\n" }
    for item in contested {
      out += "  \(item.text.singleLine(120))\n"
      for opinion in item.verdict.opinions where opinion.standing != .silent {
        let why = opinion.flagged.prefix(3).map(\.id).joined(separator: ", ")
        out +=
          "    " + pad(opinion.provenance.member, width)
          + pad(opinion.standing.words, 18) + String(format: "%.3f", opinion.objection)
          + (why.isEmpty ? "" : "  \(why)") + "\n"
      }
    }
    out += section("Where one forbids what another allows", relations(conflicts: true))
    out += section("Where two mean the same", relations(conflicts: false))
    if out.hasSuffix("\n") { out.removeLast() }
    return out
  }

  private func section(_ title: String, _ relations: [PrincipleRelation]) -> String {
    guard !relations.isEmpty else { return "" }
    var out = "\n\(title)\n"
    for r in relations.prefix(8) {
      func name(_ p: PrincipleRelation.Principle) -> String {
        "\(p.member) \(p.label.stance?.rawValue ?? "name")s \(p.label.id)"
      }
      out +=
        "  \(r.both) text\(r.both == 1 ? "" : "s"): \(name(r.first)), \(name(r.second))\n      such as: \(r.example.singleLine(100))\n"
    }
    return out
  }
}

extension String {
  /// On one line, at most `count` characters.
  fileprivate func singleLine(_ count: Int) -> String {
    let line = split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > count ? line.prefix(count - 1) + "…" : line
  }
}
