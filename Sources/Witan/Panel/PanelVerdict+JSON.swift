extension PanelVerdict {
  /// The whole verdict: outcome, dissent, every opinion, and the decision where a policy made one.
  package var json: JSON {
    var fields: [String: JSON] = [
      "outcome": .string(outcome.rawValue), "dissent": dissent.json, "opinions": .array(opinions.map(\.json)),
    ]
    fields["decision"] = decision?.json
    return .object(fields)
  }
}

extension Dissent {
  package var json: JSON {
    [
      "objects": JSON(objects), "undecided": JSON(undecided), "accepts": JSON(accepts),
      "supports": JSON(supports), "silent": JSON(silent), "spread": JSON(spread), "division": JSON(division),
    ]
  }
}

extension Provenance {
  package var json: JSON {
    var fields: [String: JSON] = ["member": .string(member), "title": .string(title)]
    for (key, value) in [
      ("constitution", constitution), ("version", version), ("digest", digest), ("author", author),
      ("model_digest", modelDigest), ("signed_by", signer),
    ] {
      if let value { fields[key] = .string(value) }
    }
    return .object(fields)
  }
}

extension Opinion {
  package var json: JSON {
    func map(_ values: [Float]) -> JSON {
      .object(Dictionary(uniqueKeysWithValues: zip(scores.labels, values).map { ($0.id, JSON($1)) }))
    }
    var fields: [String: JSON] = [
      "provenance": provenance.json, "standing": .string(standing.rawValue),
      "finding": .string(finding.rawValue), "scores": map(scores.probabilities),
      "flagged": JSON(flagged.map(\.id)), "objection": JSON(objection),
      "thresholds_from": .string(origin.rawValue),
      "complete": .bool(isComplete),
    ]
    if let any = scores.any { fields["any"] = JSON(any) }
    if let anyThreshold { fields["any_threshold"] = JSON(anyThreshold) }
    if let side { fields["side"] = .string(side.rawValue) }
    if let doubts = scores.doubts { fields["doubt"] = map(doubts) }
    if let doubt = scores.anyDoubt { fields["any_doubt"] = JSON(doubt) }
    if scores.isTruncated { fields["truncated"] = true }
    if !evidence.isEmpty {
      fields["evidence"] = .array(
        evidence.map {
          [
            "output": .string($0.output), "start": JSON($0.bytes.lowerBound),
            "end": JSON($0.bytes.upperBound),
            "value": JSON($0.value),
          ]
        })
    }
    return .object(fields)
  }
}
