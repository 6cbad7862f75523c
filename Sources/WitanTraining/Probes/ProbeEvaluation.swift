public import Witan

/// How well a probe tells sequences apart, by the largest smoothed logit of each; alone, and with a text
/// classifier.
public struct ProbeEvaluation: Sendable {
  /// Measures of one score.
  public struct Measures: Sendable {
    public let auroc: Double?
    public let recallAt1FPR: Double?
    public let recallAt5FPR: Double?
    /// Expected calibration error of the positive side.
    public let ece: Double

    /// Ranks are those of logits: probabilities near 1 round to the same float.
    init(_ logits: [Float], _ truth: [Bool]) {
      auroc = Metrics.auroc(logits, truth)
      recallAt1FPR = Metrics.recall(logits, truth, atFalsePositiveRate: 0.01)
      recallAt5FPR = Metrics.recall(logits, truth, atFalsePositiveRate: 0.05)
      ece = Metrics.calibrationError(logits.map { ActivationProbe.sigmoid($0) }, truth)
    }
  }

  /// What is known of one label.
  public struct LabelReport: Sendable {
    public let id: String
    /// Sequences that have it.
    public let support: Int
    public let probe: Measures
    /// nil without a text classifier.
    public let text: Measures?
    public let combined: Measures?
  }

  public let sequences: Int
  public let tokens: Int
  public let labels: [LabelReport]

  /// `textLogits` [sequences x labels]: calibrated logits of a text classifier. Combined scores come with a
  /// probe that was combined with one. Throws `data` when the set is of other dimensions or labels.
  public init(
    _ probe: ActivationProbe, _ set: ActivationSet, textLogits: [Float]? = nil
  ) throws(WitanError) {
    guard set.dimensions == probe.spec.dimensions else {
      throw WitanError(
        .data, "have \(set.dimensions) dimensions, the probe \(probe.spec.dimensions)", at: "activations")
    }
    let ids = probe.spec.labels.map(\.id)
    guard set.labels == ids else {
      throw WitanError(.data, "are \(set.labels), those of the probe \(ids)", at: "labels")
    }
    if let textLogits, textLogits.count != set.count * ids.count {
      throw WitanError(
        .data, "there are \(textLogits.count / ids.count) texts for \(set.count) sequences")
    }
    let k = ids.count
    let peaks = Self.peaks(probe, set)
    (sequences, tokens) = (set.count, set.tokens)
    labels = ids.indices.map { j in
      let truth = (0..<set.count).map { set.target($0, j) >= 0.5 }
      let own = (0..<set.count).map { peaks[$0 * k + j] }
      var (text, combined): (Measures?, Measures?) = (nil, nil)
      if let textLogits {
        let z = (0..<set.count).map { textLogits[$0 * k + j] }
        text = Measures(z, truth)
        if !probe.spec.combination.isEmpty {
          let both = probe.spec.combination[j]
          combined = Measures(zip(own, z).map { both.logit(probe: $0, text: $1) }, truth)
        }
      }
      return LabelReport(
        id: ids[j], support: truth.count { $0 }, probe: Measures(own, truth), text: text,
        combined: combined)
    }
  }

  /// The largest calibrated logit of each sequence. [sequences x labels]
  package static func peaks(_ probe: ActivationProbe, _ set: ActivationSet) -> [Float] {
    let k = probe.spec.labels.count
    var scratch = [Float](repeating: 0, count: probe.scratchCount)
    var logits: [Float] = []
    var out: [Float] = []
    out.reserveCapacity(set.count * k)
    var stream = probe.makeStream()
    for s in 0..<set.count {
      let range = set.range(s)
      logits = Array(repeating: 0, count: range.count * k)
      set.withStates(range) { states in
        probe.score(
          batch: states, type: set.type, count: range.count, stride: set.dimensions * set.type.byteCount,
          scratch: &scratch, into: &logits)
      }
      stream.reset()
      logits.withUnsafeBufferPointer { z in
        for t in 0..<range.count { stream.push(z.baseAddress! + t * k) }
      }
      for j in 0..<k { out.append(stream.peakLogit(j)) }
    }
    return out
  }

  /// Calibrated logits of texts under the labels of a probe. [texts x labels]
  ///
  /// Throws `data` when the model lacks one of them. `any` serves for the label of that name.
  package static func textLogits(
    _ model: any TextModel, _ texts: [String], labels: [String]
  ) throws(WitanError) -> [Float] {
    var places: [Int] = []
    for label in labels {
      if let i = model.labels.firstIndex(where: { $0.id == label }) {
        places.append(i)
      } else if label == "any", model.hasAny {
        places.append(model.labels.count)
      } else {
        throw WitanError(
          .data,
          "the text model has no label '\(label)'; it has "
            + model.labels.prefix(10).map(\.id).joined(separator: ", "))
      }
    }
    return model.probabilities(of: texts).flatMap { p in places.map { CombinedScore.logit(of: p[$0]) } }
  }

  package var json: JSON {
    func rounded(_ x: Double?) -> JSON { x.map { JSON(($0 * 1e6).rounded() / 1e6) } ?? .null }
    func fields(_ m: Measures) -> JSON {
      [
        "auroc": rounded(m.auroc), "recall_at_1_fpr": rounded(m.recallAt1FPR),
        "recall_at_5_fpr": rounded(m.recallAt5FPR), "ece": rounded(m.ece),
      ]
    }
    return [
      "sequences": JSON(sequences), "tokens": JSON(tokens),
      "labels": .array(
        labels.map { label in
          var report: [String: JSON] = [
            "id": .string(label.id), "support": JSON(label.support), "probe": fields(label.probe),
          ]
          report["text"] = label.text.map(fields)
          report["combined"] = label.combined.map(fields)
          return .object(report)
        }),
    ]
  }
}
