internal import Witan

/// A new threshold of one output, with what it promises and how it did on texts that did not set it.
public struct CalibratedOutput: Sendable {
  /// A class of texts for which the promise was made by itself.
  public struct Part: Sendable {
    public let name: String
    public let threshold: ConformalThreshold
  }

  /// A label's id, or `any`.
  public let name: String
  /// The threshold that the model had.
  public let before: Float
  /// Flags at most the promised share of the whole, and of each part.
  public let threshold: Float
  /// Of the whole sample.
  public let whole: ConformalThreshold
  /// Of the classes that were asked for; the largest of all these thresholds is the one that counts.
  public let parts: [Part]
  /// What the threshold that the model had flags, of the held-out texts or the sample's own without them.
  public let flaggedBefore: FlagRate
  /// On the held-out texts; nil without.
  public let heldOut: FlagRate?
  /// The held-out texts by length, or the sample's own without them.
  public let lengths: [FlagRate]
  /// The same texts by group, the highest rate first.
  public let groups: [FlagRate]

  /// Holds the rate for 95 of 100 samples: from 0 when a part asked for a higher threshold than the whole.
  public var interval: ClosedRange<Double> {
    (whole.threshold == threshold ? whole.interval.lowerBound : 0)...whole.interval.upperBound
  }

  init(
    _ name: String, _ output: Int, before: Float, _ calibration: StreamSample, _ heldOut: StreamSample?,
    _ options: CalibrationOptions
  ) throws(WitanError) {
    self.name = name
    self.before = before
    let whole = try ConformalThreshold(calibration.values(output), rate: options.rate)
    let classes = LengthClasses(calibration.lengths, count: options.lengthClasses)
    func members(_ sample: StreamSample, _ division: CalibrationOptions.Division) -> [String: [Int]] {
      Dictionary(grouping: sample.maxima.indices.filter { division == .length || sample.groups[$0] != nil }) {
        division == .length ? classes.name(classes.index(of: sample.lengths[$0])) : sample.groups[$0]!
      }
    }
    func ordered(
      _ parts: [String: [Int]], _ division: CalibrationOptions.Division
    ) -> [(key: String, value: [Int])] {
      guard division == .length else { return parts.sorted { $0.key < $1.key } }
      return (0..<classes.count).compactMap { c in parts[classes.name(c)].map { (classes.name(c), $0) } }
    }

    var promised: [CalibrationOptions.Division: [String: ConformalThreshold]] = [:]
    var parts: [Part] = []
    for division in CalibrationOptions.Division.allCases where options.divisions.contains(division) {
      let divided = members(calibration, division)
      let missing = calibration.count - divided.values.reduce(0) { $0 + $1.count }
      guard missing == 0 else {
        throw WitanError(.data, "\(missing) of the benign texts have no group", at: "group")
      }
      for (part, indices) in ordered(divided, division) {
        do {
          let threshold = try ConformalThreshold(calibration.values(output, indices), rate: options.rate)
          promised[division, default: [:]][part] = threshold
          parts.append(Part(name: part, threshold: threshold))
        } catch {
          throw WitanError(error.code, error.message, at: "\(division.rawValue) '\(part)'")
        }
      }
    }
    let threshold = parts.reduce(whole.threshold) { max($0, $1.threshold.threshold) }
    self.whole = whole
    self.parts = parts
    self.threshold = threshold

    func expected(_ promise: ConformalThreshold?, _ m: Int) -> ClosedRange<Int>? {
      guard let promise, heldOut != nil else { return nil }
      let range = promise.expected(of: m)
      return (promise.threshold == threshold ? range.lowerBound : 0)...range.upperBound
    }
    let judged = heldOut ?? calibration
    func rates(_ division: CalibrationOptions.Division) -> [FlagRate] {
      ordered(members(judged, division), division).map { part, indices in
        let promise = options.divisions.contains(division) ? promised[division]?[part] : nil
        return FlagRate(
          part, judged.values(output, indices), threshold: threshold,
          expected: expected(promise, indices.count))
      }
    }
    flaggedBefore = FlagRate("before", judged.values(output), threshold: before, expected: nil)
    self.heldOut = heldOut.map {
      FlagRate("held out", $0.values(output), threshold: threshold, expected: expected(whole, $0.count))
    }
    lengths = rates(.length)
    groups = rates(.group).sorted { ($1.rate, $0.name) < ($0.rate, $1.name) }
  }
}
