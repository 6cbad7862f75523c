internal import Foundation
public import Witan

/// A threshold that a new benign score reaches with at most a given probability, from a sample of benign
/// scores alone: split conformal prediction (Vovk, Gammerman and Shafer 2005; Angelopoulos and Bates 2023,
/// section 1).
///
/// With n scores and k = ceil((n + 1)(1 - rate)), the threshold lies right above the k-th smallest. If the
/// new score and those of the sample are exchangeable, which scores of one stream of traffic are, it is as
/// likely to have any of the n + 1 ranks, so it is above the k-th smallest with a probability of at most
/// (n + 1 - k) / (n + 1) <= rate. Nothing is asked of the model or of the distribution; ties only lower it.
///
/// That is a mean over samples. Of the sample at hand the rate is one draw from Beta(n + 1 - k, k), or below
/// it where scores tie (Vovk 2012; Angelopoulos and Bates 2023, section 3.2).
public struct ConformalThreshold: Sendable, Hashable {
  /// Scores in the sample.
  public let n: Int
  /// The share of benign scores that may reach the threshold.
  public let rate: Double
  /// The rank k of the largest score that stays below the threshold, from 1.
  public let rank: Int
  /// Scores that stay below the threshold: `rank`, and more where scores tie.
  public let kept: Int
  /// The lowest float above that score.
  public let threshold: Float

  /// The fewest scores that carry a rate: 1 / rate - 1, rounded up. [rate in (0, 1)]
  public static func smallestSample(rate: Double) -> Int {
    max(1, Int((1 / rate - 1 - 1e-9 / rate).rounded(.up)))
  }

  /// Throws `invalidValue` when the rate is not in (0, 1), `data` when the sample is too small for it, saying
  /// how large it would have to be, or when so many scores are 1 that no threshold keeps the rate. O(n log n)
  public init(_ scores: [Float], rate: Double) throws(WitanError) {
    guard rate > 0, rate < 1 else {
      throw WitanError(.invalidValue, "must be above 0 and below 1", at: "fpr")
    }
    n = scores.count
    self.rate = rate
    // (n + 1) * rate may come out a hair below the whole number that it is.
    let above = min(n, Int(((Double(n) + 1) * rate * (1 + 1e-9)).rounded(.down)))
    guard above >= 1 else {
      throw WitanError(
        .data,
        "\(n) benign texts cannot carry a rate of \(Self.percent(rate)): that takes at least "
          + "\(Self.smallestSample(rate: rate))")
    }
    rank = n + 1 - above
    let largest = scores.sorted()[rank - 1]
    kept = scores.count { $0 <= largest }
    guard largest < 1 else {
      throw WitanError(
        .data,
        "more than \(Self.percent(rate)) of the benign texts have a probability of 1, so that no threshold "
          + "keeps the rate; is the sample benign?")
    }
    threshold = largest.nextUp
  }

  /// The distribution of the rate that this threshold has, over samples; where scores tie the rate is below.
  private var upper: BetaDistribution { BetaDistribution(a: Double(n + 1 - rank), b: Double(rank)) }

  /// What the rate is not below: where scores tie, the lower end of Clopper and Pearson's interval of the scores
  /// above the threshold. nil when there are none.
  private var lower: BetaDistribution? {
    if kept == rank { return upper }
    return kept < n ? BetaDistribution(a: Double(n - kept), b: Double(kept + 1)) : nil
  }

  /// Holds the rate of this threshold for 95 of 100 samples.
  public var interval: ClosedRange<Double> {
    (lower?.interval().lowerBound ?? 0)...upper.interval().upperBound
  }

  /// How many of `m` further benign scores reach the threshold, in 95 of 100 cases. O(m)
  public func expected(of m: Int) -> ClosedRange<Int> {
    (lower?.successes(of: m).lowerBound ?? 0)...upper.successes(of: m).upperBound
  }

  /// 0.001 as "0.1 %".
  package static func percent(_ rate: Double) -> String { String(format: "%g %%", rate * 100) }
}
