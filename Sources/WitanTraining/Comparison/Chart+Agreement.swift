internal import Foundation
internal import Witan

extension Chart {
  /// The share of texts on which each two members say the same, as a matrix; the darker, the more.
  public static func agreement(_ comparison: PanelComparison, title: String = "Who agrees with whom") -> Chart
  {
    let names = comparison.members.map(\.provenance.member)
    let summary =
      "\(ChartText.count(comparison.textCount)) texts, \(ChartText.count(comparison.contestedCount)) contested"
      + (comparison.alpha.map { String(format: ", Krippendorff's alpha %.2f", $0) } ?? "")
    let (left, top, cell) = (150.0, 96.0, 84.0)
    let side = cell * Double(names.count)
    var svg = SVG(
      width: max(420, left + side + 24), height: top + side + 40, title: title, description: summary)
    svg.text(title, "title", 24, 32)
    svg.text(summary, "note", 24, 51)
    for (i, name) in names.enumerated() {
      let place = Double(i) * cell + cell / 2
      svg.text(ChartText.cut(name, 13), "", left + place, top - 10, .middle)
      svg.text(ChartText.cut(name, 20), "", left - 10, top + place + 4, .end)
    }
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    for agreement in comparison.agreements {
      guard let i = numbers[agreement.first], let j = numbers[agreement.second] else { continue }
      let hint =
        "\(agreement.first) and \(agreement.second): both object \(agreement.bothObject), only the first "
        + "\(agreement.onlyFirst), only the second \(agreement.onlySecond), neither \(agreement.neither)"
      for (row, column) in [(i, j), (j, i)] {
        let (x, y) = (left + Double(column) * cell, top + Double(row) * cell)
        svg.rectangle(
          "bar", x: x + 1, y: y + 1, width: cell - 2, height: cell - 2,
          opacity: agreement.share.map { max(0.08, min(1, ($0 - 0.5) * 2)) } ?? 0, hint: hint)
        svg.text(
          agreement.share.map(ChartText.percent) ?? "–", "", x + cell / 2, y + cell / 2, .middle)
        svg.text(
          agreement.kappa.map { String(format: "κ %.2f", $0) } ?? "", "note", x + cell / 2, y + cell / 2 + 17,
          .middle)
      }
    }
    return Chart(svg: svg.document)
  }
}
