import ArgumentParser
import Witan
import WitanTraining

extension Evaluate {
  func validateProbe() throws {
    guard harmful.isEmpty, benign.isEmpty, principle == nil, pictures.report == nil, !pictures.chart else {
      throw ValidationError(
        "--harmful, --benign, --principle, --report and --chart do not go with --activations.")
    }
    guard (activations.textModel != nil) == (data != nil) else {
      throw ValidationError("With --activations, --text-model and --data (its texts) go together.")
    }
  }

  func evaluateProbe() throws {
    var probe = try ActivationProbe(path: model)
    if let other = smoothing.smoothing { probe = try probe.with(smoothing: other) }
    let set = try activations.set()
    let textLogits = try activations.textLogits(
      data, labels: probe.spec.labels.map(\.id), embeddings)
    let evaluation = try ProbeEvaluation(probe, set, textLogits: textLogits)
    try Terminal.write(json ? evaluation.json.text(indent: true) + "\n" : table(evaluation))
    try Terminal.flush()
  }

  private func table(_ e: ProbeEvaluation) -> String {
    func share(_ x: Double?) -> String { (x.map { fixed($0) } ?? "-").leftPadded(8) }
    let width = min(28, max(8, e.labels.map(\.id.count).max() ?? 8))
    var out = "\(e.tokens) tokens of \(e.sequences) sequences; the largest smoothed logit of each\n\n"
    out += "label".padded(width) + "       n  score      AUROC    R@1%    R@5%   calibration error\n"
    for label in e.labels {
      let rows: [(String, ProbeEvaluation.Measures?)] = [
        ("probe", label.probe), ("text", label.text), ("combined", label.combined),
      ]
      for (name, measures) in rows {
        guard let m = measures else { continue }
        out += label.id.padded(width) + "\(label.support)".leftPadded(8) + "  " + name.padded(8)
        out += share(m.auroc) + share(m.recallAt1FPR) + share(m.recallAt5FPR) + "   \(percent(m.ece))\n"
      }
    }
    return out
  }
}
