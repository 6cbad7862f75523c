package import Witan

/// Float weights to whole numbers: table columns with a step each, layers with a step for each row.
package enum Quantizer {
  /// The weights as the runtime reads them. `activations` are the largest of each hidden layer; `squares`
  /// the weights of features in the norm. O(10 x weights).
  static func quantize(
    _ network: Network, _ calibration: Calibration, squares: [UInt8]?, activations: [Float]
  ) -> ModelWeights {
    let spec = network.spec
    let (table, scale) = quantizeTable(network, squares)
    var weights = ModelWeights(
      table: table, scale: scale,
      bias: Array(UnsafeBufferPointer(start: network.bias, count: network.columns)),
      calibrationSlope: calibration.slope, calibrationOffset: calibration.offset)
    if let dimensions = spec.dense?.dimensions {
      weights.dense = matrix(network.dense, dimensions, Network.denseGain / Head.unitLength)
    }
    guard let last = spec.hidden.last else { return weights }
    // Room for texts that excite a unit more than any in training did.
    weights.steps = activations.map { max($0, 1e-3) * 2 / Head.maximumActivation }
    weights.output = matrix(network.output, last, weights.steps.last!)
    if spec.hidden.count == 2 {
      weights.hidden = matrix(network.hidden, spec.hidden[0], weights.steps[0])
      weights.hiddenBias = Array(
        UnsafeBufferPointer(start: network.hiddenBias.weights, count: spec.hidden[1]))
    }
    return weights
  }

  /// The same without rows that hold nothing, which changes no score; and, where the table is larger than
  /// `limit` bytes, without the smallest (as `witan compress --prune` without texts): what a row moves counts,
  /// not how often training saw it, since texts to come have other words (newsgroups20 73.2 to 73.8).
  package static func packed(
    _ spec: ModelSpec, _ weights: ModelWeights, limit: Int
  ) throws(WitanError) -> (spec: ModelSpec, weights: ModelWeights) {
    var table = CompressibleTable(spec, weights, counts: nil)
    let most = max(1, (limit - table.buckets / 8) / table.width)
    let filled = table.nonEmpty.count
    if table.buckets > most, filled > most {
      table.prune(filled - most, RowImportance.measure(table, spec, weights))
    }
    let packing = try TablePacking(table, bits: 8)
    var packed = weights
    (packed.table, packed.kept) = (packing.rows, packing.kept)
    return (try spec.with(log2Buckets: spec.features.log2Buckets, table: packing.spec), packed)
  }

  /// A layer without its padding; `unit` is the value of a step of its input.
  private static func matrix(_ layer: Network.Layer, _ columns: Int, _ unit: Float) -> ModelWeights.Matrix {
    var rows: [Float] = []
    for i in 0..<layer.rows {
      rows += UnsafeBufferPointer(start: layer.weights + i * layer.width, count: columns)
    }
    var matrix = ModelWeights.Matrix(rounding: rows, columns: columns)
    matrix.scale = matrix.scale.map { $0 * unit }
    return matrix
  }

  /// Chooses for each column the step that loses least (mean square), among clipping points from the
  /// largest weight down; rounds half to even. [buckets x spec.columns], [columns]
  private static func quantizeTable(
    _ network: Network, _ squares: [UInt8]?
  ) -> (table: [Int8], scale: [Float]) {
    let (buckets, columns) = (network.spec.features.buckets, network.columns)
    let width = network.spec.columns
    let stride = network.stride
    // Row by row, as memory has them: how many weights each column has, then a sample of them.
    var counts = [Int](repeating: 0, count: columns)
    var largest = [Float](repeating: 0, count: columns)
    for b in 0..<buckets {
      let row = network.rows + b * 2 * stride
      for j in 0..<columns where row[j] != 0 {
        counts[j] += 1
        largest[j] = max(largest[j], row[j].magnitude)
      }
    }
    let every = counts.map { max(1, $0 >> 15) }
    var samples = [[Float]](repeating: [], count: columns)
    for j in 0..<columns { samples[j].reserveCapacity(counts[j] / every[j] + 1) }
    counts = [Int](repeating: 0, count: columns)
    for b in 0..<buckets {
      let row = network.rows + b * 2 * stride
      for j in 0..<columns where row[j] != 0 {
        if counts[j] == 0 { samples[j].append(row[j]) }
        counts[j] = counts[j] + 1 == every[j] ? 0 : counts[j] + 1
      }
    }
    let scale = (0..<columns).map { bestStep(samples[$0], largest: largest[$0]) }
    let inverse = scale.map { $0 > 0 ? 1 / $0 : 0 }
    let table = [Int8](unsafeUninitializedCapacity: buckets * width) { table, count in
      for b in 0..<buckets {
        let row = network.rows + b * 2 * stride
        for j in 0..<columns { table[b * width + j] = row[j] == 0 ? 0 : step(row[j], inverse[j]) }
        if let squares { table[b * width + columns] = Int8(squares[b]) }
      }
      count = buckets * width
    }
    return (table, scale)
  }

  static func step(_ w: Float, _ inverse: Float) -> Int8 {
    Int8(min(127, max(-127, (w * inverse).rounded(.toNearestOrEven))))
  }

  /// The step of a column that loses least.
  static func bestStep(_ column: [Float]) -> Float {
    let sample = stride(from: 0, to: column.count, by: max(1, column.count >> 15)).map { column[$0] }
    return bestStep(sample, largest: column.reduce(0) { max($0, $1.magnitude) })
  }

  /// The same of a column whose largest weight is given, judged by at most 2^16 of its weights: it is a mean.
  private static func bestStep(_ sample: [Float], largest: Float) -> Float {
    guard largest > 0 else { return 0 }
    var best = (error: Float.infinity, step: largest / 127)
    for tenth in stride(from: 10, through: 2, by: -1) {
      let candidate = largest * Float(tenth) / 10 / 127
      let inverse = 1 / candidate
      var error: Float = 0
      for w in sample {
        let d = w - Float(step(w, inverse)) * candidate
        error += d * d
        if error >= best.error { break }  // it only grows
      }
      if error < best.error { best = (error, candidate) }
    }
    return best.step
  }
}
