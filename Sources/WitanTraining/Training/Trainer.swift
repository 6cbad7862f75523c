internal import Crypto
internal import Foundation
public import Witan

/// Trains linear classifiers from examples.
public struct Trainer {
  public var options: TrainingOptions
  /// Called after each epoch, on the calling thread.
  public var onProgress: (TrainingProgress) -> Void = { _ in }

  public init(options: TrainingOptions = TrainingOptions()) { self.options = options }

  /// A trained classifier, and what training found.
  public struct Result {
    public let spec: ModelSpec
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
    let log2Buckets =
      options.log2Buckets
      ?? TrainingOptions.log2Buckets(forWidth: isSingle && names.count == 2 ? 1 : names.count)
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: log2Buckets), task: isSingle ? .singleLabel : .multiLabel,
      labels: names.map { Label(id: $0) })
    return try train(examples, dev: dev, spec: spec, metadata: metadata)
  }

  /// Trains the outputs that `spec` names.
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

    let fitSet = TrainingSet(fit, spec)
    let devSet = TrainingSet(held, spec)
    let found = search(fitSet, devSet, spec)
    let report = quantizationReport(found.trainer, devSet)
    let heldOut = modelWeights(found.trainer, found.calibration)
    var weights = heldOut
    if (dev == nil && !held.isEmpty) || more != nil {
      let all = TrainingSet(fit + held + (more ?? []), spec)
      weights = modelWeights(refit(all, found), found.calibration)
    }
    let summary = TrainingSummary(
      examples: examples.count, devExamples: held.count, epochs: found.epochs,
      wordRate: found.wordRate, seed: options.seed, trainLoss: found.trainLoss,
      devLoss: found.devLoss, quantization: report, seconds: Date().timeIntervalSince(started))
    var metadata = metadata
    metadata["witan.data_digest"] = Self.digest(examples + (dev ?? []) + (more ?? []))
    metadata["witan.seed"] = "\(options.seed)"
    metadata["witan.training"] = summary.json.text()
    return Result(
      spec: spec, summary: summary, weights: weights, heldOutWeights: heldOut, metadata: metadata)
  }

  private func modelWeights(_ trainer: LinearTrainer, _ calibration: Calibration) -> ModelWeights {
    let (table, scale) = trainer.quantized()
    return ModelWeights(
      table: table, scale: scale, bias: Array(trainer.bias.prefix(trainer.spec.width)),
      calibrationSlope: calibration.slope, calibrationOffset: calibration.offset)
  }

  /// What the search found: the best pass of the best word rate.
  private struct Found {
    var trainer: LinearTrainer
    var calibration: Calibration
    var wordRate: Float
    var epochs = 0
    var best = Double.infinity
    var trainLoss: [Double] = []
    var devLoss: [Double] = []
  }

  /// Trains with each word rate until the calibrated dev loss has not fallen for `patience` passes.
  private func search(_ data: TrainingSet, _ dev: TrainingSet, _ spec: ModelSpec) -> Found {
    var found: Found?
    for wordRate in dev.count > 0 ? options.wordRates : Array(options.wordRates.prefix(1)) {
      let run = search(data, dev, spec, wordRate)
      if run.best < found?.best ?? .infinity { found = run }
    }
    return found
      ?? Found(
        trainer: LinearTrainer(spec, options), calibration: .identity(spec.width), wordRate: 1)
  }

  private func search(
    _ data: TrainingSet, _ dev: TrainingSet, _ spec: ModelSpec, _ wordRate: Float
  ) -> Found {
    var trainer = LinearTrainer(spec, options)
    trainer.startFromBaseRates(data)
    var random = SeededRandom(seed: options.seed, purpose: "train")
    var found = Found(trainer: trainer, calibration: .identity(spec.width), wordRate: wordRate)
    for epoch in 1...options.maximumEpochs {
      let order = shuffled(data.count, &random)
      let trainLoss = trainer.epoch(data, order: order, wordRate: wordRate, random: &random)
      let logits = trainer.logits(dev)
      let calibration = Calibration(logits, dev, spec)
      let devLoss = dev.count > 0 ? calibration.loss(logits, dev, spec) : trainLoss
      found.trainLoss.append(trainLoss)
      found.devLoss.append(devLoss)
      onProgress(
        TrainingProgress(
          epoch: epoch, maximumEpochs: options.maximumEpochs, trainLoss: trainLoss,
          devLoss: dev.count > 0 ? devLoss : nil, phase: "train", examplesDone: data.count,
          examplesTotal: data.count))
      if devLoss < found.best {
        (found.trainer, found.calibration) = (trainer, calibration)
        (found.epochs, found.best) = (epoch, devLoss)
      }
      if epoch - found.epochs >= options.patience { break }
    }
    return found
  }

  /// The same training again on all examples, for as many passes as were best.
  private func refit(_ data: TrainingSet, _ found: Found) -> LinearTrainer {
    var trainer = LinearTrainer(found.trainer.spec, options)
    trainer.startFromBaseRates(data)
    var random = SeededRandom(seed: options.seed, purpose: "refit")
    for epoch in 1...max(1, found.epochs) {
      let order = shuffled(data.count, &random)
      let loss = trainer.epoch(data, order: order, wordRate: found.wordRate, random: &random)
      onProgress(
        TrainingProgress(
          epoch: epoch, maximumEpochs: found.epochs, trainLoss: loss, devLoss: nil, phase: "refit",
          examplesDone: data.count, examplesTotal: data.count))
    }
    return trainer
  }

  private func shuffled(_ count: Int, _ random: inout SeededRandom) -> [Int] {
    var order = Array(0..<count)
    random.shuffle(&order)
    return order
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

  private func quantizationReport(
    _ trainer: LinearTrainer, _ dev: TrainingSet
  ) -> TrainingSummary.Quantization? {
    guard dev.count > 0 else { return nil }
    let (table, scale) = trainer.quantized()
    let float = trainer.logits(dev)
    let exact = trainer.dequantized(table, scale).logits(dev)
    return TrainingSummary.Quantization(
      floatAccuracy: Metrics.accuracy(float, dev, trainer.spec),
      int8Accuracy: Metrics.accuracy(exact, dev, trainer.spec),
      largestLogitDifference: zip(float, exact).reduce(0) { max($0, ($1.0 - $1.1).magnitude) })
  }

  /// SHA-256 over the examples as JSON lines, in order.
  static func digest(_ examples: [Example]) -> String {
    var hash = SHA256()
    for example in examples { hash.update(data: Data((example.json.text() + "\n").utf8)) }
    return "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }
}

extension LinearTrainer {
  func quantized() -> (table: [Int8], scale: [Float]) { Quantizer.quantize(self) }

  /// This trainer with the weights that the int8 table stands for.
  func dequantized(_ table: [Int8], _ scale: [Float]) -> LinearTrainer {
    var copy = self
    for b in 0..<spec.features.buckets {
      for j in 0..<spec.width { copy[b, j] = Float(table[b * spec.width + j]) * scale[j] }
    }
    return copy
  }
}
