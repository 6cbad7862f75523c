internal import Witan

/// The features of each fold, kept while the recipes that follow need the same.
struct FeatureCache {
  struct Sets {
    let fit: TrainingSet
    let held: TrainingSet
    let weights: FeatureWeights?
  }

  private var architecture: ModelSpec?
  private var folds: [Int: Sets] = [:]

  mutating func sets(
    of fold: Fold, at index: Int, _ spec: ModelSpec, _ embeddings: StaticEmbeddings?, _ warmStart: WarmStart?
  ) throws(WitanError) -> Sets {
    if let architecture, architecture.features != spec.features || architecture.isWeighted != spec.isWeighted
    {
      folds = [:]
    }
    architecture = spec
    if let sets = folds[index] { return sets }
    var fit = TrainingSet(fold.fit, runs: fold.runs, spec, embeddings)
    var held = TrainingSet(fold.held, spec, embeddings)
    let weights = spec.isWeighted ? FeatureWeights.start(fit, spec, warmStart) : nil
    if let weights {
      fit.apply(weights)
      held.apply(weights)
    }
    let sets = Sets(fit: fit, held: held, weights: weights)
    folds[index] = sets
    return sets
  }
}
