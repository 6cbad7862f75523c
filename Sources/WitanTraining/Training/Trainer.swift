internal import Crypto
internal import Foundation
public import Witan

/// Trains classifiers from examples.
public struct Trainer {
  public var options: TrainingOptions
  /// The table of word-piece vectors that models are to use; nil for n-grams alone.
  public var embeddings: StaticEmbeddings?
  /// Called after each epoch, on the calling thread.
  public var onProgress: (TrainingProgress) -> Void = { _ in }
  /// Seconds since some moment, of which `autotune` is counted. A test's own makes a search find the same on
  /// a slow machine and a fast one.
  package var clock: () -> Double = { Date.timeIntervalSinceReferenceDate }

  public init(options: TrainingOptions = TrainingOptions(), embeddings: StaticEmbeddings? = nil) {
    self.options = options
    self.embeddings = embeddings
  }

  /// A trained classifier, and what training found.
  public struct Result {
    public let spec: ModelSpec
    public let summary: TrainingSummary
    package let weights: ModelWeights
    /// The architecture of `heldOutWeights`: without doubts and the other members of an ensemble.
    package let heldOutSpec: ModelSpec
    /// The weights before the last fit on all examples: those that the dev part has not seen.
    package let heldOutWeights: ModelWeights
    package let metadata: [String: String]

    /// The classifier as the bytes of its file.
    public var modelBytes: [UInt8] { ModelFile.encode(spec: spec, weights: weights, metadata: metadata) }
  }

  /// Trains on examples whose labels it collects. Single-label when every example has one `label`.
  ///
  /// Throws `data` when there is nothing to learn: no examples, or fewer than two classes.
  public func train(
    _ examples: [Example], dev: [Example]? = nil, metadata: [String: String] = [:]
  ) throws(WitanError) -> Result {
    if let warmStart = options.warmStart, !examples.isEmpty {
      return try train(examples, dev: dev, spec: warmStart.spec(adding: examples), metadata: metadata)
    }
    let isSingle = examples.allSatisfy { $0.isSingleLabel }
    let names = Set(examples.flatMap(\.labels.keys)).sorted()
    guard !examples.isEmpty else { throw WitanError(.data, "there are no training examples") }
    guard names.count >= (isSingle ? 2 : 1) else {
      throw WitanError(
        .data,
        "the training examples have \(names.count) label(s)\(names.first.map { ": '\($0)'" } ?? ""); "
          + "a choice needs two or more")
    }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 14), task: isSingle ? .singleLabel : .multiLabel,
      labels: names.map { Label(id: $0) })
    return try train(examples, dev: dev, spec: spec, metadata: metadata)
  }

  /// Trains the outputs that `spec` names; the rest of its architecture comes of `options.recipe`.
  ///
  /// Without `dev`, a share of the examples is held out (by a hash of their text, so that equal
  /// texts stay together) to find the number of epochs and the calibration; then the weights are
  /// fitted anew on all examples. With `dev` they are not, unless `refitOn` names more examples for
  /// that last fit. `runs` are readings of streams (`StreamReadings`), each run learnt together and with
  /// the labels of its first. O(epochs x features x width).
  ///
  /// Throws `data` when a label of `dev` is not in `spec`, or when nothing is left to train on.
  public func train(
    _ examples: [Example], dev: [Example]?, spec: ModelSpec, metadata: [String: String],
    refitOn more: [Example]? = nil, runs: [[Example]] = []
  ) throws(WitanError) -> Result {
    try options.check()
    try options.distillation?.check(spec)
    let known = Set(spec.labels.map(\.id))
    let parts = [(examples + (more ?? []) + runs.joined(), "training"), (dev ?? [], "dev")]
    for (part, name) in parts {
      for example in part {
        if let stranger = example.labels.keys.first(where: { !known.contains($0) }) {
          throw WitanError(
            .data, "the label '\(stranger)' is in the \(name) part, but the model has no such output")
        }
      }
    }
    if options.recipe.objective?.needsWholeTargets == true, spec.task == .singleLabel,
      options.distillation != nil || examples.contains(where: { !$0.isWhole })
    {
      throw WitanError(
        .invalidValue, "squared-hinge needs one label of degree 1 in each example, and no teacher",
        at: "options.recipe.objective")
    }
    let started = Date()
    let first =
      dev.map { Fold(fit: examples, held: $0) }
      ?? Fold.holdOut(options.devShare, of: examples, seed: options.seed)
    guard !first.fit.isEmpty else { throw WitanError(.data, "there are no training examples") }
    var folds: [Fold] = []
    if options.folds != 1 {
      folds = Fold.split(examples, into: max(2, options.folds == 0 ? 5 : options.folds), seed: options.seed)
      if dev != nil { folds.insert(first, at: 0) }  // the network that the model is made of, then the others
    }
    let balance = options.balancesClasses ? Self.classWeights(first.fit) : [:]
    func prepared(_ examples: [Example]) -> [Example] {
      let weighted = examples.map { $0.weighted(by: balance) }
      return options.distillation?.targets(weighted) ?? weighted
    }

    let recipes = RecipeTrainer(
      options: options, base: spec, embeddings: embeddings, onProgress: onProgress, clock: clock)
    let outcome = try RecipeSearch(
      options: options, trainer: recipes, first: Fold(fit: prepared(first.fit), held: first.held, runs: runs),
      folds: folds.map { Fold(fit: prepared($0.fit), held: $0.held) }
    ).run()
    let found = outcome.found
    let heldOut = try model(found, RecipeTrainer.Final(found, fold: 0), outcome.folds[0].fit)
    let report = try quantizationReport(outcome, heldOut)
    var (final, seen) = (heldOut, outcome.folds[0].fit)
    let members = min(outcome.members, Network.largestEnsemble(found.networks[0].spec))
    if (dev == nil && !first.held.isEmpty) || more != nil || members > 1 {
      let all = first.fit + (dev == nil || more != nil ? first.held : []) + (more ?? [])
      let isKnown =
        dev == nil && more == nil && runs.isEmpty && !options.balancesClasses && options.distillation == nil
      let fitted = try recipes.refit(
        found, on: prepared(all), runs: runs, members: members, known: isKnown ? outcome.sets : nil,
        keepsJudged: dev != nil && more == nil && runs.isEmpty)
      (final, seen) = (try model(found, fitted, all), all)
    }
    if options.estimatesDoubt {
      final.spec = try final.spec.with(doubt: true)
      let doubt = try DoubtFit(final.spec, final.weights, embeddings, seen)
      (final.weights.doubt, final.weights.doubtVariance) = (doubt.directions, doubt.variance)
    }
    let summary = TrainingSummary(
      examples: examples.count, devExamples: outcome.folds.reduce(0) { $0 + $1.held.count },
      folds: outcome.folds.count, members: members, epochs: found.epochs, recipe: found.recipe,
      recipesTried: outcome.tried, seed: options.seed, trainLoss: found.trainLoss, devLoss: found.devLoss,
      initialDevLoss: found.initial, quantization: report, seconds: Date().timeIntervalSince(started))
    var metadata = metadata
    metadata["witan.data_digest"] = Self.digest(examples + (dev ?? []) + (more ?? []) + runs.joined())
    metadata["witan.seed"] = "\(options.seed)"
    metadata["witan.teacher"] = options.distillation?.json.text()
    metadata["witan.warm_start"] = options.warmStart?.digest
    metadata["witan.training"] = summary.json.text()
    return Result(
      spec: final.spec, summary: summary, weights: final.weights, heldOutSpec: heldOut.spec,
      heldOutWeights: heldOut.weights, metadata: metadata)
  }

  /// What the file holds of a network that has seen `examples`.
  private func model(
    _ found: RecipeTrainer.Found, _ final: RecipeTrainer.Final, _ examples: [Example]
  ) throws(WitanError) -> (spec: ModelSpec, weights: ModelWeights) {
    let (network, spec) = (final.network.unshared, final.network.spec)
    var activations: [Float] = []
    if !spec.hidden.isEmpty {
      var sample = TrainingSet(Array(examples.prefix(2000)), spec, embeddings)
      if let weights = final.featureWeights { sample.apply(weights) }
      activations = NetworkTrainer(network: network, options: options, recipe: found.recipe)
        .largestActivations(sample)
    }
    let weights = Quantizer.quantize(
      network, found.calibration, squares: final.featureWeights?.squares, activations: activations)
    guard options.packsTable else { return (spec, weights) }
    return try Quantizer.packed(
      spec, weights,
      limit: found.recipe.crowdsTable ? Recipe.tableLimit(outputs: spec.outputs) : .max)
  }

  /// What each label weighs so that all weigh the same together.
  private static func classWeights(_ examples: [Example]) -> [String: Float] {
    var mass: [String: Float] = [:]
    for example in examples {
      for (label, degree) in example.labels { mass[label, default: 0] += degree * example.weight }
    }
    let total = mass.values.reduce(0, +)
    return mass.mapValues { total / (Float(mass.count) * max($0, 1e-6)) }
  }

  /// Whole numbers against floats, and the whole against what is left without the shared table; on the
  /// held-out part of every fold with the network that did not see it. `first`: the model of the first.
  private func quantizationReport(
    _ outcome: RecipeSearch.Outcome, _ first: (spec: ModelSpec, weights: ModelWeights)
  ) throws(WitanError) -> TrainingSummary.Quantization? {
    let found = outcome.found
    let count = outcome.folds.reduce(0) { $0 + $1.held.count }
    guard count > 0 else { return nil }
    var (float, int8, without, difference) = (0.0, 0.0, 0.0, Float(0))
    for (i, fold) in outcome.folds.enumerated() {
      let final = RecipeTrainer.Final(found, fold: i)
      let spec = final.network.spec
      let model = try i == 0 ? first : model(found, final, fold.fit)
      let bytes = ModelFile.encode(spec: model.spec, weights: model.weights, metadata: [:])
      var held = outcome.sets?.held ?? TrainingSet(fold.held, spec, embeddings)
      if let weights = final.featureWeights { held.apply(weights) }
      func accuracy(_ logits: [Float]) -> Double {
        Metrics.accuracy(logits, held, spec) * Double(held.count) / Double(count)
      }
      let own = NetworkTrainer(network: final.network, options: options, recipe: found.recipe).logits(held)
      let exact = try Classifier(bytes: bytes, embeddings: embeddings).logits(of: fold.held)
      float += accuracy(own)
      int8 += accuracy(exact)
      difference = zip(own, exact).reduce(difference) { max($0, ($1.0 - $1.1).magnitude) }
      guard spec.dense != nil else { continue }
      without += accuracy(try Classifier(bytes: bytes, embeddings: nil).logits(of: fold.held))
    }
    return TrainingSummary.Quantization(
      floatAccuracy: float, int8Accuracy: int8, largestLogitDifference: difference,
      accuracyWithoutEmbeddings: found.networks[0].spec.dense == nil ? nil : without)
  }

  /// SHA-256 over the examples as JSON lines, in order.
  static func digest(_ examples: [Example]) -> String {
    var hash = SHA256()
    for example in examples { hash.update(data: Data((example.json.text() + "\n").utf8)) }
    return "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }
}

extension Example {
  /// Whether it has one label, without a degree.
  var isWhole: Bool { labels.count == 1 && labels.values.first == 1 }

  fileprivate func weighted(by classes: [String: Float]) -> Example {
    guard !classes.isEmpty, !labels.isEmpty else { return self }
    var copy = self
    copy.weight *=
      labels.reduce(0) { $0 + $1.value * (classes[$1.key] ?? 1) } / max(1e-6, labels.values.reduce(0, +))
    return copy
  }
}
