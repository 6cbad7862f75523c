import Foundation
import Witan
import WitanConstitution
import WitanTraining

/// A constitution that became a classifier.
struct Compilation {
  let spec: ModelSpec
  let modelBytes: [UInt8]
  let summary: TrainingSummary
  /// On seeds that neither training nor calibration saw.
  let evaluation: Evaluation

  var any: Evaluation.LabelReport? { evaluation.any }
}

extension Trainer {
  /// Share of held-out negatives that a threshold lets pass.
  static let thresholdFPR = 0.05

  /// Trains on the synthesis' train part, calibrates and sets thresholds on its dev part, evaluates on
  /// its test part; the weights that ship are then fitted on all of it, unless it `holdsOut` dev and test.
  /// Beside whole texts it learns what streams of the train part show, if it `learnsStreams`.
  func compile(
    _ constitution: Constitution, _ synthesis: Synthesis, holdsOut: Bool = false, learnsStreams: Bool = true,
    mistakes: Int = 10
  ) throws(WitanError) -> Compilation {
    func part(_ split: Synthesis.Split) -> [Example] { synthesis.examples[split] ?? [] }
    guard !part(.dev).isEmpty, !part(.test).isEmpty else {
      throw WitanError(
        .constitution, "there are too few seeds to hold any out; write some tens for each principle",
        at: constitution.id)
    }
    let labels = constitution.labels
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 17), task: .multiLabel,
      labels: labels, hasAny: labels.contains { $0.stance == .prohibit })
    let plain = part(.train)
    var runs: [[Example]] = []
    if learnsStreams {
      let streams = try StreamSynthesis(
        constitution, streams: min(8000, plain.count { !$0.labels.isEmpty }), splits: [.train],
        seed: options.seed)
      runs = StreamReadings().runs(of: streams.examples[.train] ?? [], seed: options.seed)
    }
    let copies = learnsStreams ? StreamCopies().copies(of: plain, seed: options.seed) : []
    let result = try train(
      plain + copies, dev: part(.dev), spec: spec,
      metadata: [
        "witan.program": Version.text, "witan.constitution": constitution.source,
        "witan.constitution_id": constitution.id, "witan.constitution_version": constitution.version,
        "witan.constitution_digest": constitution.digest,
        "witan.constitution_title": constitution.title,
        "witan.constitution_author": constitution.community.who,
      ], refitOn: part(.test), runs: runs)

    let heldOut = try Classifier(
      bytes: ModelFile.encode(spec: result.heldOutSpec, weights: result.heldOutWeights, metadata: [:]),
      embeddings: embeddings)
    let thresholds = try heldOut.thresholds(part(.dev), falsePositiveRate: Self.thresholdFPR)
    func decided(_ architecture: ModelSpec) throws(WitanError) -> ModelSpec {
      try architecture.with(
        thresholds: Array(thresholds.prefix(labels.count)),
        any: spec.hasAny ? thresholds.last! : spec.anyThreshold)
    }
    let (final, judgedSpec) = (try decided(result.spec), try decided(result.heldOutSpec))
    let judged = try Classifier(
      bytes: ModelFile.encode(spec: judgedSpec, weights: result.heldOutWeights, metadata: [:]),
      embeddings: embeddings)
    let evaluation = try Evaluation(judged, part(.test), mistakes: mistakes)
    var metadata = result.metadata
    metadata["witan.metrics"] = evaluation.summary.text()
    let (shipped, weights) = holdsOut ? (judgedSpec, result.heldOutWeights) : (final, result.weights)
    return Compilation(
      spec: shipped,
      modelBytes: ModelFile.encode(spec: shipped, weights: weights, metadata: metadata),
      summary: result.summary, evaluation: evaluation)
  }
}

extension Classifier {
  /// For each output the larger of two thresholds: the lowest that at most this share of the examples without
  /// it reach, and the one of the best F1. The first alone would call a text flagged that hardly may be, since
  /// most examples are far from every principle.
  fileprivate func thresholds(
    _ examples: [Example], falsePositiveRate: Double
  ) throws(WitanError) -> [Float] {
    let scores = probabilities(of: examples)
    let prohibited = spec.prohibited.map { spec.labels[$0].id }
    return (0..<spec.outputs).map { j in
      let isAny = j == spec.labels.count
      let truth = examples.map { example in
        isAny
          ? prohibited.contains { example.labels[$0] ?? 0 >= 0.5 }
          : example.labels[spec.labels[j].id] ?? 0 >= 0.5
      }
      let own = scores.map { $0[j] }
      let negatives = zip(own, truth).filter { !$0.1 }.map(\.0).sorted(by: >)
      let allowed = Int(falsePositiveRate * Double(negatives.count))
      guard allowed < negatives.count else { return 0.5 }
      let best = Metrics.bestF1(own, truth)?.threshold ?? 0
      return min(1, max(1e-4, negatives[allowed].nextUp, best))
    }
  }
}

extension Evaluation {
  /// What a model file carries of its evaluation.
  var summary: JSON {
    guard case .object(var fields) = json else { return .null }
    for key in ["mistakes", "confusion", "groups"] { fields[key] = nil }
    return .object(fields)
  }
}
