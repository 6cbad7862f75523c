import Witan
import WitanTraining

extension Evaluate {
  /// Coverage and abstention of each output that has prediction sets, and of each group by itself.
  func table(_ e: SetEvaluation) -> String {
    var out = "\nprediction sets (promised share covered)\n" + SetCoverage.header
    for output in e.outputs {
      out += output.all.row(named: "\(output.bounds.output) (\(percent(1 - output.bounds.alpha, digits: 0)))")
    }
    for output in e.outputs where !output.groups.isEmpty {
      out += "\nprediction sets of \(output.bounds.output) by group, worst first\n" + SetCoverage.header
      out += output.groups.map { $0.row(named: $0.name) }.joined()
    }
    return out
  }

  /// The prediction sets of a constitution on sets of real text.
  func findingsTable(_ e: HarmEvaluation) -> String {
    let all = e.sets.compactMap(\.findings) + e.domains.compactMap(\.findings)
    guard !all.isEmpty else { return "" }
    return "\nprediction sets: share covered\n" + SetCoverage.header
      + all.map { $0.row(named: $0.name) }.joined()
  }
}
