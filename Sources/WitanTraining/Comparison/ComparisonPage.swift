internal import Foundation
internal import Witan

/// A comparison as one HTML file for people who are no engineers: no scripts, fonts or links, light and dark.
public struct ComparisonPage: Sendable {
  /// The file's text.
  public let html: String

  /// `source` says which texts were compared; at most `relations` rows of each table of principles.
  public init(_ comparison: PanelComparison, source: String, relations limit: Int = 12) {
    let page = Page(comparison: comparison, source: source, limit: limit)
    html = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Where \(comparison.members.count) constitutions disagree</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>
      \(page.heading)
      \(page.membersSection)
      \(page.agreementSection)
      \(page.contestedSection)
      \(page.conflictSection)
      \(page.overlapSection)
      </main>
      </body>
      </html>

      """
  }

  private static let style = """
    :root{color-scheme:light dark;--ground:#fff;--text:#1c1f23;--soft:#5d6570;--rule:#e3e6ea;--card:#f6f7f9;\
    --objects:#b3412e;--accepts:#2f6f9f;--supports:#2e7d4f;--undecided:#8a7a2c;--heat:47,111,159}
    @media (prefers-color-scheme:dark){:root{--ground:#15181c;--text:#e8eaed;--soft:#a0a7b0;--rule:#2b3138;\
    --card:#1d2126;--objects:#ef8a76;--accepts:#7cb7ee;--supports:#7ccf9d;--undecided:#d9c66a;--heat:124,183,238}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--text);\
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
    h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
    p{margin:.4rem 0;max-width:46rem}.soft{color:var(--soft);font-size:.9rem}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--rule);vertical-align:top}
    th{font-weight:600;font-size:.85rem;color:var(--soft)}td.n,th.n{text-align:right}td.n{white-space:nowrap}
    .who td:first-child{min-width:22rem}
    .matrix td{text-align:center;border:2px solid var(--ground);min-width:5.5rem}
    .matrix th{white-space:nowrap}
    article{background:var(--card);border-radius:.5rem;padding:.9rem 1.1rem;margin:1rem 0}
    blockquote{margin:0 0 .6rem;font-size:1.05rem;overflow-wrap:anywhere}
    .opinion{display:grid;grid-template-columns:minmax(8rem,13rem) 8.5rem minmax(6rem,1fr) 3.5rem;gap:.2rem .8rem;\
    align-items:center;padding:.15rem 0}
    .bar{position:relative;height:.7rem;border-radius:.35rem;background:var(--rule)}
    .bar i{position:absolute;left:0;top:0;bottom:0;border-radius:.35rem}
    .bar b{position:absolute;top:-.2rem;bottom:-.2rem;width:2px;background:var(--text)}
    .why{grid-column:2/-1;color:var(--soft);font-size:.88rem}
    .objects{color:var(--objects)}.accepts{color:var(--accepts)}.supports{color:var(--supports)}\
    .undecided{color:var(--undecided)}
    i.objects{background:var(--objects)}i.accepts{background:var(--accepts)}i.supports{background:var(--supports)}\
    i.undecided{background:var(--undecided)}
    .objects,.accepts,.supports,.undecided{font-weight:600}
    @media (max-width:40rem){.opinion{grid-template-columns:1fr auto}.opinion .bar{grid-column:1/-1}\
    .why{grid-column:1/-1}}
    @media print{article{break-inside:avoid}}
    """
}

/// The parts of the page.
private struct Page {
  let comparison: PanelComparison
  let source: String
  let limit: Int

  private func escape(_ text: String) -> String { SVG.escape(text) }

  private func percent(_ hits: Int, _ n: Int) -> String {
    n == 0 ? "–" : ChartText.percent(Double(hits) / Double(n))
  }

  var heading: String {
    let (n, contested) = (comparison.textCount, comparison.contestedCount)
    let alpha = comparison.alpha.map {
      " Beyond chance they agree to \(String(format: "%.2f", $0)) on a scale where 1 is always and 0 is what "
        + "chance would give (Krippendorff's alpha)."
    }
    return """
      <h1>Where \(comparison.members.count) constitutions disagree</h1>
      <p>Each judged the same \(ChartText.count(n)) texts of <em>\(escape(source))</em>. On \
      \(ChartText.count(contested)) of them (\(percent(contested, n))) at least one objects and at least one does \
      not.\(alpha ?? "")</p>
      <p class="soft">These are opinions of small classifiers that were made from written constitutions. They err, and a \
      disagreement can be an error of one of them. Read the texts.</p>
      """
  }

  var membersSection: String {
    let rows = comparison.members.map { member in
      let p = member.provenance
      func cell(_ standing: Standing) -> String {
        "<td class=\"n\">\(percent(member.texts[standing] ?? 0, comparison.textCount))</td>"
      }
      return """
        <tr><td><strong>\(escape(p.title))</strong><br><span class="soft">\(escape(p.member)) · \
        \(escape(p.shortName))</span>\(p.author.map { "<br><span class=\"soft\">\(escape($0))</span>" } ?? "")</td>\
        \(Standing.allCases.map(cell).joined())<td class="n">\(member.objectsAlone)</td>\
        <td class="n">\(member.acceptsAlone)</td></tr>
        """
    }
    return """
      <h2>Who speaks</h2>
      <div class="scroll"><table class="who">
      <tr><th>Constitution</th>\(Standing.allCases.map { "<th class=\"n\">\($0.words)</th>" }.joined())\
      <th class="n">alone in objecting</th><th class="n">alone in not objecting</th></tr>
      \(rows.joined(separator: "\n"))
      </table></div>
      """
  }

  var agreementSection: String {
    let names = comparison.members.map(\.provenance.member)
    let agreements = Dictionary(
      uniqueKeysWithValues: comparison.agreements.map { ("\($0.first)\t\($0.second)", $0) })
    let rows = names.indices.map { i in
      let cells = names.indices.map { j -> String in
        guard i != j else { return "<td class=\"soft\">–</td>" }
        let agreement = agreements["\(names[min(i, j)])\t\(names[max(i, j)])"]!
        guard let share = agreement.share else { return "<td class=\"soft\">no texts</td>" }
        // From 50 to 100 % of the texts: pairs rarely agree less.
        let heat = String(format: "%.2f", max(0, min(1, (share - 0.5) * 2)) * 0.55)
        let hint =
          "both object: \(agreement.bothObject); only \(agreement.first): \(agreement.onlyFirst); only "
          + "\(agreement.second): \(agreement.onlySecond); neither: \(agreement.neither)"
        let kappa = agreement.kappa.map { String(format: "%.2f", $0) } ?? "–"
        return """
          <td style="background:rgba(var(--heat),\(heat))" title="\(escape(hint))">\(ChartText.percent(share))<br>\
          <span class="soft">κ \(kappa)</span></td>
          """
      }
      return "<tr><th>\(escape(names[i]))</th>\(cells.joined())</tr>"
    }
    return """
      <h2>Who agrees with whom</h2>
      <p class="soft">The share of texts on which both object or both do not. κ is the agreement beyond what their rates \
      alone would give (Cohen's kappa).</p>
      <div class="scroll"><table class="matrix">
      <tr><th></th>\(names.map { "<th>\(escape($0))</th>" }.joined())</tr>
      \(rows.joined(separator: "\n"))
      </table></div>
      """
  }

  var contestedSection: String {
    let articles = comparison.contested.map { item in
      "<article><blockquote>\(escape(ChartText.cut(item.text, 600)))</blockquote>\n"
        + item.verdict.opinions.filter { $0.standing != .silent }.map(opinion).joined(separator: "\n")
        + "\n</article>"
    }
    return """
      <h2>The most contested texts</h2>
      <p class="soft">Bars show the probability that the constitution objects, the mark its own threshold.</p>
      \(articles.isEmpty ? "<p>Nowhere do some object while others do not.</p>" : articles.joined(separator: "\n"))
      """
  }

  private func opinion(_ opinion: Opinion) -> String {
    let standing = opinion.standing
    let width = String(format: "%.1f", 100 * opinion.objection)
    let mark =
      opinion.anyThreshold.map { "<b style=\"left:\(String(format: "%.1f", 100 * $0))%\"></b>" } ?? ""
    // Under "does not object" a prohibition would read as its contrary.
    let said = opinion.flagged.filter { standing == .objects || $0.stance != .prohibit }
    let flagged = said.prefix(4).map { label in
      "\(label.stance.map { $0.rawValue + "s: " } ?? "")\(label.title)"
    }
    return """
      <div class="opinion"><span>\(escape(opinion.provenance.title))</span>\
      <span class="\(standing.rawValue)">\(standing.words)</span>\
      <span class="bar"><i class="\(standing.rawValue)" style="width:\(width)%"></i>\(mark)</span>\
      <span>\(ChartText.percent(Double(opinion.objection)))</span>\
      \(flagged.isEmpty ? "" : "<span class=\"why\">\(escape(flagged.joined(separator: " · ")))</span>")</div>
      """
  }

  var conflictSection: String {
    relationSection(
      conflicts: true, title: "Where one forbids what another allows",
      note:
        "Principles of two constitutions that apply to the same texts, one against them and one for them.",
      none: "No principle against a text met one for it on these texts.")
  }

  var overlapSection: String {
    relationSection(
      conflicts: false, title: "Where two mean the same",
      note: "Principles of two constitutions, both against or both for, that apply to the same texts.",
      none: "No two principles applied to the same texts.")
  }

  private func relationSection(conflicts: Bool, title: String, note: String, none: String) -> String {
    let relations = comparison.relations(conflicts: conflicts)
    func name(_ p: PrincipleRelation.Principle) -> String {
      """
      <strong>\(escape(p.label.title))</strong><br><span class="soft">\(escape(p.member)) \
      \(p.label.stance?.rawValue ?? "names")s it, \(p.texts) \(p.texts == 1 ? "text" : "texts")</span>
      """
    }
    let rows = relations.prefix(limit).map {
      """
      <tr><td>\(name($0.first))</td><td>\(name($0.second))</td><td class="n">\($0.both)</td>\
      <td>\(escape(ChartText.cut($0.example, 160)))</td></tr>
      """
    }
    let more = relations.count - rows.count
    return """
      <h2>\(title)</h2>
      <p class="soft">\(note)</p>
      \(rows.isEmpty
        ? "<p>\(none)</p>"
        : """
        <div class="scroll"><table>
        <tr><th>One</th><th>Another</th><th class="n">texts</th><th>such as</th></tr>
        \(rows.joined(separator: "\n"))
        </table></div>
        """)
      \(more > 0 ? "<p class=\"soft\">\(more) more pairs share fewer texts.</p>" : "")
      """
  }
}
