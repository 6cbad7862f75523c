package import Witan

extension StreamCalibration {
  /// Groups that a model file lists at most, the highest rates first.
  private static let listedGroups = 32

  /// What the calibration promises of an output, in words.
  package func statement(_ output: CalibratedOutput) -> String {
    let percent = ConformalThreshold.percent
    let reads =
      switch options.reads {
      case .word: "streams, \(wordReads),"
      case .character: "streams, read after each character,"
      case .end: "texts"
      }
    var out = "at most \(percent(options.rate)) of benign \(reads) are flagged, on average over samples of "
    out += "\(sampleSize) like this one"
    let divisions = CalibrationOptions.Division.allCases.filter(options.divisions.contains).map(\.rawValue)
    if !divisions.isEmpty { out += ", in each class of \(divisions.joined(separator: " and of "))" }
    func rounded(_ x: Double) -> String { percent((x * 1e5).rounded() / 1e5) }
    let (low, high) = (output.interval.lowerBound, output.interval.upperBound)
    return out + "; with the very sample at hand it is \(rounded(low)) to \(rounded(high)) (95 %)"
  }

  private var wordReads: String {
    let windows = options.windows.map(String.init).joined(separator: " and ")
    var out = windows.isEmpty ? "read after each word" : "guarded by windows of \(windows) words"
    if options.topGrades > 1 { out += ", by the mean of the \(options.topGrades) largest grades" }
    return out
  }

  /// What the model file keeps of an output.
  func record(_ output: CalibratedOutput) -> JSON {
    var fields: [String: JSON] = [
      "output": .string(output.name), "per": .string(options.unit.rawValue),
      "reads": .string(options.reads.rawValue), "fpr": JSON(options.rate), "n": JSON(sampleSize),
      "distinct": JSON(distinct), "k": JSON(output.whole.rank), "threshold": JSON(output.threshold),
      "interval": Self.range(output.interval), "sample": .string(digest),
      "embeddings": .bool(hadEmbeddings), "promise": .string(statement(output)),
    ]
    if !options.windows.isEmpty { fields["windows"] = JSON(options.windows) }
    if options.topGrades > 1 { fields["top"] = JSON(options.topGrades) }
    if !output.parts.isEmpty {
      fields["parts"] = .array(
        output.parts.map {
          [
            "name": .string($0.name), "n": JSON($0.threshold.n), "k": JSON($0.threshold.rank),
            "threshold": JSON($0.threshold.threshold), "interval": Self.range($0.threshold.interval),
          ]
        })
    }
    if let heldOut = output.heldOut { fields["held_out"] = heldOut.json }
    if !output.groups.isEmpty {
      fields["groups"] = .array(output.groups.prefix(Self.listedGroups).map(\.json))
    }
    return .object(fields)
  }

  /// The report, with all groups and lengths.
  package var json: JSON {
    let reports = outputs.map { output -> JSON in
      guard case .object(var fields) = record(output) else { return .null }
      fields["threshold_before"] = JSON(output.before)
      fields["flagged_before"] = output.flaggedBefore.json
      fields["lengths"] = .array(output.lengths.map(\.json))
      fields["groups"] = .array(output.groups.map(\.json))
      return .object(fields)
    }
    return ["outputs": .array(reports)]
  }

  private static func range(_ r: ClosedRange<Double>) -> JSON {
    [JSON((r.lowerBound * 1e6).rounded() / 1e6), JSON((r.upperBound * 1e6).rounded() / 1e6)]
  }
}
