internal import Foundation
internal import Witan

extension Network {
  /// The network that training begins from: new, at the base rates of `data`, or the warm start's.
  static func start(
    _ spec: ModelSpec, _ options: TrainingOptions, _ recipe: Recipe, _ data: TrainingSet, seed: UInt64
  ) -> Network {
    let network = Network(spec, seed: seed)
    guard let warmStart = options.warmStart else {
      network.sharing = options.sharing
      network.startFromBaseRates(data)
      return network
    }
    network.take(warmStart.weights, of: warmStart.spec)
    let trainer = NetworkTrainer(network: network, options: options, recipe: recipe)
    network.startNewLabels(after: warmStart.spec, data, trainer.logits(data))
    return network
  }

  /// Undoes `Quantizer`: float weights from a model's whole numbers, its calibration multiplied in, so that
  /// training begins at the probabilities that the model gives. `spec` may have more labels than `model`;
  /// their weights stay 0. O(weights).
  private func take(_ weights: ModelWeights, of model: ModelSpec) {
    let columns = Self.columns(of: model, in: spec)
    for (j, to) in columns.enumerated() {
      let isOutput = j < model.width
      let slope = isOutput ? weights.calibrationSlope[j] : 1
      let step = weights.scale[j] * slope
      for b in 0..<spec.features.buckets {
        rows[b * 2 * stride + to] = Float(weights.table[b * model.columns + j]) * step
      }
      bias[to] = weights.bias[j] * slope + (isOutput ? weights.calibrationOffset[j] : 0)
      if let dimensions = model.dense?.dimensions {
        fill(dense, to, weights.dense, j, dimensions, slope * Head.unitLength / Self.denseGain)
      }
    }
    guard let last = model.hidden.last else { return }
    for i in 0..<spec.width {
      (output.weights + i * output.width).update(repeating: 0, count: output.width)
    }
    for j in 0..<model.width {
      fill(output, columns[j], weights.output, j, last, weights.calibrationSlope[j] / weights.steps.last!)
    }
    guard model.hidden.count == 2 else { return }
    for k in 0..<last {
      fill(hidden, k, weights.hidden, k, model.hidden[0], 1 / weights.steps[0])
      hiddenBias.weights[k] = weights.hiddenBias[k]
    }
  }

  /// Where the columns of `model` stand in `spec`: outputs, then hidden units.
  private static func columns(of model: ModelSpec, in spec: ModelSpec) -> [Int] {
    let outputs = (0..<model.width).map { j in
      // One column for a choice of two is the second label's when that of the first stays 0.
      if model.isBinary { return spec.isBinary ? 0 : 1 }
      return model.hasAny && j == model.width - 1 ? spec.width - 1 : j
    }
    return outputs + (0..<(model.hidden.first ?? 0)).map { spec.width + $0 }
  }

  /// Row `from` of a matrix of whole numbers, times `gain`, into row `to` of a layer.
  private func fill(
    _ layer: Layer, _ to: Int, _ matrix: ModelWeights.Matrix, _ from: Int, _ columns: Int, _ gain: Float
  ) {
    for k in 0..<columns {
      layer.weights[to * layer.width + k] =
        Float(matrix.values[from * columns + k]) * (matrix.scale[from] * gain)
    }
  }

  /// Sets the biases of labels that `model` lacks so that their mean probability is their share of `data`
  /// from the start: in a softmax beside what `logits` say of the others. [examples x width]
  private func startNewLabels(after model: ModelSpec, _ data: TrainingSet, _ logits: [Float]) {
    let new = model.labels.count..<spec.labels.count
    guard !new.isEmpty, data.count > 0 else { return }
    let width = spec.width
    let total = data.weights.reduce(0.0) { $0 + Double($1) }
    // Half an example more, as in `startFromBaseRates`.
    let shares = new.map { j in
      (0..<data.count).reduce(0.5) { $0 + Double(data.weights[$1] * data.targets[$1 * width + j]) }
        / (total + 1)
    }
    guard spec.isSoftmax else {
      for (j, share) in zip(new, shares) { bias[j] = Float(log(share / (1 - share))) }
      return
    }
    let others = (0..<data.count).map { i in  // log of the sum of the exponentials
      let row = logits[i * width..<i * width + new.lowerBound]
      let largest = row.max()!
      return Double(largest) + log(row.reduce(0.0) { $0 + exp(Double($1 - largest)) })
    }
    let sum = min(shares.reduce(0, +), 1 - 0.5 / (total + 1))
    // What is added to all of them, by bisection: their mean probability rises with it.
    var (low, high) = (others.min()! - 50, others.max()! + 50)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let mean = zip(others, data.weights).reduce(0.0) {
        $0 + Double($1.1) / (1 + exp($1.0 - middle) / sum)
      }
      if mean < sum * total { low = middle } else { high = middle }
    }
    for (j, share) in zip(new, shares) { bias[j] = Float(log(share) + low) }
  }
}
