internal import Witan

/// The prediction sets of one output, with what they promise and how they did on texts that did not set them.
public struct CalibratedSets: Sendable {
  /// The bounds that the texts of one group give.
  public struct Part: Sendable {
    public let name: String
    /// nil where the group has no texts of the class.
    public let fallsUnder: ConformalQuantile?
    public let doesNot: ConformalQuantile?

    func quantile(_ isPositive: Bool) -> ConformalQuantile? { isPositive ? fallsUnder : doesNot }
  }

  /// A label's id, or `any`.
  public let name: String
  /// The least probability whose set holds "falls under": the lowest of the whole's and of the parts'.
  public let lower: Float
  /// The largest probability whose set holds "does not": the highest of the whole's and of the parts'.
  public let upper: Float
  /// Of the whole sample.
  public let fallsUnder: ConformalQuantile
  public let doesNot: ConformalQuantile
  /// Of the groups, where each was promised its own coverage.
  public let parts: [Part]
  /// On the held-out texts; nil without.
  public let heldOut: SetCoverage?
  /// On the texts that set the bounds.
  public let sample: SetCoverage
  /// The held-out texts by group, or the sample's own without them; the lowest coverage of a class first.
  public let groups: [SetCoverage]

  /// Throws `data` when the texts of a class, or those of a group, are too few for alpha.
  init(
    _ name: String, _ output: Int, _ calibration: LabelledSample, _ heldOut: LabelledSample?,
    _ options: SetCalibrationOptions
  ) throws(WitanError) {
    func quantile(_ isPositive: Bool, _ members: [Int]? = nil) throws(WitanError) -> ConformalQuantile {
      try ConformalQuantile(
        calibration.values(output, isPositive: isPositive, members), isPositive: isPositive,
        alpha: options.alpha)
    }
    func hasClass(_ isPositive: Bool, _ members: [Int]) -> Bool {
      members.contains { calibration.truth[$0][output] == isPositive }
    }
    self.name = name
    let (under, not) = (try quantile(true), try quantile(false))
    let whole = Part(name: "all", fallsUnder: under, doesNot: not)
    (fallsUnder, doesNot) = (under, not)
    var parts: [Part] = []
    if options.isPerGroup {
      let missing = calibration.groups.count { $0 == nil }
      guard missing == 0 else {
        throw WitanError(.data, "\(missing) of the labelled texts have no group", at: "group")
      }
      for (group, members) in calibration.byGroup {
        do {
          parts.append(
            Part(
              name: group, fallsUnder: hasClass(true, members) ? try quantile(true, members) : nil,
              doesNot: hasClass(false, members) ? try quantile(false, members) : nil))
        } catch {
          throw WitanError(error.code, error.message, at: "\(name), group '\(group)'")
        }
      }
    }
    self.parts = parts
    let bounds = (
      lower: parts.compactMap { $0.fallsUnder?.value }.reduce(under.value, min),
      upper: parts.compactMap { $0.doesNot?.value }.reduce(not.value, max)
    )
    (lower, upper) = bounds

    /// How many a promise lets expect; up to all where the bounds are wider than its own.
    func expected(_ part: Part?, _ isPositive: Bool, _ n: Int) -> ClosedRange<Int>? {
      guard let quantile = part?.quantile(isPositive), heldOut != nil else { return nil }
      let range = quantile.expected(of: n)
      return quantile.value == (isPositive ? bounds.lower : bounds.upper) ? range : range.lowerBound...n
    }
    func coverage(
      _ name: String, _ sample: LabelledSample, _ members: [Int]?, _ part: Part?
    ) -> SetCoverage {
      SetCoverage(
        name, bounds, positives: sample.values(output, isPositive: true, members),
        negatives: sample.values(output, isPositive: false, members)
      ) { expected(part, $0, $1) }
    }
    sample = coverage("sample", calibration, nil, nil)
    self.heldOut = heldOut.map { coverage("held out", $0, nil, whole) }
    let judged = heldOut ?? calibration
    groups = judged.byGroup.map { group, members in
      coverage(group, judged, members, parts.first { $0.name == group })
    }.filter { $0.n > 0 }.sorted { ($0.worst, $0.name) < ($1.worst, $1.name) }
  }

  /// Holds the coverage of a class for 95 of 100 samples: up to 1 when a part asked for wider sets than the whole.
  public func interval(isPositive: Bool) -> ClosedRange<Double> {
    let quantile = isPositive ? fallsUnder : doesNot
    let isWhole = quantile.value == (isPositive ? lower : upper)
    return quantile.interval.lowerBound...(isWhole ? quantile.interval.upperBound : 1)
  }
}
