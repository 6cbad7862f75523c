extension ProbeSpec {
  package var json: JSON {
    var fields: [String: JSON] = [
      "dimensions": JSON(dimensions), "units": JSON(units),
      "labels": .array(
        labels.map { label in
          var fields: [String: JSON] = ["id": .string(label.id), "threshold": JSON(label.threshold)]
          if label.title != label.id { fields["title"] = .string(label.title) }
          return .object(fields)
        }),
    ]
    switch smoothing {
    case .window(let count): fields["window"] = JSON(count)
    case .exponential(let rate): fields["rate"] = JSON(rate)
    }
    if !combination.isEmpty {
      fields["combination"] = .array(
        combination.map { ["weight": JSON($0.weight), "offset": JSON($0.offset)] })
    }
    return .object(fields)
  }

  /// Reads what `json` wrote. Throws `format` or `invalidValue`, naming the field.
  package init(json: JSON) throws(WitanError) {
    func missing(_ field: String) -> WitanError {
      WitanError(.format, "is missing or of the wrong type", at: field)
    }
    guard let dimensions = json["dimensions"]?.int else { throw missing("dimensions") }
    guard let units = json["units"]?.int else { throw missing("units") }
    guard let list = json["labels"]?.array else { throw missing("labels") }
    var labels: [Label] = []
    for (i, item) in list.enumerated() {
      guard let id = item["id"]?.string else { throw missing("labels[\(i)].id") }
      guard let threshold = item["threshold"]?.number else { throw missing("labels[\(i)].threshold") }
      labels.append(Label(id: id, title: item["title"]?.string, threshold: Float(threshold)))
    }
    let smoothing: Smoothing
    switch (json["window"], json["rate"]) {
    case (let window?, nil):
      guard let count = window.int else { throw missing("window") }
      smoothing = .window(count)
    case (nil, let rate?):
      guard let rate = rate.number else { throw missing("rate") }
      smoothing = .exponential(rate: Float(rate))
    default: throw WitanError(.format, "must stand alone: either window or rate", at: "window")
    }
    var combination: [CombinedScore] = []
    if let given = json["combination"] {
      guard let list = given.array else { throw missing("combination") }
      for (i, item) in list.enumerated() {
        let place = "combination[\(i)]"
        guard let weight = item["weight"]?.number else { throw missing("\(place).weight") }
        guard let offset = item["offset"]?.number else { throw missing("\(place).offset") }
        do {
          combination.append(try CombinedScore(weight: Float(weight), offset: Float(offset)))
        } catch {
          throw WitanError(error.code, error.message, at: "\(place).\(error.place)")
        }
      }
    }
    try self.init(
      dimensions: dimensions, units: units, labels: labels, smoothing: smoothing, combination: combination)
  }
}
