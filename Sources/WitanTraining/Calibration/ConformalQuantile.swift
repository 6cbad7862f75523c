public import Witan

/// The bound of one class's prediction sets: a new text of the class has the truth in its set with a probability of
/// at least 1 - alpha, from the probabilities of sampled texts of that class alone (split conformal prediction, for
/// each class by itself: Vovk, Gammerman and Shafer 2005, section 4.5; Sadinle, Lei and Wasserman 2019; the
/// quantile as in Angelopoulos and Bates 2023, section 1).
///
/// With n probabilities and k = floor(alpha (n + 1)), the bound of the texts that fall under an output is the k-th
/// smallest, that of the texts that do not the k-th largest. If the new text and those of the sample are
/// exchangeable, it is as likely to have any of the n + 1 ranks, so it lies beyond the bound with a probability of
/// at most k / (n + 1) <= alpha. Ties only lower it.
///
/// That is a mean over samples. Of the sample at hand the coverage is one draw from Beta(n + 1 - k, k), or above it
/// where probabilities tie (Vovk 2012, Conditional Validity of Inductive Conformal Predictors; Angelopoulos and
/// Bates 2023, section 3.2).
public struct ConformalQuantile: Sendable, Hashable {
  /// Texts in the sample.
  public let n: Int
  /// Texts of the sample that the bound keeps at least: n + 1 - k.
  public let rank: Int
  /// Those that it keeps: `rank`, and more where probabilities tie.
  public let kept: Int
  /// The bound itself belongs to the set.
  public let value: Float

  /// The bound of `scores`, the probabilities of texts that fall under the output, if `isPositive`, or of texts that
  /// do not. Throws `invalidValue` when alpha is not in (0, 1), `data` when the sample is too small for it, saying
  /// how large it would have to be. O(n log n)
  public init(_ scores: [Float], isPositive: Bool, alpha: Double) throws(WitanError) {
    guard alpha > 0, alpha < 1 else {
      throw WitanError(.invalidValue, "must be above 0 and below 1", at: "alpha")
    }
    n = scores.count
    // (n + 1) * alpha may come out a hair below the whole number that it is.
    let beyond = min(n, Int(((Double(n) + 1) * alpha * (1 + 1e-9)).rounded(.down)))
    guard beyond >= 1 else {
      throw WitanError(
        .data,
        "\(n) texts that \(isPositive ? "fall" : "do not fall") under it cannot carry an alpha of "
          + "\(ConformalThreshold.percent(alpha)): that takes at least "
          + "\(ConformalThreshold.smallestSample(rate: alpha))")
    }
    rank = n + 1 - beyond
    let sorted = scores.sorted()
    let bound = isPositive ? sorted[beyond - 1] : sorted[n - beyond]
    value = bound
    kept = scores.count { isPositive ? $0 >= bound : $0 <= bound }
  }

  /// The distribution of the coverage over samples; where probabilities tie it is above.
  private var lower: BetaDistribution { BetaDistribution(a: Double(rank), b: Double(n + 1 - rank)) }

  /// What the coverage is not above: where probabilities tie, the upper end of Clopper and Pearson's interval of those
  /// that are kept. nil when all are.
  private var upper: BetaDistribution? {
    if kept == rank { return lower }
    return kept < n ? BetaDistribution(a: Double(kept + 1), b: Double(n - kept)) : nil
  }

  /// Holds the coverage of this bound for 95 of 100 samples.
  public var interval: ClosedRange<Double> {
    lower.interval().lowerBound...(upper?.interval().upperBound ?? 1)
  }

  /// How many of `m` further texts of the class the bound keeps, in 95 of 100 cases. O(m)
  public func expected(of m: Int) -> ClosedRange<Int> {
    lower.successes(of: m).lowerBound...(upper?.successes(of: m).upperBound ?? m)
  }
}
