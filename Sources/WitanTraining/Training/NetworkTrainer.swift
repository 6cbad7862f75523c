internal import CKernels
internal import Foundation
internal import Witan

/// Stochastic training of a `Network`: AdaGrad (Duchi et al. 2011) over small batches, feature dropout.
///
/// Equal data, options and seed give equal weights, bit for bit, on every machine and for any number of
/// threads: the texts of a batch are independent of each other, then each part of the table is updated by
/// one thread in the order of the texts; kernels neither reassociate nor contract floating point.
package struct NetworkTrainer {
  let network: Network
  let options: TrainingOptions
  let recipe: Recipe

  package init(network: Network, options: TrainingOptions, recipe: Recipe) {
    (self.network, self.options, self.recipe) = (network, options, recipe)
  }

  /// Texts whose gradients are taken at the same weights.
  static let batch = 16
  /// Weights that a batch must touch for threads to be worth waking: it takes them some microseconds.
  static let leastParallelWeights = 1 << 16

  /// One pass over the examples named by `order`; returns the mean loss. O(features x columns).
  ///
  /// `onProgress` is told how many examples are done, and their loss, a few times a second.
  package func epoch(
    _ data: TrainingSet, order: [Int], seed: UInt64, annealing: Float = 1,
    onProgress: (Int, Double) -> Void = { _, _ in }
  ) -> Double {
    let widest = data.units.map(\.count).max() ?? 1
    let slots = Slots(network, texts: Self.batch + widest - 1, longest: data.longest)
    defer { slots.deallocate() }
    let rates = rates()
    let mostThreads = max(1, min(options.threads, TrainingSet.parts))
    var (loss, total) = (0.0, 0.0)
    var (next, batches) = (0, 0)
    var texts: [Int] = []
    var units: [Range<Int>] = []  // of `texts`
    while next < order.count {
      texts.removeAll(keepingCapacity: true)
      units.removeAll(keepingCapacity: true)
      var taken = 0
      while next < order.count, taken < Self.batch {
        let unit = data.units[order[next]]
        next += 1
        taken += unit.count
        guard data.weights[unit.lowerBound] > 0 else { continue }
        units.append(texts.count..<texts.count + unit.count)
        texts += unit
      }
      guard !texts.isEmpty else { continue }
      let weights = texts.reduce(0) { $0 + data.ids($1).count } * network.stride
      let threads = weights < Self.leastParallelWeights ? 1 : mostThreads
      Self.perform(threads, tasks: texts.count) { i in
        logits(of: texts[i], slot: i, data, seed: seed, slots)
      }
      Self.perform(threads, tasks: units.count) { i in
        units[i].count == 1
          ? single(texts[units[i].lowerBound], slot: units[i].lowerBound, data, slots)
          : run(units[i], texts, data, slots, annealing)
      }
      Self.perform(threads, tasks: TrainingSet.parts + 1) { part in
        part < TrainingSet.parts
          ? updateRows(part, texts, data, rates, slots) : updateLayers(texts, data, slots)
      }
      for unit in units {
        loss += slots.loss[unit.lowerBound]
        total += Double(data.weights[texts[unit.lowerBound]])
      }
      batches += 1
      if batches % 64 == 0 { onProgress(next, loss / max(total, 1e-9)) }
    }
    return total > 0 ? loss / total : 0
  }

  /// Logits of every example. [examples x width]
  package func logits(_ data: TrainingSet) -> [Float] {
    let width = network.spec.width
    let shards = min(64, max(1, data.count / 32))
    let results = concurrentMap(shards) { shard in
      let a = Activations(network)
      defer { a.deallocate() }
      var out: [Float] = []
      for i in shard * data.count / shards..<(shard + 1) * data.count / shards {
        data.ids.withUnsafeBufferPointer { ids in
          let range = data.ids(i)
          gather(ids, range, scale: 1 / data.norms[i], into: a.x)
        }
        forward(i, data, a)
        out += UnsafeBufferPointer(start: a.z, count: width)
      }
      return out
    }
    return results.flatMap { $0 }
  }

  /// The largest value of any unit of each hidden layer. [layers]
  func largestActivations(_ data: TrainingSet) -> [Float] {
    let a = Activations(network)
    defer { a.deallocate() }
    var largest = [Float](repeating: 0, count: network.spec.hidden.count)
    for i in 0..<data.count {
      data.ids.withUnsafeBufferPointer { gather($0, data.ids(i), scale: 1 / data.norms[i], into: a.x) }
      forward(i, data, a)
      for (layer, units) in network.spec.hidden.enumerated() {
        for k in 0..<units { largest[layer] = max(largest[layer], (layer == 0 ? a.first : a.second)[k]) }
      }
    }
    return largest
  }

  // MARK: One text

  /// Forward pass of one text into its slot.
  private func logits(of i: Int, slot: Int, _ data: TrainingSet, seed: UInt64, _ slots: Slots) {
    let a = slots.activations[slot]
    let kept = slots.kept + slot * slots.longest
    var random = SeededRandom(seed: seed ^ UInt64(i) &* 0x9E37_79B9_7F4A_7C15)
    let keep = UInt64(((1 - recipe.featureDropout) * 256).rounded())
    var count = 0
    data.ids.withUnsafeBufferPointer { ids in
      for part in 0..<TrainingSet.parts {
        count = Self.drop(ids, data.ids(i, part: part), keep: keep, &random, into: kept, from: count)
        slots.ends[slot * TrainingSet.parts + part] = count
      }
    }
    // Inverted dropout: what is left is scaled up, so that nothing changes when scoring.
    let scale = 256 / Float(keep) / data.norms[i]
    slots.scale[slot] = scale
    gather(UnsafeBufferPointer(start: kept, count: count), 0..<count, scale: scale, into: a.x)
    forward(i, data, a)
  }

  /// Loss and backward pass of one text after its forward pass.
  private func single(_ i: Int, slot: Int, _ data: TrainingSet, _ slots: Slots) {
    let (a, width) = (slots.activations[slot], network.spec.width)
    slots.loss[slot] = (recipe.objective ?? .crossEntropy).loss(
      network.spec, a.z, data.targets[i * width..<(i + 1) * width], weight: data.weights[i],
      labelWeights: data.labelWeights(i, width: width), gradient: a.gradient)
    network.backward(a)
  }

  /// The same of the readings of a stream, which have targets and weight in common.
  private func run(
    _ run: Range<Int>, _ texts: [Int], _ data: TrainingSet, _ slots: Slots, _ annealing: Float
  ) {
    let width = network.spec.width
    let first = texts[run.lowerBound]
    let weight = data.weights[first]
    var gradient: [Double] = []
    var total = 0.0
    for j in 0..<width {
      total += options.streamLoss.value(
        run.map { Double(slots.activations[$0].z[j]) }, [data.targets[first * width + j]],
        window: StreamReadings.windowReadings, temperature: 1, progress: Double(annealing),
        gradient: &gradient)
      for (t, slot) in run.enumerated() {
        slots.activations[slot].gradient[j] = Float(gradient[t]) * weight
      }
    }
    slots.loss[run.lowerBound] = total * Double(weight)
    for slot in run { network.backward(slots.activations[slot]) }
  }

  private func gather(
    _ ids: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, scale: Float,
    into x: UnsafeMutablePointer<Float>
  ) {
    guard let base = ids.baseAddress else {
      return x.update(repeating: 0, count: network.stride)
    }
    witan_train_forward(x, network.rows, network.stride, base + range.lowerBound, range.count, scale)
  }

  private func forward(_ i: Int, _ data: TrainingSet, _ a: Activations) {
    let d = data.dimensions
    data.dense.withUnsafeBufferPointer { dense in
      for j in 0..<d { a.vector[j] = dense[i * d + j] * Network.denseGain }
    }
    network.forward(a, isDense: true)
  }

  // MARK: Updates

  private func updateRows(
    _ part: Int, _ texts: [Int], _ data: TrainingSet, _ rates: [Float], _ slots: Slots
  ) {
    let stride = network.stride
    withUnsafeTemporaryAllocation(of: Float.self, capacity: stride) { gradient in
      for i in texts.indices {
        let from = part == 0 ? 0 : slots.ends[i * TrainingSet.parts + part - 1]
        let count = slots.ends[i * TrainingSet.parts + part] - from
        guard count > 0 else { continue }
        for j in 0..<stride { gradient[j] = slots.activations[i].gradient[j] * slots.scale[i] }
        witan_train_adagrad(
          network.rows, stride, slots.kept + i * slots.longest + from, count, gradient.baseAddress!, rates)
      }
    }
  }

  private func updateLayers(_ texts: [Int], _ data: TrainingSet, _ slots: Slots) {
    let rate = baseRate
    for i in texts.indices {
      let a = slots.activations[i]
      for j in 0..<network.columns where a.gradient[j] != 0 {
        network.biasSquares[j] += a.gradient[j] * a.gradient[j]
        network.bias[j] -= rate * a.gradient[j] / (network.biasSquares[j] + 1e-12).squareRoot()
      }
      step(network.dense, a.vector, a.gradient, rate)
      guard !network.spec.hidden.isEmpty else { continue }
      let layerRate = TrainingOptions.layerRate
      let last = network.hidden.rows > 0 ? a.second : a.first
      step(network.output, last, a.gradient, layerRate)
      if network.hidden.rows > 0 {
        step(network.hidden, a.first, a.secondGradient, layerRate)
        let squares = network.hiddenBias.squares
        for k in 0..<network.hidden.rows {
          let g = a.secondGradient[k]
          squares[k] += g * g
          network.hiddenBias.weights[k] -= layerRate * g / (squares[k] + 1e-12).squareRoot()
        }
      }
    }
  }

  private func step(
    _ layer: Network.Layer, _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ rate: Float
  ) {
    guard layer.rows > 0 else { return }
    witan_train_layer(layer.weights, layer.squares, layer.rows, layer.width, x, gradient, rate)
  }

  /// The one column of a choice of two moves as far as two columns do apart.
  private var baseRate: Float { network.spec.isBinary ? 2 * recipe.learningRate : recipe.learningRate }

  /// Step size by the mark of an id: squared weight in the low 7 bits, word or character in the highest.
  private func rates() -> [Float] {
    (0..<256).map { mark in
      let weight = network.spec.isWeighted ? Float(mark & 127).squareRoot() : 1
      return baseRate * weight * (mark & 128 != 0 ? recipe.wordRate ?? 1 : 1)
    }
  }

  /// Copies the ids that dropout keeps behind `from`; returns where they end.
  private static func drop(
    _ ids: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, keep: UInt64, _ random: inout SeededRandom,
    into kept: UnsafeMutablePointer<UInt32>, from: Int
  ) -> Int {
    var count = from
    var bits: UInt64 = 0
    var n = 0
    for i in range {
      if n & 7 == 0 { bits = random.next() }
      n &+= 1
      kept[count] = ids[i]
      count &+= bits & 255 < keep ? 1 : 0
      bits >>= 8
    }
    return count
  }

  private static func perform(_ threads: Int, tasks: Int, _ body: (Int) -> Void) {
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task) }
      return
    }
    nonisolated(unsafe) let body = body  // tasks write to disjoint memory
    DispatchQueue.concurrentPerform(iterations: tasks) { body($0) }
  }
}

/// What the texts of a batch need between the two passes.
private struct Slots {
  let activations: [Activations]
  let longest: Int
  let kept: UnsafeMutablePointer<UInt32>  // [texts x longest]
  let ends: UnsafeMutablePointer<Int>  // [texts x parts]
  let scale: UnsafeMutablePointer<Float>  // [texts]
  let loss: UnsafeMutablePointer<Double>  // [texts]

  init(_ network: Network, texts: Int, longest: Int) {
    activations = (0..<texts).map { _ in Activations(network) }
    self.longest = longest + 1
    kept = .allocate(capacity: texts * (longest + 1))
    ends = .allocate(capacity: texts * TrainingSet.parts)
    scale = .allocate(capacity: texts)
    loss = .allocate(capacity: texts)
  }

  func deallocate() {
    activations.forEach { $0.deallocate() }
    kept.deallocate()
    ends.deallocate()
    scale.deallocate()
    loss.deallocate()
  }
}

extension ModelSpec {
  /// Whether the columns are one choice; else each is a sigmoid.
  var isSoftmax: Bool { task == .singleLabel && !isBinary }

  /// z becomes probabilities, in place. [width]
  func activate(_ z: UnsafeMutablePointer<Float>) { activate(z, softmax: isSoftmax) }

  func activate(_ z: UnsafeMutablePointer<Float>, softmax isSoftmax: Bool) {
    if isSoftmax {
      softmax(z, width)
    } else {
      witan_sigmoid(z, z, width)
    }
  }
}
