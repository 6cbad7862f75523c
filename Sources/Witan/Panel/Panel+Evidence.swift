extension Panel {
  /// The opinions on `text` (UTF-8) with the words that they rest on: for each principle that reached its threshold,
  /// and for `any` where it alone did. `prompt` as the text was scored with. Costs `Classifier.evidence` for each.
  ///
  /// Throws `invalidValue` when the opinions are not of these members.
  public func withEvidence(
    _ opinions: [Opinion], of text: [UInt8], prompt: String? = nil
  ) throws(WitanError) -> [Opinion] {
    guard opinions.map(\.provenance) == members.map(\.provenance) else {
      throw WitanError(.invalidValue, "are not those of this panel's members", at: "opinions")
    }
    var out = opinions
    for (i, opinion) in opinions.enumerated() {
      let classifier = members[i].classifier
      let (labels, p) = (classifier.spec.labels, opinion.scores.probabilities)
      var outputs = labels.indices.filter { labels[$0].stance != nil && p[$0] >= labels[$0].threshold }
      let hasOwn = outputs.contains { labels[$0].stance == .prohibit }
      if opinion.finding == .fallsUnder && !hasOwn && classifier.spec.hasAny { outputs.append(labels.count) }
      var options = EvidenceOptions(prompt: prompt.map { Array($0.utf8) }, side: opinion.side)
      for output in outputs {
        options.threshold = output < labels.count ? labels[output].threshold : opinion.anyThreshold
        let found = try classifier.evidence(of: text, output: output, options: options)
        let name = output < labels.count ? labels[output].id : "any"
        out[i].evidence += found.spans.map { Evidence(output: name, bytes: $0.bytes, value: $0.share) }
      }
    }
    return out
  }
}
