internal import Foundation
public import Witan

/// Trains probes from hidden states.
public struct ProbeTrainer {
  public var options: ProbeTrainingOptions
  /// Called after each epoch, on the calling thread.
  public var onProgress: (TrainingProgress) -> Void = { _ in }

  public init(options: ProbeTrainingOptions = ProbeTrainingOptions()) { self.options = options }

  /// Some sequences of a set.
  private struct Part {
    let set: ActivationSet
    let sequences: [Int]
  }

  /// Trains a probe with the labels of `set`.
  ///
  /// Epochs and calibration are found on `dev`, or else on a share of the sequences that is held out.
  /// `textLogits` [sequences of dev x labels, or of the set without dev]: calibrated logits of a text classifier
  /// that did not learn from them; the probe then says how both are combined. Equal data, options and
  /// seed give equal bytes while BLAS has the same number of threads. O(epochs x tokens x dimensions x (units or labels)).
  ///
  /// Throws `data` when the sets do not fit together or there is nothing to learn, `invalidValue` for options.
  public func train(
    _ set: ActivationSet, dev: ActivationSet? = nil, textLogits: [Float]? = nil,
    metadata: [String: String] = [:]
  ) throws(WitanError) -> (probe: ActivationProbe, summary: ProbeSummary) {
    try options.check()
    let started = Date()
    let (fit, held) = try parts(set, dev)
    for (j, label) in set.labels.enumerated() {
      let positives = fit.sequences.count { set.target($0, j) >= 0.5 }
      guard 0 < positives, positives < fit.sequences.count || set.isPerToken else {
        throw WitanError(
          .data, "\(positives) of \(fit.sequences.count) training sequences have it; some must and some not",
          at: "labels.\(label)")
      }
    }
    if let textLogits, textLogits.count != (dev ?? set).count * set.labels.count {
      throw WitanError(
        .data, "there are \(textLogits.count / set.labels.count) texts for \((dev ?? set).count) sequences")
    }
    let standard = try Standardization(fit.set, fit.sequences)
    if !held.sequences.isEmpty { _ = try Standardization(held.set, held.sequences) }  // checks the values
    let found = try descend(fit, held, standard)
    let labels = set.labels.map { Label(id: $0) }
    let smoothing = options.smoothing ?? .window(options.loss.usesWindow ? options.window : 1)
    var spec = try ProbeSpec(
      dimensions: set.dimensions, units: options.units, labels: labels, smoothing: smoothing)
    var weights = found.network.folded(standard)
    if held.sequences.count >= 20 {
      let peaks = ProbeEvaluation.peaks(ActivationProbe(spec: spec, weights: weights), held.set)
      let ones = [Float](repeating: 1, count: held.sequences.count)
      var combination: [CombinedScore] = []
      for j in labels.indices {
        let z = held.sequences.map { peaks[$0 * labels.count + j] }
        let y = held.sequences.map { held.set.target($0, j) }
        (weights.slope[j], weights.offset[j]) = Self.calibration(z, y, ones)
        guard let textLogits else { continue }
        combination.append(
          try CombinedScore(
            probe: z.map { weights.slope[j] * $0 + weights.offset[j] },
            text: held.sequences.map { textLogits[$0 * labels.count + j] }, y,
            weight: options.combinedWeight))
      }
      spec = try spec.with(combination: combination)
    } else if textLogits != nil {
      throw WitanError(
        .data,
        "\(held.sequences.count) held-out sequences are too few to combine with a text model; 20 are needed")
    }
    let summary = ProbeSummary(
      sequences: fit.sequences.count, tokens: fit.sequences.reduce(0) { $0 + set.range($1).count },
      devSequences: held.sequences.count, loss: options.loss, window: options.window,
      temperature: options.temperature, epochs: found.epoch, seed: options.seed, trainLoss: found.trainLoss,
      devLoss: found.devLoss, seconds: Date().timeIntervalSince(started))
    var metadata = metadata
    metadata["witan.training"] = summary.json.text()
    metadata["witan.seed"] = "\(options.seed)"
    metadata["witan.data_digest"] = set.digest
    return (ActivationProbe(spec: spec, weights: weights, metadata: metadata), summary)
  }

  /// Platt's slope and offset of the largest logits. They lie far from 0 in long sequences, whatever the label,
  /// where Newton's steps would not converge; so they are centred first.
  package static func calibration(
    _ z: [Float], _ y: [Float], _ weights: [Float]
  ) -> (slope: Float, offset: Float) {
    let count = Float(max(1, z.count))
    let mean = z.reduce(0, +) / count
    let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let deviation = max(variance.squareRoot(), 1e-6)
    let fit = Calibrator.platt(z.map { ($0 - mean) / deviation }, y, weights)
    return (fit.slope / deviation, fit.offset - fit.slope * mean / deviation)
  }

  /// The sequences to learn from and those to judge by.
  private func parts(_ set: ActivationSet, _ dev: ActivationSet?) throws(WitanError) -> (Part, Part) {
    if let dev {
      guard dev.dimensions == set.dimensions, dev.labels == set.labels else {
        throw WitanError(
          .data,
          "the dev set has \(dev.dimensions) dimensions and the labels \(dev.labels), the training set "
            + "\(set.dimensions) and \(set.labels)")
      }
      return (
        Part(set: set, sequences: Array(0..<set.count)), Part(set: dev, sequences: Array(0..<dev.count))
      )
    }
    var order = Array(0..<set.count)
    var random = SeededRandom(seed: options.seed, purpose: "probe split")
    random.shuffle(&order)
    let held = Int(Double(set.count) * options.devShare)
    return (
      Part(set: set, sequences: order.dropFirst(held).sorted()),
      Part(set: set, sequences: order.prefix(held).sorted())
    )
  }

  /// What the descent ended with: the network of the pass with the lowest dev loss.
  private struct Found {
    var network: ProbeNetwork
    var epoch = 0
    var trainLoss: [Double] = []
    var devLoss: [Double] = []
  }

  private func descend(
    _ fit: Part, _ held: Part, _ standard: Standardization
  ) throws(WitanError) -> Found {
    let labels = fit.set.labels.count
    let shares = (0..<labels).map { j -> Float in
      let p = fit.sequences.reduce(0) { $0 + Double(fit.set.target($1, j)) } / Double(fit.sequences.count)
      return Float(log(max(p, 1e-3) / max(1 - p, 1e-3)))
    }
    var network = ProbeNetwork(
      dimensions: fit.set.dimensions, units: options.units, bias: shares, seed: options.seed)
    var found = Found(network: network)
    var optimizers: [AdamOptimizer] = []
    network.withParameters { optimizers.append(AdamOptimizer(count: $1.count)) }
    var (best, since) = (Double.infinity, 0)
    var order = fit.sequences
    var random = SeededRandom(seed: options.seed, purpose: "probe order")
    let total = options.maximumEpochs
    for epoch in 1...total {
      random.shuffle(&order)
      let progress = min(1, Double(2 * epoch) / Double(max(2, total)))
      let batches = stride(from: 0, to: order.count, by: options.batch).map {
        Array(order[$0..<min(order.count, $0 + options.batch)])
      }
      var loss = 0.0
      for (b, batch) in batches.enumerated() {
        let done = (Double(epoch - 1) + Double(b) / Double(batches.count)) / Double(total)
        let rate = options.learningRate * (1 - 0.9 * done)
        let x = try standard.states(fit.set, batch)
        let n = x.count / fit.set.dimensions
        let a = network.forward(x, n)
        var dz = [Float](repeating: 0, count: n * labels)
        loss += self.loss(a.logits, fit.set, batch, progress, gradient: &dz)
        let gradients = network.backward(x, n, a, dz)
        network.withParameters { i, values in
          // Biases are not pulled to zero.
          optimizers[i].step(&values, gradients[i], rate: rate, decay: i % 2 == 0 ? options.decay : 0)
        }
      }
      found.trainLoss.append(loss / Double(order.count))
      let judged = held.sequences.isEmpty ? nil : try devLoss(network, held, standard)
      found.devLoss.append(judged ?? found.trainLoss[epoch - 1])
      onProgress(
        TrainingProgress(
          epoch: epoch, maximumEpochs: total, trainLoss: found.trainLoss[epoch - 1], devLoss: judged,
          phase: "train", examplesDone: order.count, examplesTotal: order.count))
      if found.devLoss[epoch - 1] < best {
        (best, since, found.network, found.epoch) = (found.devLoss[epoch - 1], 0, network, epoch)
      } else {
        since += 1
        // While the loss itself still changes, no pass is worse than another.
        if since >= options.patience, options.loss != .annealed || progress == 1 { break }
      }
    }
    return found
  }

  private func devLoss(
    _ network: ProbeNetwork, _ held: Part, _ standard: Standardization
  ) throws(WitanError) -> Double {
    var loss = 0.0
    var unused: [Float] = []
    for start in stride(from: 0, to: held.sequences.count, by: options.batch) {
      let batch = Array(held.sequences[start..<min(held.sequences.count, start + options.batch)])
      let x = try standard.states(held.set, batch)
      let n = x.count / held.set.dimensions
      unused = Array(repeating: 0, count: n * network.labels)
      loss += self.loss(network.forward(x, n).logits, held.set, batch, 1, gradient: &unused)
    }
    return loss / Double(held.sequences.count)
  }

  /// The sum of the losses of sequences; the gradient of their mean. [tokens x labels]
  private func loss(
    _ logits: [Float], _ set: ActivationSet, _ batch: [Int], _ progress: Double, gradient: inout [Float]
  ) -> Double {
    let labels = set.labels.count
    var (loss, start) = (0.0, 0)
    var g: [Double] = []
    for s in batch {
      let range = set.range(s)
      for j in 0..<labels {
        let z = range.indices.map { Double(logits[(start + $0 - range.lowerBound) * labels + j]) }
        let y = set.isPerToken ? range.map { set.targets[$0 * labels + j] } : [set.target(s, j)]
        loss +=
          options.loss.value(
            z, y, window: options.window, temperature: options.temperature, progress: progress, gradient: &g)
          / Double(labels)
        for t in g.indices {
          gradient[(start + t) * labels + j] = Float(g[t] / Double(labels * batch.count))
        }
      }
      start += range.count
    }
    return loss
  }
}
