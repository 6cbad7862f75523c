package import Witan

extension SetCalibration {
  /// Groups that a model file lists at most, the lowest coverage first.
  private static let listedGroups = 32

  /// What the sets of an output promise, in words.
  package func statement(_ output: CalibratedSets) -> String {
    func rounded(_ x: Double) -> String { ConformalThreshold.percent((x * 1e5).rounded() / 1e5) }
    func range(_ isPositive: Bool) -> String {
      let interval = output.interval(isPositive: isPositive)
      return "\(rounded(interval.lowerBound)) to \(rounded(interval.upperBound))"
    }
    let texts = side.map { "texts on the side '\($0.rawValue)'" } ?? "texts"
    var out =
      "the set holds the truth for at least \(rounded(1 - options.alpha)) of the \(texts) that fall under it "
    out +=
      "and of those that do not, each on average over samples like this one of \(output.fallsUnder.n) and "
    out += "\(output.doesNot.n)"
    if options.isPerGroup {
      out += ", and in each of the \(output.parts.count) groups for the classes that it has"
    }
    return out + "; with the very sample at hand it is \(range(true)) and \(range(false)) (95 %)"
  }

  /// What the model file keeps of an output.
  func record(_ output: CalibratedSets) -> JSON {
    var fields: [String: JSON] = [
      "output": .string(output.name), "alpha": JSON(options.alpha), "lower": JSON(output.lower),
      "upper": JSON(output.upper),
      "falls_under": Self.json(output.fallsUnder, output.interval(isPositive: true)),
      "does_not": Self.json(output.doesNot, output.interval(isPositive: false)),
      "sample": .string(digest), "embeddings": .bool(hadEmbeddings), "promise": .string(statement(output)),
    ]
    if let side { fields["side"] = .string(side.rawValue) }
    if !output.parts.isEmpty {
      fields["parts"] = .array(
        output.parts.map { part in
          var told: [String: JSON] = ["name": .string(part.name)]
          if let quantile = part.fallsUnder { told["falls_under"] = Self.json(quantile, quantile.interval) }
          if let quantile = part.doesNot { told["does_not"] = Self.json(quantile, quantile.interval) }
          return .object(told)
        })
    }
    if let heldOut = output.heldOut { fields["held_out"] = heldOut.json }
    if !output.groups.isEmpty {
      fields["groups"] = .array(output.groups.prefix(Self.listedGroups).map(\.json))
    }
    return .object(fields)
  }

  /// The report, with all groups.
  package var json: JSON {
    let reports = outputs.map { output -> JSON in
      guard case .object(var fields) = record(output) else { return .null }
      fields["on_sample"] = output.sample.json
      fields["groups"] = .array(output.groups.map(\.json))
      return .object(fields)
    }
    return [
      "outputs": .array(reports),
      "refused": .array(refused.map { ["output": .string($0.output), "reason": .string($0.reason)] }),
    ]
  }

  private static func json(_ quantile: ConformalQuantile, _ interval: ClosedRange<Double>) -> JSON {
    func rounded(_ x: Double) -> JSON { JSON((x * 1e6).rounded() / 1e6) }
    return [
      "n": JSON(quantile.n), "k": JSON(quantile.rank), "bound": JSON(quantile.value),
      "interval": [rounded(interval.lowerBound), rounded(interval.upperBound)],
    ]
  }
}
