import ArgumentParser
import Witan
import WitanTraining

extension Evaluate {
  func validateDeletion() throws {
    guard data != nil, harmful.isEmpty, benign.isEmpty else {
      throw ValidationError("--deletion needs --data, a file of texts; labels are not read.")
    }
    guard
      !stream, windows.isEmpty, threshold == nil, fpr == nil, !disguises.views, pictures.report == nil,
      !pictures.chart
    else {
      throw ValidationError(
        "--deletion goes with --data and --principle only, not with --stream, --windows, --views or charts.")
    }
  }

  /// Whether verdicts rest on the words that are named for them.
  func testDeletion(_ opened: any TextModel, _ data: String) throws {
    guard let classifier = opened as? Classifier else {
      throw WitanError(.unsupported, "--deletion works with Witan's own models only", at: model)
    }
    let evaluation = try DeletionEvaluation(
      classifier, principle: principle, ExampleReader.all(path: data))
    try Terminal.write(json ? evaluation.json.text(indent: true) + "\n" : table(evaluation))
    try Terminal.flush()
  }

  private func table(_ e: DeletionEvaluation) -> String {
    var out = "\(e.flagged) of \(e.texts) texts flagged, by "
    out += (e.output.map { "output \($0)" } ?? "the best label of each") + "\n\n"
    guard e.flagged > 0 else { return out }
    out += "words named      verdict changes   95 %, exact          words   of text   as many at random\n"
    for row in e.rows {
      let interval = Metrics.exactInterval(row.flips, of: e.flagged)
      out += ("up to " + row.budget.name).padded(15)
      out += percent(Double(row.flips) / Double(e.flagged)).leftPadded(15)
      out += "   \(percent(interval.lowerBound)) to \(percent(interval.upperBound))".padded(22)
      out += fixed(row.meanNamed, 2).leftPadded(6) + percent(row.meanShare).leftPadded(10)
      out += percent(row.control).leftPadded(17) + "\n"
    }
    if e.empty > 0 {
      out += "\n\(e.empty) of these have the verdict that the empty text has too\n"
    }
    return out + "\ndefault: a fifth of the words, 3 to \(EvidenceOptions.mostWords); "
      + "median \(fixed(e.microseconds, 0)) microseconds a text\n"
  }
}
