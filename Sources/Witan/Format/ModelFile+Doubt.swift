extension ModelFile {
  /// What doubts are read with; nil when the spec has none. Throws as `init`.
  func doubt() throws(WitanError) -> Doubt? {
    guard spec.hasDoubt else { return nil }
    let inputs = spec.doubtInputs
    func matrix(_ name: String, _ rows: Int) throws(WitanError) -> [Float] {
      _ = try Self.tensor(tensors, name, .f32, [rows, inputs])
      return try tensors[name]!.floats(name)
    }
    let directions = try matrix("doubt", inputs)
    let variance = try matrix("doubt_variance", spec.width)
    guard variance.allSatisfy({ $0 >= 0 }) else {
      throw WitanError(.invalidValue, "holds a variance below 0", at: "doubt_variance")
    }
    return Doubt(inputs: inputs, directions: directions, variance: variance)
  }
}
