/// A probe as one safetensors file.
///
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `hidden`, `hidden_bias` | F32 | [units, dimensions], [units] | with a hidden layer |
/// | `output` | F32 | [labels, units], or [labels, dimensions] | |
/// | `bias` | F32 | [labels] | |
/// | `calibration_slope`, `calibration_offset` | F32 | [labels] | zbar becomes slope * zbar + offset |
///
/// Metadata: `witan.format` ("probe-1"), `witan.probe` (JSON of `ProbeSpec`), and what made the probe.
package enum ProbeFile {
  package static let format = "probe-1"

  /// Whether `bytes` say that they are a probe; the rest may still be broken.
  package static func isProbe(_ bytes: UnsafeRawBufferPointer) -> Bool {
    (try? Safetensors(bytes))?.metadata["witan.format"] == format
  }

  /// Checks every field. Throws `format`, `unsupported` or `invalidValue`, naming the field.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WitanError) -> (spec: ProbeSpec, weights: ProbeWeights, metadata: [String: String]) {
    let file = try Safetensors(bytes)
    let version = file.metadata["witan.format"]
    guard version == format else {
      throw WitanError(
        version == nil ? .format : .unsupported,
        "is \(version.map { "'\($0)'" } ?? "missing"), not '\(format)'; a probe is written by "
          + "'witan train --activations'", at: "__metadata__.witan.format")
    }
    let place = "__metadata__.witan.probe"
    guard let text = file.metadata["witan.probe"] else { throw WitanError(.format, "is missing", at: place) }
    let spec: ProbeSpec
    do {
      spec = try ProbeSpec(json: JSON(parsing: text))
    } catch {
      throw WitanError(error.code, error.message, at: place + (error.place.isEmpty ? "" : "." + error.place))
    }
    func floats(_ name: String, _ shape: [Int]) throws(WitanError) -> [Float] {
      _ = try ModelFile.tensor(file.tensors, name, .f32, shape)
      return try file.tensors[name]!.floats(name)
    }
    let (labels, units) = (spec.labels.count, spec.units)
    let weights = ProbeWeights(
      hidden: units == 0 ? [] : try floats("hidden", [units, spec.dimensions]),
      hiddenBias: units == 0 ? [] : try floats("hidden_bias", [units]),
      output: try floats("output", [labels, units == 0 ? spec.dimensions : units]),
      bias: try floats("bias", [labels]), slope: try floats("calibration_slope", [labels]),
      offset: try floats("calibration_offset", [labels]))
    guard weights.slope.allSatisfy({ $0 > 0 }) else {
      throw WitanError(.invalidValue, "holds a slope that is not above 0", at: "calibration_slope")
    }
    return (spec, weights, file.metadata)
  }

  /// The bytes of a probe's file. Equal arguments give equal bytes.
  package static func encode(
    spec: ProbeSpec, weights: ProbeWeights, metadata: [String: String]
  ) -> [UInt8] {
    var metadata = metadata
    metadata["witan.format"] = format
    metadata["witan.probe"] = spec.json.text()
    var tensors: [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])] = []
    func put(_ name: String, _ values: [Float], _ shape: [Int]) {
      precondition(values.count == shape.reduce(1, *))
      let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
      tensors.append((name, .f32, shape, bytes))
    }
    let (labels, units) = (spec.labels.count, spec.units)
    if units > 0 {
      put("hidden", weights.hidden, [units, spec.dimensions])
      put("hidden_bias", weights.hiddenBias, [units])
    }
    put("output", weights.output, [labels, units == 0 ? spec.dimensions : units])
    put("bias", weights.bias, [labels])
    put("calibration_slope", weights.slope, [labels])
    put("calibration_offset", weights.offset, [labels])
    return Safetensors.encode(metadata: metadata, tensors: tensors)
  }
}
