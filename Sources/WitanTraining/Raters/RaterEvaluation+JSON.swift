package import Witan

extension RaterEvaluation {
  package var json: JSON {
    [
      "texts": JSON(texts), "ratings": JSON(ratings),
      "groups": .array(
        groups.map {
          .object(
            [
              "label": .string($0.label), "texts": JSON($0.texts), "ratings": JSON($0.ratings),
            ].merging($0.comparison.fields) { $1 })
        }),
      "mean": .object(mean.fields),
      "disagreement": .object(tracking.fields),
      "no_opinion": .array(unknown.map { ["group": .string($0.name), "ratings": JSON($0.ratings)] }),
      "not_heard": JSON(silent),
    ]
  }
}

extension RaterEvaluation.Measure {
  fileprivate var json: JSON {
    var fields: [String: JSON] = ["value": value.map { JSON($0) } ?? .null]
    if let interval { fields["interval"] = [JSON(interval.lowerBound), JSON(interval.upperBound)] }
    return .object(fields)
  }
}

extension RaterEvaluation.Comparison {
  fileprivate var fields: [String: JSON] {
    func object(_ score: RaterEvaluation.Score) -> JSON {
      ["auroc": score.auroc.json, "log_loss": score.logLoss.json, "brier": score.brier.json]
    }
    var fields = [
      "own": object(own), "pooled": object(pooled), "own_less_pooled": object(lessPooled),
    ]
    if let against { fields["against"] = object(against) }
    if let lessAgainst { fields["own_less_against"] = object(lessAgainst) }
    return fields
  }
}

extension RaterEvaluation.Tracking {
  fileprivate var fields: [String: JSON] {
    var fields = [
      "texts": JSON(texts), "spread": spread.json, "pooled": pooled.json,
      "spread_less_pooled": spreadLessPooled.json,
    ]
    if let against { fields["against"] = against.json }
    if let spreadLessAgainst { fields["spread_less_against"] = spreadLessAgainst.json }
    return fields
  }
}
