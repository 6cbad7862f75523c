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

  public init(options: TrainingOptions = TrainingOptions(), embeddings: StaticEmbeddings? = nil) {
    self.options = options
    self.embeddings = embeddings
  }

  /// A trained classifier, and what training found.
  public struct Result {
    public let spec: ModelSpec
    /// The architecture of `heldOutWeights`: the same, without doubts.
    package let heldOutSpec: ModelSpec
    public let summary: TrainingSummary
    package let weights: ModelWeights
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
  /// that last fit. O(epochs x features x width).
  ///
  /// Throws `data` when a label of `dev` is not in `spec`, or when nothing is left to train on.
  public func train(
    _ examples: [Example], dev: [Example]?, spec: ModelSpec, metadata: [String: String],
    refitOn more: [Example]? = nil
  ) throws(WitanError) -> Result {
    try options.check()
    let known = Set(spec.labels.map(\.id))
    for (part, name) in [(examples + (more ?? []), "training"), (dev ?? [], "dev")] {
      for example in part {
        if let stranger = example.labels.keys.first(where: { !known.contains($0) }) {
          throw WitanError(
            .data, "the label '\(stranger)' is in the \(name) part, but the model has no such output")
        }
      }
    }
    let started = Date()
    let (fit, held) = dev.map { (examples, $0) } ?? split(examples)
    guard !fit.isEmpty else { throw WitanError(.data, "there are no training examples") }

    let balance = options.balancesClasses ? Self.classWeights(fit) : [:]
    let search = RecipeSearch(
      options: options, base: spec, embeddings: embeddings, fit: fit.map { $0.weighted(by: balance) },
      dev: held, onProgress: onProgress)
    var (found, tried) = try search.run()
    let spec = found.network.spec
    let heldOut = weights(found, fit)
    let report = try quantizationReport(found, spec, heldOut, held)
    var (final, seen) = (heldOut, fit)
    if (dev == nil && !held.isEmpty) || more != nil {
      let all = fit + held + (more ?? [])
      found = try search.refit(found, on: all.map { $0.weighted(by: balance) })
      (final, seen) = (weights(found, all), all)
    }
    let finalSpec = try spec.with(doubt: options.estimatesDoubt)
    if options.estimatesDoubt {
      let doubt = try DoubtFit(finalSpec, final, embeddings, seen)
      (final.doubt, final.doubtVariance) = (doubt.directions, doubt.variance)
    }
    let summary = TrainingSummary(
      examples: examples.count, devExamples: held.count, epochs: found.epochs, recipe: found.recipe,
      recipesTried: tried, seed: options.seed, trainLoss: found.trainLoss, devLoss: found.devLoss,
      quantization: report, seconds: Date().timeIntervalSince(started))
    var metadata = metadata
    metadata["witan.data_digest"] = Self.digest(examples + (dev ?? []) + (more ?? []))
    metadata["witan.seed"] = "\(options.seed)"
    metadata["witan.training"] = summary.json.text()
    return Result(
      spec: finalSpec, heldOutSpec: spec, summary: summary, weights: final, heldOutWeights: heldOut,
      metadata: metadata)
  }

  private func weights(_ found: RecipeSearch.Found, _ examples: [Example]) -> ModelWeights {
    var activations: [Float] = []
    if !found.network.spec.hidden.isEmpty {
      var sample = TrainingSet(Array(examples.prefix(2000)), found.network.spec, embeddings)
      if let weights = found.featureWeights { sample.apply(weights) }
      activations = NetworkTrainer(network: found.network, options: options, recipe: found.recipe)
        .largestActivations(sample)
    }
    return Quantizer.quantize(
      found.network, found.calibration, squares: found.featureWeights?.squares, activations: activations)
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

  /// Holds out a share by a hash of text and seed.
  private func split(_ examples: [Example]) -> (fit: [Example], dev: [Example]) {
    let bound = UInt64(options.devShare * 10_000)
    func isHeld(_ e: Example) -> Bool {
      var random = SeededRandom(seed: options.seed ^ fnv1a(e.text.utf8), purpose: "split")
      return random.next() % 10_000 < bound
    }
    let fit = examples.filter { !isHeld($0) }
    return fit.isEmpty ? (examples, []) : (fit, examples.filter(isHeld))
  }

  /// Whole numbers against floats, and the whole against what is left without the shared table.
  private func quantizationReport(
    _ found: RecipeSearch.Found, _ spec: ModelSpec, _ weights: ModelWeights, _ dev: [Example]
  ) throws(WitanError) -> TrainingSummary.Quantization? {
    guard !dev.isEmpty else { return nil }
    let bytes = ModelFile.encode(spec: spec, weights: weights, metadata: [:])
    var held = TrainingSet(dev, spec, embeddings)
    if let weights = found.featureWeights { held.apply(weights) }
    let float = NetworkTrainer(network: found.network, options: options, recipe: found.recipe).logits(held)
    func logits(_ embeddings: StaticEmbeddings?) throws(WitanError) -> [Float] {
      try Classifier(bytes: bytes, embeddings: embeddings).logits(of: dev.map(\.text))
    }
    let exact = try logits(embeddings)
    return TrainingSummary.Quantization(
      floatAccuracy: Metrics.accuracy(float, held, spec), int8Accuracy: Metrics.accuracy(exact, held, spec),
      largestLogitDifference: zip(float, exact).reduce(0) { max($0, ($1.0 - $1.1).magnitude) },
      accuracyWithoutEmbeddings: spec.dense == nil
        ? nil : Metrics.accuracy(try logits(nil), held, spec))
  }

  /// SHA-256 over the examples as JSON lines, in order.
  static func digest(_ examples: [Example]) -> String {
    var hash = SHA256()
    for example in examples { hash.update(data: Data((example.json.text() + "\n").utf8)) }
    return "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }
}

extension Example {
  fileprivate func weighted(by classes: [String: Float]) -> Example {
    guard !classes.isEmpty, !labels.isEmpty else { return self }
    var copy = self
    copy.weight *=
      labels.reduce(0) { $0 + $1.value * (classes[$1.key] ?? 1) } / max(1e-6, labels.values.reduce(0, +))
    return copy
  }
}
