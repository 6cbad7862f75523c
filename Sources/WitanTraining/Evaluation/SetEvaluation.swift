public import Witan

/// How a classifier's prediction sets do on labelled text: coverage, abstention and what is left, for each output
/// that has sets, and for each group by itself.
public struct SetEvaluation: Sendable {
  /// One output.
  public struct Output: Sendable {
    public let bounds: ConformalBounds
    public let all: SetCoverage
    /// The lowest coverage of a class first.
    public let groups: [SetCoverage]
  }

  /// Those with sets, in the order of the file.
  public let outputs: [Output]

  /// nil for classifiers without sets that hold. Texts without a prompt stand where those stood that set them.
  /// Throws as `LabelledSample`. O(bytes)
  public init?(_ classifier: Classifier, _ examples: [Example]) throws(WitanError) {
    let sets = classifier.predictionSets
    guard !sets.isEmpty else { return nil }
    var samples: [Side?: LabelledSample] = [:]
    var outputs: [Output] = []
    for bounds in sets.outputs {
      let sample: LabelledSample
      if let known = samples[bounds.side] {
        sample = known
      } else {
        sample = try LabelledSample(classifier, examples, side: bounds.side)
        samples[bounds.side] = sample
      }
      let index = classifier.spec.outputIndex(bounds.output)!
      outputs.append(
        Output(
          bounds: bounds, all: SetCoverage("all", bounds, sample, output: index),
          groups: sample.byGroup.map { SetCoverage($0.name, bounds, sample, output: index, $0.members) }
            .filter { $0.n > 0 }.sorted { ($0.worst, $0.name) < ($1.worst, $1.name) }))
    }
    self.outputs = outputs
  }

  package var json: JSON {
    .array(
      outputs.map {
        [
          "output": .string($0.bounds.output), "alpha": JSON($0.bounds.alpha), "all": $0.all.json,
          "groups": .array($0.groups.map(\.json)),
        ]
      })
  }
}
