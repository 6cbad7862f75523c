internal import Foundation
internal import Witan

/// Measures of scores against truth. All are exact, ties included.
public enum Metrics {
  /// Area under the ROC curve: the share of (positive, negative) pairs in the right order, a tie for
  /// one half (Mann-Whitney). nil without both. O(n log n).
  public static func auroc(_ scores: [Float], _ isPositive: [Bool]) -> Double? {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    let positives = isPositive.count { $0 }
    let negatives = scores.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    var rankSum = 0.0
    var i = 0
    while i < order.count {
      var j = i
      while j < order.count, scores[order[j]] == scores[order[i]] { j += 1 }
      let meanRank = Double(i + j + 1) / 2  // ranks i + 1 ... j
      for k in i..<j where isPositive[order[k]] { rankSum += meanRank }
      i = j
    }
    let p = Double(positives)
    return (rankSum - p * (p + 1) / 2) / (p * Double(negatives))
  }

  /// Share of positives at or above the lowest threshold that at most `fpr` of the negatives reach.
  public static func recall(
    _ scores: [Float], _ isPositive: [Bool], atFalsePositiveRate fpr: Double
  ) -> Double? {
    let negatives = zip(scores, isPositive).filter { !$0.1 }.map { $0.0 }.sorted(by: >)
    let positives = zip(scores, isPositive).filter { $0.1 }.map { $0.0 }
    guard !negatives.isEmpty, !positives.isEmpty else { return nil }
    // So many negatives may pass; the first that may not is the bound.
    let allowed = Int((fpr * Double(negatives.count)).rounded(.down))
    guard allowed < negatives.count else { return 1 }
    let bound = negatives[allowed]
    return Double(positives.count { $0 > bound }) / Double(positives.count)
  }

  /// Expected calibration error with 15 bins of equal width (Guo et al. 2017, section 2): the mean
  /// gap between confidence and share of right answers, weighted by the bins' sizes.
  public static func calibrationError(_ confidence: [Float], _ isRight: [Bool]) -> Double {
    guard !confidence.isEmpty else { return 0 }
    return bins(confidence, isRight).reduce(0) { $0 + ($1.confidence - Double($1.right)).magnitude }
      / Double(confidence.count)
  }

  /// The 15 bins of `calibrationError`, lowest first, the empty ones too. O(n).
  public static func reliability(_ confidence: [Float], _ isRight: [Bool]) -> [ReliabilityBin] {
    bins(confidence, isRight).enumerated().map { b, bin in
      let (lower, upper) = (Double(b) / 15, Double(b + 1) / 15)
      return ReliabilityBin(
        lower: lower, upper: upper,
        mean: bin.count > 0 ? bin.confidence / Double(bin.count) : (lower + upper) / 2,
        observed: bin.count > 0 ? Double(bin.right) / Double(bin.count) : 0, count: bin.count)
    }
  }

  private static func bins(
    _ confidence: [Float], _ isRight: [Bool]
  ) -> [(count: Int, confidence: Double, right: Int)] {
    var bins = [(count: Int, confidence: Double, right: Int)](repeating: (0, 0, 0), count: 15)
    for (c, right) in zip(confidence, isRight) {
      let b = min(14, Int(c * 15))
      bins[b].count += 1
      bins[b].confidence += Double(c)
      bins[b].right += right ? 1 : 0
    }
    return bins
  }

  /// Wilson's 95 % interval of a share: for `hits` of `n`.
  public static func interval(_ hits: Int, of n: Int) -> ClosedRange<Double> {
    guard n > 0 else { return 0...1 }
    let (z, n, p) = (1.959964, Double(n), Double(hits) / Double(n))
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, centre - half)...min(1, centre + half)
  }

  /// The threshold whose F1 is best, the highest of equal ones; nil without positives. O(n log n).
  public static func bestF1(_ scores: [Float], _ isPositive: [Bool]) -> (threshold: Float, f1: Double)? {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let positives = isPositive.count { $0 }
    var (truePositives, best) = (0, (threshold: Float(0), f1: 0.0))
    for (n, i) in order.enumerated() {
      if isPositive[i] { truePositives += 1 }
      // A threshold takes all of equal scores, or none.
      if n + 1 < order.count, scores[order[n + 1]] == scores[i] { continue }
      let f1 = 2 * Double(truePositives) / Double(n + 1 + positives)
      if f1 > best.f1 { best = (scores[i], f1) }
    }
    return positives == 0 ? nil : best
  }

  /// Precision, recall and F1 from counts.
  static func f1(truePositives tp: Int, falsePositives fp: Int, falseNegatives fn: Int) -> (
    precision: Double, recall: Double, f1: Double
  ) {
    let precision = tp + fp > 0 ? Double(tp) / Double(tp + fp) : 0
    let recall = tp + fn > 0 ? Double(tp) / Double(tp + fn) : 0
    let sum = precision + recall
    return (precision, recall, sum > 0 ? 2 * precision * recall / sum : 0)
  }

  /// Weighted accuracy of logits: the largest is the target's largest; for sigmoids all sides of 0 are right.
  static func accuracy(_ logits: [Float], _ data: TrainingSet, _ spec: ModelSpec) -> Double {
    let (width, targets, known) = (spec.width, data.targets, data.labelWeights)
    var right = 0.0
    for i in 0..<data.count {
      let row = i * width..<(i + 1) * width
      let isRight =
        spec.isSoftmax
        ? largest(logits[row]) == largest(targets[row])
        : row.allSatisfy {
          (logits[$0] > 0) == (targets[$0] >= 0.5) || !known.isEmpty && known[$0] == 0
        }
      if isRight { right += Double(data.weights[i]) }
    }
    let total = data.weights.reduce(0.0) { $0 + Double($1) }
    return total > 0 ? right / total : 0
  }

  private static func largest(_ row: ArraySlice<Float>) -> Int {
    row.indices.max { row[$0] < row[$1] }! - row.startIndex
  }
}
