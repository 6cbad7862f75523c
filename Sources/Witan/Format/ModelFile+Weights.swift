extension ModelFile {
  /// The weights in a file as training gives them, with the table unpacked to int8 and a row for every
  /// bucket. [table: buckets x columns] Throws as `init`. O(file).
  package static func plainWeights(_ bytes: [UInt8]) throws(WitanError) -> ModelWeights {
    let storage = MappedFile(copying: bytes)
    return try withExtendedLifetime(storage) { () throws(WitanError) in
      try ModelFile(storage.bytes).plainWeights()
    }
  }

  private func plainWeights() throws(WitanError) -> ModelWeights {
    var rows = [Int8](repeating: 0, count: spec.features.buckets * spec.columns)
    for b in 0..<spec.features.buckets {
      for j in 0..<spec.columns { rows[b * spec.columns + j] = Int8(truncatingIfNeeded: table[b, j]) }
    }
    let columns = spec.width + (spec.hidden.first ?? 0)
    var weights = ModelWeights(
      table: rows, scale: try floats("scale", columns), bias: try floats("bias", columns),
      calibrationSlope: calibrationSlope, calibrationOffset: calibrationOffset)
    if let dense = spec.dense { weights.dense = try matrix("dense", columns, dense.dimensions) }
    if let last = spec.hidden.last {
      weights.output = try matrix("output", spec.width, last)
      weights.steps = try floats("steps", spec.hidden.count)
    }
    if spec.hidden.count == 2 {
      weights.hidden = try matrix("hidden", spec.hidden[1], spec.hidden[0])
      weights.hiddenBias = try floats("hidden_bias", spec.hidden[1])
    }
    if let doubt = try doubt() { (weights.doubt, weights.doubtVariance) = (doubt.directions, doubt.variance) }
    return weights
  }

  private func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(WitanError) -> ModelWeights.Matrix {
    let raw = try Self.tensor(tensors, name, .i8, [rows, columns])
    return ModelWeights.Matrix(
      values: raw.map { Int8(bitPattern: $0) }, scale: try floats(name + "_scale", rows))
  }

  private func floats(_ name: String, _ count: Int) throws(WitanError) -> [Float] {
    try Self.floats(tensors, name, count)
  }
}
