internal import Witan

/// The features of each fold, kept while the recipes that follow need the same.
struct FeatureCache {
  struct Sets {
    let fit: TrainingSet
    let held: TrainingSet
    let weights: FeatureWeights?

    /// Both parts as one to learn from, as if read anew.
    func merged(_ spec: ModelSpec, _ warmStart: WarmStart?) -> Sets {
      var all = fit
      all.append(held)
      return Sets(weighing: all, TrainingSet([], spec, nil), spec, warmStart)
    }

    /// Both with the weights of features that the first tells.
    init(weighing fit: TrainingSet, _ held: TrainingSet, _ spec: ModelSpec, _ warmStart: WarmStart?) {
      var (fit, held) = (fit, held)
      weights = spec.isWeighted ? FeatureWeights.start(fit, spec, warmStart) : nil
      if let weights {
        fit.apply(weights)
        held.apply(weights)
      }
      (self.fit, self.held) = (fit, held)
    }
  }

  private var architecture: ModelSpec?
  private var folds: [Int: Sets] = [:]

  /// The kept sets of a fold, if they are of this architecture.
  func known(_ index: Int, _ spec: ModelSpec) -> Sets? {
    guard let architecture, architecture.features == spec.features,
      architecture.isWeighted == spec.isWeighted
    else { return nil }
    return folds[index]
  }

  mutating func sets(
    of fold: Fold, at index: Int, _ spec: ModelSpec, _ embeddings: StaticEmbeddings?, _ warmStart: WarmStart?
  ) throws(WitanError) -> Sets {
    if let architecture, architecture.features != spec.features || architecture.isWeighted != spec.isWeighted
    {
      folds = [:]
    }
    architecture = spec
    if let sets = folds[index] { return sets }
    let sets = Sets(
      weighing: TrainingSet(fold.fit, runs: fold.runs, spec, embeddings),
      TrainingSet(fold.held, spec, embeddings), spec, warmStart)
    folds[index] = sets
    return sets
  }
}
