internal import CKernels

/// A classifier as one safetensors file, version 1.
///
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `table` | I8 | [rows, columns] | rows: outputs, hidden units, squared weight; one for each bucket |
/// | | U8 | [rows, (columns + 1) / 2] | in 4-bit tables: pairs of codes (`RowCode`), the even column low |
/// | `squares` | I8 | [16] | in weighted 4-bit tables: what the codes of the last column stand for |
/// | `kept` | U8 | [buckets / 8] | in pruned tables: which buckets have a row, the lowest bit first |
/// | `scale`, `bias` | F32 | [outputs + units] | value of one step; added after normalisation |
/// | `calibration_slope`, `calibration_offset` | F32 | [outputs] | z becomes slope * z + offset |
/// | `dense`, `dense_scale` | I8, F32 | [outputs + units, dimensions], [outputs + units] | dense models |
/// | `output`, `output_scale` | I8, F32 | [outputs, units of the last layer], [outputs] | hidden layers |
/// | `hidden`, `hidden_scale`, `hidden_bias` | I8, F32, F32 | [second, first], [second], [second] | two layers |
/// | `steps` | F32 | [layers] | value of one step of a hidden unit |
/// | `doubt`, `doubt_variance` | F32 | [inputs, inputs], [outputs, inputs] | models with doubts: `Doubt` |
/// | `padding` | U8 | [64] | lets kernels read whole vectors at the end of the table |
///
/// Metadata: `witan.format` ("1"), `witan.spec` (JSON of `ModelSpec`), and what made the model.
package struct ModelFile {
  package static let formatVersion = "1"
  private static let padding = 64

  package let spec: ModelSpec
  package let metadata: [String: String]
  let table: RowTable
  let kept: KeptRows?
  package let calibrationSlope: [Float]  // [width]
  package let calibrationOffset: [Float]  // [width]
  private let bytes: UnsafeRawBufferPointer
  let tensors: [String: Safetensors.Tensor]

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
    guard version != ProbeFile.format else {
      throw WitanError(
        .unsupported,
        "is a probe of hidden states; 'witan evaluate --activations' takes it, and ActivationProbe")
    }
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

    self.bytes = bytes
    tensors = file.tensors
    let (buckets, bits) = (spec.features.buckets, spec.table.bits)
    let rowCount = spec.table.keptRows ?? buckets
    let rows = try Self.tensor(
      tensors, "table", bits == 8 ? .i8 : .u8, [rowCount, spec.table.rowBytes(columns: spec.columns)])
    let end = rows.baseAddress! + rows.count
    guard end + Int(WITAN_LANES) <= bytes.baseAddress! + bytes.count else {
      throw WitanError(.format, "must be followed by 16 or more bytes of other tensors", at: "table")
    }
    kept =
      spec.table.keptRows == nil ? nil : KeptRows(try Self.tensor(tensors, "kept", .u8, [buckets / 8]))
    if let kept, kept.count != rowCount {
      throw WitanError(.format, "has \(kept.count) bits set, but the table \(rowCount) rows", at: "kept")
    }
    let squares = bits == 4 && spec.isWeighted ? try Self.tensor(tensors, "squares", .i8, [16]) : nil
    table = RowTable(
      rows: UnsafeRawPointer(rows.baseAddress!), columns: spec.columns, bits: bits,
      squares: squares?.baseAddress!.assumingMemoryBound(to: Int8.self),
      kept: kept.map { UnsafePointer($0.words) })
    calibrationSlope = try Self.floats(tensors, "calibration_slope", spec.width)
    calibrationOffset = try Self.floats(tensors, "calibration_offset", spec.width)
  }

  /// The head with its layers, for a table of embeddings with `denseScale`. Throws as `init`.
  func head(denseScale: [Float]?) throws(WitanError) -> HeadWeights {
    let units = spec.hidden.first ?? 0
    let columns = spec.width + units
    func layer(_ name: String, _ rows: Int, _ columns: Int) throws(WitanError) -> Layer {
      let raw = try Self.tensor(tensors, name, .i8, [rows, columns])
      return Layer(
        raw.baseAddress!.assumingMemoryBound(to: Int8.self), rows: rows, columns: columns,
        scale: try Self.floats(tensors, name + "_scale", rows))
    }
    // The dense layer is read even when the table is missing: a broken file is refused all the same.
    let dense = try spec.dense.map { d throws(WitanError) in try layer("dense", columns, d.dimensions) }
    let isDeep = spec.hidden.count == 2
    let steps = spec.hidden.isEmpty ? [] : try Self.floats(tensors, "steps", spec.hidden.count)
    guard steps.allSatisfy({ $0 > 1e-9 }) else {
      throw WitanError(.invalidValue, "holds a step that is not above 0", at: "steps")
    }
    return HeadWeights(
      width: spec.width, units: units, isWeighted: spec.isWeighted,
      scale: try Self.floats(tensors, "scale", columns), bias: try Self.floats(tensors, "bias", columns),
      dense: denseScale == nil ? nil : dense, denseScale: denseScale ?? [],
      hidden: isDeep ? try layer("hidden", spec.hidden[1], spec.hidden[0]) : nil,
      hiddenBias: isDeep ? try Self.floats(tensors, "hidden_bias", spec.hidden[1]) : [],
      output: spec.hidden.isEmpty ? nil : try layer("output", spec.width, spec.hidden.last!), steps: steps,
      slope: calibrationSlope, offset: calibrationOffset)
  }

  static func tensor(
    _ tensors: [String: Safetensors.Tensor], _ name: String, _ type: Safetensors.ElementType, _ shape: [Int]
  ) throws(WitanError) -> UnsafeRawBufferPointer {
    guard let tensor = tensors[name] else { throw WitanError(.format, "is missing", at: name) }
    guard tensor.type == type else {
      throw WitanError(.format, "is \(tensor.type.rawValue), not \(type.rawValue)", at: "\(name).dtype")
    }
    guard tensor.shape == shape else {
      throw WitanError(.format, "is \(tensor.shape), but the spec needs \(shape)", at: "\(name).shape")
    }
    return tensor.bytes
  }

  static func floats(
    _ tensors: [String: Safetensors.Tensor], _ name: String, _ count: Int
  ) throws(WitanError) -> [Float] {
    _ = try tensor(tensors, name, .f32, [count])
    return try tensors[name]!.floats(name)
  }

  /// The bytes of a model file. Equal arguments give equal bytes.
  package static func encode(
    spec: ModelSpec, weights: ModelWeights, metadata: [String: String]
  ) -> [UInt8] {
    let rowCount = spec.table.keptRows ?? spec.features.buckets
    let rowBytes = spec.table.rowBytes(columns: spec.columns)
    precondition(weights.table.count == rowCount * rowBytes)
    var metadata = metadata
    metadata["witan.format"] = formatVersion
    metadata["witan.spec"] = spec.json.text()
    var tensors: [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])] = []
    func put(_ name: String, _ values: [Int8], _ rows: Int) {
      tensors.append((name, .i8, [rows, values.count / rows], values.withUnsafeBytes { Array($0) }))
    }
    func put(_ name: String, _ values: [Float], _ rows: Int? = nil) {
      let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
      tensors.append((name, .f32, rows.map { [$0, values.count / $0] } ?? [values.count], bytes))
    }
    tensors.append(
      (
        "table", spec.table.bits == 8 ? .i8 : .u8, [rowCount, rowBytes],
        weights.table.withUnsafeBytes { Array($0) }
      ))
    if spec.table.keptRows != nil { tensors.append(("kept", .u8, [weights.kept.count], weights.kept)) }
    if !weights.squares.isEmpty {
      tensors.append(("squares", .i8, [16], weights.squares.map { UInt8(bitPattern: $0) }))
    }
    put("scale", weights.scale)
    put("bias", weights.bias)
    put("calibration_slope", weights.calibrationSlope)
    put("calibration_offset", weights.calibrationOffset)
    if spec.dense != nil {
      put("dense", weights.dense.values, weights.dense.scale.count)
      put("dense_scale", weights.dense.scale)
    }
    if !spec.hidden.isEmpty {
      put("output", weights.output.values, spec.width)
      put("output_scale", weights.output.scale)
      put("steps", weights.steps)
    }
    if spec.hidden.count == 2 {
      put("hidden", weights.hidden.values, spec.hidden[1])
      put("hidden_scale", weights.hidden.scale)
      put("hidden_bias", weights.hiddenBias)
    }
    if spec.hasDoubt {
      put("doubt", weights.doubt, spec.doubtInputs)
      put("doubt_variance", weights.doubtVariance, spec.width)
    }
    tensors.append(("padding", .u8, [padding], [UInt8](repeating: 0, count: padding)))
    return Safetensors.encode(metadata: metadata, tensors: tensors)
  }
}
