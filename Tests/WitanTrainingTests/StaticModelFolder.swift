import Foundation
import Witan
import WitanTraining

/// A static model as model2vec or sentence-transformers write it, with random vectors.
///
/// All numbers are multiples of 1/64 below 2, which each of the types holds exactly.
struct StaticModelFolder {
  static let tokens =
    ["[PAD]", "[UNK]", "the", "quick", "fox", "river", "boat", "##ers", "##ing", "!", ",", "é", "日"]
    + "abcdefghijklmnopqrstuvwxyz".map { "\($0)" } + "abcdefghijklmnopqrstuvwxyz".map { "##\($0)" }

  var tokens = Self.tokens
  var dimensions = 16
  var name = "embeddings"
  var type = Safetensors.ElementType.f32
  var weightType: Safetensors.ElementType?
  var mappingType: Safetensors.ElementType?
  /// Rows beside the mapping; without one as many as tokens.
  var rows: Int { mappingType == nil ? tokens.count : 20 }
  let values: [Double]  // [rows x dimensions]
  let weights: [Double]  // [tokens]
  let mapping: [Int]  // [tokens]

  init(
    dimensions: Int = 16, name: String = "embeddings", type: Safetensors.ElementType = .f32,
    weightType: Safetensors.ElementType? = nil, mappingType: Safetensors.ElementType? = nil,
    values: [Double]? = nil
  ) {
    (self.dimensions, self.name, self.type) = (dimensions, name, type)
    (self.weightType, self.mappingType) = (weightType, mappingType)
    var random = SeededRandom(seed: 51)
    let count = Self.tokens.count
    self.values = values ?? (0..<count * dimensions).map { _ in Double(random.below(255) - 127) / 64 }
    weights = (0..<count).map { _ in Double(1 + random.below(127)) / 64 }
    mapping = (0..<count).map { _ in random.below(20) }
  }

  /// What token `id` counts for. [dimensions]
  func vector(_ id: Int) -> [Float] {
    let row = mappingType == nil ? id : mapping[id]
    let weight = weightType == nil ? 1 : weights[id]
    return values[row * dimensions..<(row + 1) * dimensions].map { Float($0 * weight) }
  }

  var tensors: [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])] {
    var out = [
      (name, type, [rows, dimensions], Self.bytes(Array(values.prefix(rows * dimensions)), type))
    ]
    if let weightType {
      out.append(("weights", weightType, [tokens.count], Self.bytes(weights, weightType)))
    }
    if let mappingType {
      out.append(
        ("mapping", mappingType, [tokens.count], Self.bytes(mapping.map { Double($0) }, mappingType)))
    }
    return out
  }

  var tokenizerJSON: String {
    let vocabulary = tokens.enumerated().map { "\(JSON.string($1).text()):\($0)" }.joined(separator: ",")
    let added = ["[PAD]", "[UNK]"].enumerated().map {
      "{\"id\":\($0),\"content\":\"\($1)\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
        + "\"normalized\":false,\"special\":true}"
    }
    return """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[\(added.joined(separator: ","))],
      "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
      "strip_accents":false,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
      "post_processor":null,"decoder":null,"model":{"type":"WordPiece","unk_token":"[UNK]",
      "continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{\(vocabulary)}}}
      """
  }

  /// Runs `body` with the path of the folder, which is removed after. nil leaves a file out.
  func write<R>(
    tokenizer: String?, model: [UInt8]?, _ body: (String) throws -> R
  ) throws -> R {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("witan-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func put(_ bytes: some Sequence<UInt8>, _ name: String) throws {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    if let tokenizer { try put(tokenizer.utf8, "tokenizer.json") }
    if let model { try put(model, "model.safetensors") }
    try put("{\"normalize\":false}".utf8, "config.json")
    return try body(folder.path)
  }

  func write<R>(_ body: (String) throws -> R) throws -> R {
    try write(tokenizer: tokenizerJSON, model: Safetensors.encode(metadata: [:], tensors: tensors), body)
  }

  func table() throws -> EmbeddingTable { try write { try EmbeddingTable(folder: $0) } }

  static func bytes(_ values: [Double], _ type: Safetensors.ElementType) -> [UInt8] {
    func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    return values.flatMap { value -> [UInt8] in
      let bits = Float(value).bitPattern
      switch type {
      case .i8: return little(Int8(value))
      case .u8: return little(UInt8(value))
      case .i32: return little(Int32(value))
      case .i64: return little(Int64(value))
      case .f32: return little(bits)
      case .f64: return little(value.bitPattern)
      case .bf16: return little(UInt16(bits >> 16))
      case .f16:
        guard value != 0 else { return little(UInt16(0)) }
        // Sign; exponent with a bias of 15, not 127; the upper 10 of 23 bits.
        let exponent = UInt16(Int(bits >> 23 & 255) - 127 + 15)
        return little(UInt16(bits >> 16 & 0x8000) | exponent << 10 | UInt16(bits >> 13 & 0x3FF))
      }
    }
  }
}
