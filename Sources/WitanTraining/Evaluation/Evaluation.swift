public import Witan

/// How well a model does on labelled text.
public struct Evaluation: Sendable {
  /// One label against all others.
  public struct LabelReport: Sendable {
    public let id: String
    /// Examples that have the label.
    public let support: Int
    public let precision: Double
    public let recall: Double
    public let f1: Double
    /// nil when all examples have the label, or none.
    public let auroc: Double?
    public let recallAt1FPR: Double?
    public let recallAt5FPR: Double?
    /// Calibration error of this label's probability.
    public let ece: Double
  }

  /// The examples of one group; pooled figures hide who is served worst.
  public struct GroupReport: Sendable {
    public let group: String
    public let n: Int
    public let accuracy: Double
    /// 95 % interval of the accuracy (Wilson).
    public let interval: ClosedRange<Double>
  }

  /// An example whose scores are furthest from its labels.
  public struct Mistake: Sendable {
    public let text: String
    public let expected: [String]
    public let predicted: String
    public let probability: Float
    /// Outputs that should have reached their thresholds and did not, and those that did and should not; of
    /// one choice the right label and the predicted one. With their probabilities.
    public let missed: [(id: String, probability: Float)]
    public let falseAlarms: [(id: String, probability: Float)]
  }

  public let n: Int
  public let accuracy: Double
  public let accuracyInterval: ClosedRange<Double>
  public let macroF1: Double
  /// Of the predicted label's probability (one choice), else the mean over labels.
  public let ece: Double
  /// What `ece` is made of: the predicted label's probability (one choice), else those of all labels
  /// together, whose gaps can cancel where `ece` takes the mean over labels.
  public let reliability: [ReliabilityBin]
  public let logLoss: Double
  public let labels: [LabelReport]
  /// Whether any prohibited principle applies; for models that have the output.
  public let any: LabelReport?
  /// counts[expected][predicted]; for one choice only.
  public let confusion: [[Int]]
  /// Worst first.
  public let groups: [GroupReport]
  public let mistakes: [Mistake]
}

extension Evaluation {
  /// Scores every example and compares. Labels of 0.5 and more count as present; of degrees that are the
  /// shares of one choice the largest does. O(bytes + n log n).
  ///
  /// Throws `data` when there are no examples, or when one of their labels is not the model's.
  public init(_ model: some TextModel, _ examples: [Example], mistakes: Int = 10) throws(WitanError) {
    let modelLabels = model.labels
    guard !examples.isEmpty else { throw WitanError(.data, "there are no examples to evaluate on") }
    let known = Set(modelLabels.map(\.id))
    let strangers = Set(examples.flatMap(\.labels.keys)).subtracting(known).sorted()
    if let stranger = strangers.first {
      throw WitanError(
        .data,
        "the data has the label '\(stranger)', which the model does not know; it knows "
          + modelLabels.prefix(20).map(\.id).joined(separator: ", "))
    }

    let p = model.probabilities(of: examples)
    let isChoice = model.task == .singleLabel
    let truth = examples.map { example in
      if isChoice, let choice = example.softChoice { return modelLabels.map { $0.id == choice } }
      return modelLabels.map { example.labels[$0.id] ?? 0 >= 0.5 }
    }
    let best = p.map { row in modelLabels.indices.max { row[$0] < row[$1] }! }
    let predicted: [[Bool]] = p.indices.map { i in
      modelLabels.indices.map { isChoice ? $0 == best[i] : p[i][$0] >= modelLabels[$0].threshold }
    }
    let isRight = zip(predicted, truth).map { $0 == $1 }

    n = examples.count
    let hits = isRight.count { $0 }
    accuracy = Double(hits) / Double(n)
    accuracyInterval = Metrics.interval(hits, of: n)
    labels = modelLabels.indices.map { j in
      Self.report(
        modelLabels[j].id, scores: p.map { $0[j] }, truth: truth.map { $0[j] },
        predicted: predicted.map { $0[j] })
    }
    let prohibited = modelLabels.indices.filter { modelLabels[$0].stance == .prohibit }
    any =
      model.hasAny
      ? Self.report(
        "any", scores: p.map { $0.last! }, truth: truth.map { row in prohibited.contains { row[$0] } },
        predicted: p.map { $0.last! >= model.anyThreshold }) : nil
    let present = labels.filter { $0.support > 0 }
    macroF1 = present.isEmpty ? 0 : present.reduce(0) { $0 + $1.f1 } / Double(present.count)
    ece =
      isChoice
      ? Metrics.calibrationError(p.indices.map { p[$0][best[$0]] }, isRight)
      : labels.reduce(0) { $0 + $1.ece } / Double(labels.count)
    reliability =
      isChoice
      ? Metrics.reliability(p.indices.map { p[$0][best[$0]] }, isRight)
      : Metrics.reliability(p.flatMap { $0.prefix(modelLabels.count) }, truth.flatMap { $0 })
    let losses = examples.indices.map { i in
      let targets = modelLabels.map { examples[i].labels[$0.id] ?? 0 }
      return p[i].withUnsafeBufferPointer {
        Loss.crossEntropy(softmax: isChoice, $0, targets[...])
      }
    }
    logLoss = losses.reduce(0, +) / Double(n)

    var counts: [[Int]] = []
    if isChoice {
      counts = Array(repeating: Array(repeating: 0, count: modelLabels.count), count: modelLabels.count)
      for i in examples.indices {
        if let expected = truth[i].firstIndex(of: true) { counts[expected][best[i]] += 1 }
      }
    }
    confusion = counts
    groups = Dictionary(grouping: examples.indices.filter { examples[$0].group != nil }) {
      examples[$0].group!
    }.map { group, members in
      let hits = members.count { isRight[$0] }
      return GroupReport(
        group: group, n: members.count, accuracy: Double(hits) / Double(members.count),
        interval: Metrics.interval(hits, of: members.count))
    }.sorted { ($0.accuracy, $0.group) < ($1.accuracy, $1.group) }
    self.mistakes = examples.indices.filter { !isRight[$0] }.sorted { losses[$0] > losses[$1] }
      .prefix(mistakes).map { i in
        func outputs(_ isExpected: Bool) -> [(id: String, probability: Float)] {
          modelLabels.indices.filter { truth[i][$0] == isExpected && predicted[i][$0] != isExpected }
            .map { (modelLabels[$0].id, p[i][$0]) }
        }
        return Mistake(
          text: examples[i].text,
          expected: modelLabels.indices.filter { truth[i][$0] }.map { modelLabels[$0].id },
          predicted: modelLabels[best[i]].id, probability: p[i][best[i]], missed: outputs(true),
          falseAlarms: outputs(false))
      }
  }

  private static func report(
    _ id: String, scores: [Float], truth: [Bool], predicted: [Bool]
  ) -> LabelReport {
    let tp = zip(truth, predicted).count { $0 && $1 }
    let fp = zip(truth, predicted).count { !$0 && $1 }
    let fn = zip(truth, predicted).count { $0 && !$1 }
    let f = Metrics.f1(truePositives: tp, falsePositives: fp, falseNegatives: fn)
    return LabelReport(
      id: id, support: tp + fn, precision: f.precision, recall: f.recall, f1: f.f1,
      auroc: Metrics.auroc(scores, truth),
      recallAt1FPR: Metrics.recall(scores, truth, atFalsePositiveRate: 0.01),
      recallAt5FPR: Metrics.recall(scores, truth, atFalsePositiveRate: 0.05),
      ece: Metrics.calibrationError(scores, truth))
  }
}
