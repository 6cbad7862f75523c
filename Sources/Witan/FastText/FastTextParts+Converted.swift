/// A fastText model as one safetensors file, as `witan convert` writes it.
///
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `dictionary` | U8 | [bytes] | words, then labels, each closed by a zero byte |
/// | `rows` | I8 or F32 | [stored, dim] | input rows: of words, then of buckets |
/// | `scale` | F32 | [stored] | value of one step of an I8 row; only with I8 |
/// | `places` | I32 | [rows] | where a row is stored, -1 for zeros; only with I8, when rows were dropped |
/// | `pruned` | I32 | [n, 2] | kept buckets and their rows less the words; when fastText pruned |
/// | `output` | F32 | [labels, dim] | |
///
/// Metadata: `witan.format` ("fasttext-1"); `witan.arguments`, JSON of `FastTextArguments` with
/// `label_counts`; `witan.labels`, the labels' names for people and other programs.
extension FastTextParts {
  package static let convertedFormat = "fasttext-1"

  /// Reads what `witan convert` writes. `bytes` must outlive this value. Throws `format`,
  /// `unsupported`, naming the field.
  init(converted bytes: UnsafeRawBufferPointer) throws(WitanError) {
    let file: Safetensors
    do {
      file = try Safetensors(bytes)
    } catch {
      throw WitanError(
        error.code, "is neither a fastText model nor a converted one: \(error.message)", at: error.place)
    }
    guard file.metadata["witan.format"] == Self.convertedFormat else {
      throw WitanError(
        .unsupported, "is '\(file.metadata["witan.format"] ?? "")', not 'fasttext-1'",
        at: "__metadata__.witan.format")
    }
    let (arguments, labelCounts) = try Self.arguments(file)
    let dimension = arguments.dimension
    let dictionary = try Self.dictionary(file, labelCounts)
    var pruned: [Int32: Int32]?
    if let tensor = file.tensors["pruned"] {
      guard tensor.type == .i32, tensor.shape.count == 2, tensor.shape[1] == 2 else {
        throw WitanError(.format, "is not I32 [n, 2]", at: "pruned")
      }
      pruned = Self.pruned(tensor.bytes)
    }
    let output = try Self.tensor(file, "output", .f32, [labelCounts.count, dimension])
    try self.init(
      arguments: arguments, dictionary: dictionary, pruned: pruned,
      input: Self.input(file, dimension: dimension),
      output: .floats(output.bytes.baseAddress!, rows: labelCounts.count))
  }

  private static func arguments(
    _ file: Safetensors
  ) throws(WitanError) -> (FastTextArguments, labelCounts: [Int]) {
    let place = "__metadata__.witan.arguments"
    guard let text = file.metadata["witan.arguments"] else {
      throw WitanError(.format, "is missing", at: place)
    }
    do throws(WitanError) {
      let json = try JSON(parsing: text)
      let counts = json["label_counts"]?.array?.map(\.int)
      guard let counts, !counts.contains(nil) else {
        throw WitanError(.format, "is missing or not a list of whole numbers", at: "label_counts")
      }
      return (try FastTextArguments(json: json), counts.compactMap { $0 })
    } catch {
      throw WitanError(error.code, error.message, at: place + (error.place.isEmpty ? "" : ".\(error.place)"))
    }
  }

  private static func dictionary(
    _ file: Safetensors, _ labelCounts: [Int]
  ) throws(WitanError) -> FastTextDictionary {
    guard let tensor = file.tensors["dictionary"], tensor.type == .u8 else {
      throw WitanError(.format, "is missing or not U8", at: "dictionary")
    }
    var cursor = ByteCursor(tensor.bytes)
    var entries: [UnsafeRawBufferPointer] = []
    while cursor.rest > 0 { entries.append(try cursor.text("dictionary")) }
    guard entries.count >= labelCounts.count, entries.count <= Int(Int32.max) else {
      throw WitanError(
        .format, "has \(entries.count) entries, but there are \(labelCounts.count) labels",
        at: "dictionary")
    }
    return try FastTextDictionary(entries: entries, labelCounts: labelCounts)
  }

  private static func input(_ file: Safetensors, dimension: Int) throws(WitanError) -> FastTextMatrix {
    guard let rows = file.tensors["rows"], rows.shape.count == 2, rows.shape[1] == dimension else {
      throw WitanError(.format, "is missing, or not of rows of \(dimension)", at: "rows")
    }
    let stored = rows.shape[0]
    guard let base = rows.bytes.baseAddress, stored > 0 else {
      throw WitanError(.format, "is empty", at: "rows")
    }
    switch rows.type {
    case .f32: return .floats(base, rows: stored)
    case .i8: break
    default: throw WitanError(.format, "is \(rows.type.rawValue), not I8 or F32", at: "rows.dtype")
    }
    let scale = try tensor(file, "scale", .f32, [stored]).bytes
    var (count, places) = (stored, UnsafeRawPointer?.none)
    if let given = file.tensors["places"] {
      count = given.shape.first ?? 0
      let raw = try tensor(file, "places", .i32, [count]).bytes
      for i in 0..<count {
        let place = Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self))
        guard place >= -1, place < stored else {
          throw WitanError(.format, "names row \(place) of \(stored)", at: "places")
        }
      }
      places = raw.baseAddress
    }
    return .bytes(
      FastTextByteRows(
        dimension: dimension, rowCount: count, rows: base, scales: scale.baseAddress!, places: places))
  }

  private static func tensor(
    _ file: Safetensors, _ name: String, _ type: Safetensors.ElementType, _ shape: [Int]
  ) throws(WitanError) -> Safetensors.Tensor {
    guard let tensor = file.tensors[name] else { throw WitanError(.format, "is missing", at: name) }
    guard tensor.type == type, tensor.shape == shape else {
      throw WitanError(
        .format, "is \(tensor.type.rawValue) \(tensor.shape), not \(type.rawValue) \(shape)", at: name)
    }
    return tensor
  }
}
