extension PolicyDecision {
  /// For results: action, layer, rule, whose opinions, and which policy.
  package var json: JSON {
    var fields: [String: JSON] = [
      "action": .string(action.rawValue), "layer": .string(layer), "rule": .string(rule),
      "members": JSON(members), "principles": JSON(principles),
    ]
    fields["adjusted_by"] = adjustedBy.map(JSON.string)
    fields["policy"] = policy?.json
    return .object(fields)
  }
}

extension PolicyIdentity {
  package var json: JSON {
    var fields: [String: JSON] = ["id": .string(id), "version": .string(version)]
    fields["digest"] = digest.map(JSON.string)
    return .object(fields)
  }
}
