internal import Foundation
internal import Witan

/// Finds the recipe, the number of passes and the calibration that are best on the dev part.
struct RecipeSearch {
  /// A trained network with what led to it.
  struct Found {
    var recipe: Recipe
    var network: Network
    var calibration: Calibration
    var featureWeights: FeatureWeights?
    var epochs = 0
    var best = Double.infinity
    /// Dev loss of the model that training began from.
    var initial: Double?
    var trainLoss: [Double] = []
    var devLoss: [Double] = []
  }

  let options: TrainingOptions
  let base: ModelSpec
  let embeddings: StaticEmbeddings?
  let fit: [Example]
  let dev: [Example]
  let onProgress: (TrainingProgress) -> Void

  /// Tries word rates, then, with `autotune`, changes one choice at a time and keeps what lowers the dev
  /// loss, until nothing does or the time is up. Returns the best and how many recipes were tried.
  func run() throws(WitanError) -> (found: Found, tried: Int) {
    let clock = ContinuousClock()
    let deadline = options.autotune.map { clock.now + .seconds($0) }
    var sets = Sets()
    var start = options.recipe.resolved(outputs: base.outputs)
    start.wordRate = options.wordRates.first ?? start.wordRate
    var found = try train(start, &sets, best: nil)
    var tried: Set<Recipe> = [start]
    guard !dev.isEmpty else { return (found, 1) }
    func attempt(_ recipe: Recipe) throws(WitanError) -> Bool {
      guard tried.insert(recipe).inserted else { return false }
      let other = try train(recipe, &sets, best: found)
      guard other.best < found.best else { return false }
      found = other
      return true
    }
    for rate in options.wordRates.dropFirst() {
      var recipe = start
      recipe.wordRate = rate
      _ = try attempt(recipe)
    }
    guard let deadline else { return (found, tried.count) }
    var improved = true
    search: while improved {
      improved = false
      for recipe in found.recipe.neighbours(outputs: base.outputs) {
        if clock.now >= deadline { break search }
        // A neighbour that was better is where the next round goes on from.
        if try attempt(recipe) { improved = true }
      }
    }
    return (found, tried.count)
  }

  /// The same training again on all examples, for as many passes as were best.
  func refit(_ found: Found, on examples: [Example]) throws(WitanError) -> Found {
    var sets = Sets()
    let spec = found.network.spec
    let data = try sets.training(examples, spec, embeddings, options.warmStart)
    var result = found
    result.network = Network.start(spec, options, found.recipe, data.set)
    result.featureWeights = data.weights
    let trainer = NetworkTrainer(network: result.network, options: options, recipe: found.recipe)
    var random = SeededRandom(seed: options.seed, purpose: "refit")
    let epochs = options.warmStart == nil ? max(1, found.epochs) : found.epochs
    for epoch in stride(from: 1, through: epochs, by: 1) {
      let loss = pass(trainer, data.set, epoch, found.epochs, "refit", &random)
      report(epoch, found.epochs, loss, nil, "refit", data.set.count, data.set.count)
    }
    return result
  }

  /// Trains until the calibrated dev loss has not fallen for `patience` passes, or falls so slowly that
  /// `best` is out of reach.
  private func train(_ recipe: Recipe, _ sets: inout Sets, best: Found?) throws(WitanError) -> Found {
    let spec = try options.spec(recipe, like: base, embeddings)
    let data = try sets.training(fit, spec, embeddings, options.warmStart)
    let held = sets.dev(dev, spec, embeddings, data.weights)
    let network = Network.start(spec, options, recipe, data.set)
    let trainer = NetworkTrainer(network: network, options: options, recipe: recipe)
    var random = SeededRandom(seed: options.seed, purpose: "train")
    var found = Found(
      recipe: recipe, network: network, calibration: .identity(spec.width), featureWeights: data.weights)
    if options.warmStart != nil, held.count > 0 {
      // Nothing that is learnt may be better than to leave the model as it is.
      let logits = trainer.logits(held)
      found.calibration = Calibration(logits, held, spec)
      found.best = found.calibration.loss(logits, held, spec)
      found.initial = found.best
      found.network = network.copy()
    }
    for epoch in 1...options.maximumEpochs {
      let trainLoss = pass(trainer, data.set, epoch, options.maximumEpochs, "train", &random)
      let logits = trainer.logits(held)
      let calibration = Calibration(logits, held, spec)
      let devLoss = held.count > 0 ? calibration.loss(logits, held, spec) : trainLoss
      found.trainLoss.append(trainLoss)
      found.devLoss.append(devLoss)
      report(
        epoch, options.maximumEpochs, trainLoss, held.count > 0 ? devLoss : nil, "train", data.set.count,
        data.set.count)
      if devLoss < found.best {
        found.network = network.copy()
        (found.calibration, found.epochs, found.best) = (calibration, epoch, devLoss)
      }
      if epoch - found.epochs >= options.patience { break }
      if let best, isHopeless(found, best) { break }
    }
    return found
  }

  /// Whether the last pass gained less than what is missing, were the gain to halve no further.
  private func isHopeless(_ found: Found, _ best: Found) -> Bool {
    let losses = found.devLoss
    guard losses.count >= 4, found.best > best.best else { return false }
    let gain = (losses[losses.count - 3] - losses[losses.count - 1]) / 2
    return losses.last! - gain * 8 > best.best
  }

  private func pass(
    _ trainer: NetworkTrainer, _ data: TrainingSet, _ epoch: Int, _ epochs: Int, _ phase: String,
    _ random: inout SeededRandom
  ) -> Double {
    var order = Array(0..<data.count)
    random.shuffle(&order)
    return trainer.epoch(data, order: order, seed: random.next()) { done, loss in
      report(epoch, epochs, loss, nil, phase, done, data.count)
    }
  }

  private func report(
    _ epoch: Int, _ epochs: Int, _ trainLoss: Double, _ devLoss: Double?, _ phase: String, _ done: Int,
    _ total: Int
  ) {
    onProgress(
      TrainingProgress(
        epoch: epoch, maximumEpochs: epochs, trainLoss: trainLoss, devLoss: devLoss, phase: phase,
        examplesDone: done, examplesTotal: total))
  }
}

/// The features of both parts, kept while the recipes that follow need the same.
private struct Sets {
  private var architecture: ModelSpec?
  private var fit: TrainingSet?
  private var held: TrainingSet?
  private var weights: FeatureWeights?

  mutating func training(
    _ examples: [Example], _ spec: ModelSpec, _ embeddings: StaticEmbeddings?, _ warmStart: WarmStart?
  ) throws(WitanError) -> (set: TrainingSet, weights: FeatureWeights?) {
    if let architecture, let fit, architecture.features == spec.features,
      architecture.isWeighted == spec.isWeighted
    {
      return (fit, weights)
    }
    var set = TrainingSet(examples, spec, embeddings)
    weights = spec.isWeighted ? FeatureWeights.start(set, spec, warmStart) : nil
    if let weights { set.apply(weights) }
    (architecture, fit, held) = (spec, set, nil)
    return (set, weights)
  }

  mutating func dev(
    _ examples: [Example], _ spec: ModelSpec, _ embeddings: StaticEmbeddings?, _ weights: FeatureWeights?
  ) -> TrainingSet {
    if let held { return held }
    var set = TrainingSet(examples, spec, embeddings)
    if let weights { set.apply(weights) }
    held = set
    return set
  }
}
