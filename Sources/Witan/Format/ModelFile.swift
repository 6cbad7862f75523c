internal import CKernels

/// A classifier as one safetensors file, version 1.
///
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `table` | I8 | [buckets, width] | embedding rows |
/// | `scale`, `bias` | F32 | [width] | value of one step; added after normalisation |
/// | `calibration_slope`, `calibration_offset` | F32 | [width] | z becomes slope * z + offset |
/// | `padding` | U8 | [64] | lets kernels read whole vectors at the end of the table |
///
/// Metadata: `witan.format` ("1"), `witan.spec` (JSON of `ModelSpec`), and what made the model.
package struct ModelFile {
  package static let formatVersion = "1"
  private static let padding = 64

  package let spec: ModelSpec
  package let metadata: [String: String]
  package let table: UnsafePointer<Int8>  // [buckets x width], WITAN_LANES readable past the end
  package let scale: [Float]  // [width]
  package let bias: [Float]  // [width]
  package let calibrationSlope: [Float]  // [width]
  package let calibrationOffset: [Float]  // [width]

  /// Checks every field of `bytes`, which must outlive this value. Throws `format`, `unsupported` or
  /// `invalidValue`, naming the field.
  package init(_ bytes: UnsafeRawBufferPointer) throws(WitanError) {
    let isFastText = WitanError(
      .unsupported, "is a fastText model; 'witan score' and 'witan evaluate' take it, and FastTextModel")
    if FastTextModel.isBinary(bytes) { throw isFastText }
    let file = try Safetensors(bytes)
    guard let version = file.metadata["witan.format"] else {
      throw WitanError(
        .format, "is missing; this is a safetensors file, but no Witan model",
        at: "__metadata__.witan.format")
    }
    if version == FastTextParts.convertedFormat { throw isFastText }
    guard version == Self.formatVersion else {
      throw WitanError(
        .unsupported, "'\(version)' is unknown; this program reads '1'. Use the version that wrote it",
        at: "__metadata__.witan.format")
    }
    guard let text = file.metadata["witan.spec"] else {
      throw WitanError(.format, "is missing", at: "__metadata__.witan.spec")
    }
    do {
      spec = try ModelSpec(json: JSON(parsing: text))
    } catch {
      throw WitanError(
        error.code, error.message,
        at: "__metadata__.witan.spec" + (error.place.isEmpty ? "" : "." + error.place))
    }
    metadata = file.metadata

    func tensor(
      _ name: String, _ type: Safetensors.ElementType, _ shape: [Int]
    ) throws(WitanError) -> UnsafeRawBufferPointer {
      guard let tensor = file.tensors[name] else {
        throw WitanError(.format, "is missing", at: name)
      }
      guard tensor.type == type else {
        throw WitanError(.format, "is \(tensor.type.rawValue), not \(type.rawValue)", at: "\(name).dtype")
      }
      guard tensor.shape == shape else {
        throw WitanError(.format, "is \(tensor.shape), but the spec needs \(shape)", at: "\(name).shape")
      }
      return tensor.bytes
    }
    let width = spec.width
    func floats(_ name: String) throws(WitanError) -> [Float] {
      let raw = try tensor(name, .f32, [width])
      let values = (0..<width).map {
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
      guard values.allSatisfy({ $0.magnitude < 1e9 }) else {
        throw WitanError(.invalidValue, "holds a value that is not finite and below 1e9", at: name)
      }
      return values
    }
    let rows = try tensor("table", .i8, [spec.features.buckets, spec.width])
    let end = rows.baseAddress! + rows.count
    guard end + Int(WITAN_LANES) <= bytes.baseAddress! + bytes.count else {
      throw WitanError(.format, "must be followed by 16 or more bytes of other tensors", at: "table")
    }
    table = rows.baseAddress!.assumingMemoryBound(to: Int8.self)
    scale = try floats("scale")
    bias = try floats("bias")
    calibrationSlope = try floats("calibration_slope")
    calibrationOffset = try floats("calibration_offset")
  }

  /// The bytes of a model file. Equal arguments give equal bytes.
  package static func encode(
    spec: ModelSpec, weights: ModelWeights, metadata: [String: String]
  ) -> [UInt8] {
    precondition(weights.table.count == spec.features.buckets * spec.width)
    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
    }
    var metadata = metadata
    metadata["witan.format"] = formatVersion
    metadata["witan.spec"] = spec.json.text()
    let table = weights.table.withUnsafeBytes { Array($0) }
    return Safetensors.encode(
      metadata: metadata,
      tensors: [
        ("table", .i8, [spec.features.buckets, spec.width], table),
        ("scale", .f32, [spec.width], bytes(weights.scale)),
        ("bias", .f32, [spec.width], bytes(weights.bias)),
        ("calibration_slope", .f32, [spec.width], bytes(weights.calibrationSlope)),
        ("calibration_offset", .f32, [spec.width], bytes(weights.calibrationOffset)),
        ("padding", .u8, [padding], [UInt8](repeating: 0, count: padding)),
      ])
  }
}
