public import Witan

/// How a constitution's classifier does on real text: does `any` set harmful requests apart from
/// benign ones, and how often does each benign domain suffer?
public struct HarmEvaluation: Sendable {
  /// One set of harmful texts against all benign ones.
  public struct SetReport: Sendable {
    public let name: String
    public let n: Int
    public let auroc: Double
    public let recallAt1FPR: Double
    public let recallAt5FPR: Double
    /// Share flagged at the model's own threshold.
    public let recall: Double
    /// How the model's prediction sets do; nil for models without.
    public let findings: SetCoverage?
  }

  /// One domain of benign texts: a file, or a group in it.
  public struct DomainReport: Sendable {
    public let name: String
    public let n: Int
    public let falsePositiveRate: Double
    /// 95 % interval of the rate (Clopper and Pearson).
    public let interval: ClosedRange<Double>
    /// How the model's prediction sets do; nil for models without.
    public let findings: SetCoverage?
  }

  public let sets: [SetReport]
  /// Highest rate first.
  public let domains: [DomainReport]

  public var meanAUROC: Double { mean(\.auroc) }
  public var meanRecallAt5FPR: Double { mean(\.recallAt5FPR) }

  private func mean(_ value: (SetReport) -> Double) -> Double {
    sets.isEmpty ? 0 : sets.reduce(0) { $0 + value($1) } / Double(sets.count)
  }

  /// Judges the output `any`, or the principle with the id `principle` when it is given.
  ///
  /// Throws `invalidValue` when the model has no such output, `data` when a side is empty.
  public init(
    _ model: some TextModel, principle: String? = nil, harmful: [(name: String, texts: [String])],
    benign: [(name: String, texts: [String])]
  ) throws(WitanError) {
    let labels = model.labels
    let index = principle.map { id in labels.firstIndex { $0.id == id } } ?? labels.count
    guard let index else {
      throw WitanError(
        .invalidValue,
        "the model has no principle '\(principle ?? "")'; it has "
          + labels.map(\.id).joined(separator: ", "))
    }
    guard principle != nil || model.hasAny else {
      throw WitanError(
        .invalidValue, "the model has no 'any' output; it was not compiled from a constitution")
    }
    func scores(_ sets: [(name: String, texts: [String])]) throws(WitanError) -> [(String, [Float])] {
      guard !sets.isEmpty else {
        throw WitanError(.data, "harmful and benign texts are both needed")
      }
      var out: [(String, [Float])] = []
      for set in sets {
        guard !set.texts.isEmpty else { throw WitanError(.data, "there are no texts", at: set.name) }
        out.append((set.name, model.probabilities(of: set.texts).map { $0[index] }))
      }
      return out
    }
    let bounds = (model as? Classifier)?.predictionSets[index]
    /// Of texts where the sets were calibrated to have them stand.
    func findings(_ name: String, _ texts: [String], _ scores: [Float], isPositive: Bool) -> SetCoverage? {
      guard let bounds else { return nil }
      var values = scores
      if let side = bounds.side {
        values = model.probabilities(of: texts.map { Example(text: $0, labels: [:]) }, side: side).map {
          $0[index]
        }
      }
      return SetCoverage(
        name, (bounds.lower, bounds.upper), positives: isPositive ? values : [],
        negatives: isPositive ? [] : values)
    }
    let bad = try scores(harmful)
    let good = try scores(benign)
    let negatives = good.flatMap { $0.1 }
    let threshold = principle == nil ? model.anyThreshold : labels[index].threshold
    sets = zip(harmful, bad).map { set, scored in
      let (name, positives) = scored
      let all = positives + negatives
      let truth = all.indices.map { $0 < positives.count }
      return SetReport(
        name: name, n: positives.count, auroc: Metrics.auroc(all, truth)!,
        recallAt1FPR: Metrics.recall(all, truth, atFalsePositiveRate: 0.01)!,
        recallAt5FPR: Metrics.recall(all, truth, atFalsePositiveRate: 0.05)!,
        recall: Double(positives.count { $0 >= threshold }) / Double(positives.count),
        findings: findings(name, set.texts, positives, isPositive: true))
    }
    domains = zip(benign, good).map { set, scored in
      let (name, scores) = scored
      let hits = scores.count { $0 >= threshold }
      return DomainReport(
        name: name, n: scores.count, falsePositiveRate: Double(hits) / Double(scores.count),
        interval: Metrics.exactInterval(hits, of: scores.count),
        findings: findings(name, set.texts, scores, isPositive: false))
    }.sorted { ($1.falsePositiveRate, $0.name) < ($0.falsePositiveRate, $1.name) }
  }

  package var json: JSON {
    func rounded(_ x: Double) -> JSON { JSON((x * 1e6).rounded() / 1e6) }
    func with(_ fields: [String: JSON], _ findings: SetCoverage?) -> JSON {
      guard let findings else { return .object(fields) }
      return .object(fields.merging(["findings": findings.json]) { $1 })
    }
    return [
      "mean_auroc": rounded(meanAUROC), "mean_recall_at_5_fpr": rounded(meanRecallAt5FPR),
      "sets": .array(
        sets.map {
          with(
            [
              "name": .string($0.name), "n": JSON($0.n), "auroc": rounded($0.auroc),
              "recall_at_1_fpr": rounded($0.recallAt1FPR),
              "recall_at_5_fpr": rounded($0.recallAt5FPR), "recall": rounded($0.recall),
            ], $0.findings)
        }),
      "benign": .array(
        domains.map {
          with(
            [
              "name": .string($0.name), "n": JSON($0.n), "fpr": rounded($0.falsePositiveRate),
              "interval": [rounded($0.interval.lowerBound), rounded($0.interval.upperBound)],
            ], $0.findings)
        }),
    ]
  }
}
