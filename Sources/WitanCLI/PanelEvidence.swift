import Witan

extension Panel {
  /// The opinions with the words that those outputs rest on which reached their thresholds: of `any` where a
  /// prohibition does, and of each principle. Costs an explanation for each.
  func withEvidence(_ opinions: [Opinion], _ text: [UInt8], count: Int = 5) throws(WitanError) -> [Opinion] {
    var out = opinions
    for (i, opinion) in opinions.enumerated() {
      let classifier = members[i].classifier
      let spec = classifier.spec
      var outputs = spec.labels.indices.filter {
        spec.labels[$0].threshold <= opinion.scores.probabilities[$0]
      }
      .filter { spec.labels[$0].applies(to: opinion.side) }
      if outputs.isEmpty, opinion.standing == .objects, spec.hasAny { outputs = [spec.labels.count] }
      for output in outputs {
        let name = output < spec.labels.count ? spec.labels[output].id : "any"
        let best = try classifier.explain(text, output: output).filter { $0.value > 0 }
          .sorted { $0.value > $1.value }.prefix(count)
        out[i].evidence += best.map { Evidence(output: name, bytes: $0.bytes, value: $0.value) }
      }
    }
    return out
  }
}
