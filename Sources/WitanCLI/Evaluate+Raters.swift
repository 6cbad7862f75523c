import ArgumentParser
import Witan
import WitanTraining

extension Evaluate {
  /// Opinions of groups against what their members said.
  func evaluateRaters(_ model: Classifier, _ data: String) throws {
    guard !disguises.views, pictures.report == nil, !pictures.chart else {
      throw ValidationError("--views, --report and --chart do not go with a model of raters' opinions.")
    }
    let other = try against.map { path in
      guard let other = try embeddings.model(path: path) as? Classifier else {
        throw WitanError(.unsupported, "--against takes Witan's own models only", at: path)
      }
      return other
    }
    let evaluation = try RaterEvaluation(model, RatedText.read(path: data), against: other)
    try Terminal.write(json ? evaluation.json.text(indent: true) + "\n" : table(evaluation))
    try Terminal.flush()
  }

  private func table(_ e: RaterEvaluation) -> String {
    typealias Measure = RaterEvaluation.Measure
    let hasOther = e.tracking.against != nil
    func value(_ m: Measure?) -> String { (m?.value.map { fixed($0) } ?? "-").leftPadded(7) }
    func signed(_ m: Measure?) -> String {
      guard let m, let value = m.value else { return "-".leftPadded(27) }
      func text(_ x: Double) -> String { (x < 0 ? "" : "+") + fixed(x) }
      let interval = m.interval.map { " (\(text($0.lowerBound)) to \(text($0.upperBound)))" } ?? ""
      return (text(value) + interval).leftPadded(27)
    }
    func row(_ c: RaterEvaluation.Comparison) -> String {
      let scores = [c.own, c.pooled] + (c.against.map { [$0] } ?? [])
      let less = c.lessAgainst ?? c.lessPooled
      return scores.map { value($0.logLoss) }.joined() + signed(less.logLoss) + "  "
        + scores.map { value($0.auroc) }.joined() + "  " + scores.map { value($0.brier) }.joined() + "\n"
    }
    let width = min(32, max(18, e.groups.map(\.label.count).max() ?? 8))
    let names = "own".leftPadded(7) + "pooled".leftPadded(7) + (hasOther ? "other".leftPadded(7) : "")
    let span = hasOther ? 21 : 14
    var out =
      "\(e.texts) texts, \(e.ratings) ratings; each group's votes against its own opinion, the pooled one"
    out += hasOther ? " and the other model\n\n" : "\n\n"
    out +=
      "".padded(width + 8) + "log loss".padded(span) + "".padded(27) + "  " + "AUROC".padded(span)
      + "  Brier\n"
    out += "group, worst first".padded(width) + "ratings".leftPadded(8) + names
    out +=
      (hasOther ? "own less other (95 %)" : "own less pooled (95 %)").leftPadded(27) + "  " + names + "  "
    out += names + "\n"
    for group in e.groups {
      out += String(group.label.prefix(width)).padded(width) + "\(group.ratings)".leftPadded(8)
      out += row(group.comparison)
    }
    out += "mean over groups".padded(width + 8) + row(e.mean) + "\n"

    let t = e.tracking
    func interval(_ m: Measure?) -> String {
      m?.interval.map { " (\(fixed($0.lowerBound)) to \(fixed($0.upperBound)))" } ?? ""
    }
    out +=
      "disagreement of raters (deviation of a text's ratings; \(t.texts) texts), rank correlation (95 %)\n"
    out += "spread of opinions".padded(34) + value(t.spread) + interval(t.spread) + "\n"
    out += "pooled p(1 - p), as its entropy".padded(34) + value(t.pooled) + interval(t.pooled) + "\n"
    if hasOther {
      out += "other model's p(1 - p)".padded(34) + value(t.against) + interval(t.against) + "\n"
    }
    out += "spread less pooled".padded(34) + signed(t.spreadLessPooled) + "\n"
    if hasOther { out += "spread less other".padded(34) + signed(t.spreadLessAgainst) + "\n" }
    if !e.unknown.isEmpty {
      out += "\nratings without an opinion of the model: "
      out += e.unknown.prefix(12).map { "\($0.name) (\($0.ratings))" }.joined(separator: ", ")
      out += e.unknown.count > 12 ? " and \(e.unknown.count - 12) more groups\n" : "\n"
    }
    if !e.silent.isEmpty { out += "\nopinions without a vote here: \(e.silent.joined(separator: ", "))\n" }
    return out
  }
}
