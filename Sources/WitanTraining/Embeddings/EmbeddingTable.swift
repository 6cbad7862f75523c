internal import Crypto
internal import Foundation
public import Witan

/// Vectors of tokens on their way to a `StaticEmbeddings` file: float32, one for each id of a vocabulary.
public struct EmbeddingTable {
  /// What is done before rounding. All off: the vectors as they are.
  public struct Preparation: Sendable {
    /// Components to keep (PCA over the vectors); nil for all columns.
    public var dimensions: Int?
    /// Components are divided by the standard deviation along them to this power: 0 keeps their spread, 1
    /// makes them equal.
    public var whitening: Float = 0
    /// Rows of length one, before weights.
    public var normalizesRows = false
    /// Weights log(1 + id): ids of WordPiece vocabularies ascend as frequency falls (Zipf).
    public var weighsByRank = false
    /// Only tokens of ASCII characters keep a vector.
    public var isASCII = false

    public init() {}
  }

  /// Tokens in the order of their ids.
  let tokens: [[UInt8]]
  private let vocabulary: WordPieceVocabulary
  public let dimensions: Int
  /// Mapping and weights are folded in; rows of zeros for tokens without. [tokens x dimensions]
  public let vectors: [Float]

  public var options: WordPieceVocabulary.Options { vocabulary.options }

  /// Reads a folder as model2vec writes it (`model.safetensors` with `embeddings`, perhaps `weights` and
  /// `mapping`, and `tokenizer.json`) or as sentence-transformers does (`embedding.weight`).
  ///
  /// Throws `io`, `format` or `unsupported`, naming the file and field. O(tokens x dimensions).
  public init(folder: String) throws(WitanError) {
    let tokenizer = folder + "/tokenizer.json"
    guard let json = FileManager.default.contents(atPath: tokenizer) else {
      throw WitanError(.io, "cannot be read", at: tokenizer)
    }
    (tokens, vocabulary) = try Self.vocabulary([UInt8](json), tokenizer)
    let path = folder + "/model.safetensors"
    let file = try MappedFile(path: path)
    do {
      (vectors, dimensions) = try Self.read(Safetensors(file.bytes), tokens: tokens.count)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  private static func vocabulary(
    _ bytes: [UInt8], _ path: String
  ) throws(WitanError) -> ([[UInt8]], WordPieceVocabulary) {
    do throws(WitanError) {
      let vocabulary = try WordPieceVocabulary(tokenizerJSON: bytes)
      let tokens = try WordPieceVocabulary.tokens(tokenizerJSON: bytes)
      // The table keeps a token a line.
      if let id = tokens.firstIndex(where: { $0.contains(UInt8(ascii: "\n")) }) {
        throw WitanError(.unsupported, "token \(id) has a line break", at: "model.vocab")
      }
      return (tokens, vocabulary)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  private static func read(_ file: Safetensors, tokens: Int) throws(WitanError) -> ([Float], Int) {
    guard let embeddings = file.tensors["embeddings"] ?? file.tensors["embedding.weight"] else {
      throw WitanError(
        .format, "is missing; neither model2vec's nor sentence-transformers' static layout has another name",
        at: "embeddings")
    }
    guard embeddings.shape.count == 2, embeddings.shape[0] > 0, embeddings.shape[1] > 0 else {
      throw WitanError(.format, "is \(embeddings.shape), not [rows, dimensions]", at: "embeddings.shape")
    }
    let (rows, width) = (embeddings.shape[0], embeddings.shape[1])
    let values = try embeddings.numbers("embeddings")
    func column(_ name: String) throws(WitanError) -> [Double]? {
      guard let tensor = file.tensors[name] else { return nil }
      let numbers = try tensor.numbers(name)
      guard numbers.count >= tokens else {
        throw WitanError(.format, "has \(numbers.count) entries for \(tokens) tokens", at: name)
      }
      return numbers
    }
    let weights = try column("weights")
    let mapping = try column("mapping")
    guard mapping != nil || rows >= tokens else {
      throw WitanError(.format, "has \(rows) rows for \(tokens) tokens", at: "embeddings.shape")
    }
    var out = [Float](repeating: 0, count: tokens * width)
    for id in 0..<tokens {
      let row = mapping.map { Int($0[id]) } ?? id
      guard row >= 0 && row < rows else {
        throw WitanError(.format, "sends token \(id) to row \(row) of \(rows)", at: "mapping")
      }
      let weight = weights?[id] ?? 1
      for j in 0..<width { out[id * width + j] = Float(values[row * width + j] * weight) }
    }
    return (out, width)
  }
}

extension EmbeddingTable {
  /// The mean of the vectors of the word pieces of `text`, of length one with `normalizes`, as model2vec
  /// gives it: unknown pieces do not count, texts without a piece are zeros. Texts are not cut.
  /// [dimensions] O(bytes + pieces x dimensions)
  package func encode(text: String, normalizes: Bool) -> [Float] {
    var tokenizer = WordPieceTokenizer(vocabulary)
    let workspace = WordPieceTokenizer.Workspace()
    var sum = [Float](repeating: 0, count: dimensions)
    var count: Float = 0
    func add(_ ids: UnsafeBufferPointer<UInt32>) {
      for id in ids where id != vocabulary.unknownID && id < UInt32(tokens.count) {
        for j in 0..<dimensions { sum[j] += vectors[Int(id) * dimensions + j] }
        count += 1
      }
    }
    var text = text
    text.withUTF8 { tokenizer.push($0, workspace, add) }
    tokenizer.finish(workspace, add)
    let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let divisor = normalizes ? norm : count
    return divisor > 0 ? sum.map { $0 / divisor } : sum
  }

  /// The file of a `StaticEmbeddings`: prepared, rounded to int8 with a step for each column.
  ///
  /// Tokens that lose their vector move behind the others, so that ids of rows are dense. Throws
  /// `invalidValue` when the dimensions cannot be had. O(tokens dimensions^2 + dimensions^3).
  public func encode(
    name: String, _ preparation: Preparation, metadata: [String: String] = [:]
  ) throws(WitanError) -> [UInt8] {
    // Columns up to a whole vector of 16 hold zeros.
    let padded = ((preparation.dimensions ?? dimensions) + 15) / 16 * 16
    guard padded <= StaticEmbeddings.maximumDimensions else {
      throw WitanError(
        .invalidValue,
        "\(preparation.dimensions ?? dimensions) columns are more than the "
          + "\(StaticEmbeddings.maximumDimensions) that a table has; keep fewer components",
        at: "dimensions")
    }
    let kept = tokens.indices.filter { hasVector($0, preparation) }
    let keptSet = Set(kept)
    let order = kept + tokens.indices.filter { !keptSet.contains($0) }
    var rows = kept.flatMap { vectors[$0 * dimensions..<($0 + 1) * dimensions] }
    var width = dimensions
    if let count = preparation.dimensions {
      let principal = try PrincipalComponents(rows, width: width, count: count)
      rows = try principal.transform(rows)
      width = count
      let factors = principal.explainedVariance.map { Float(pow($0, -Double(preparation.whitening) / 2)) }
      for i in rows.indices { rows[i] *= factors[i % width] }
    }
    for (i, id) in kept.enumerated() {
      var factor: Float = 1
      if preparation.normalizesRows {
        let norm = rows[i * width..<(i + 1) * width].reduce(0) { $0 + $1 * $1 }.squareRoot()
        factor = norm > 0 ? 1 / norm : 0
      }
      if preparation.weighsByRank { factor *= Float(log(1 + Double(id))) }
      for j in 0..<width { rows[i * width + j] *= factor }
    }
    var scale = [Float](repeating: 0, count: padded)
    for i in rows.indices { scale[i % width] = max(scale[i % width], rows[i].magnitude / 127) }
    var table = [Int8](repeating: 0, count: kept.count * padded)
    for i in rows.indices where scale[i % width] > 0 {
      let step = (rows[i] / scale[i % width]).rounded(.toNearestOrEven)
      table[i / width * padded + i % width] = Int8(min(127, max(-127, step)))
    }
    let lines = order.flatMap { tokens[$0] + [UInt8(ascii: "\n")] }
    let scaleBytes = scale.flatMap { v in withUnsafeBytes(of: v.bitPattern.littleEndian) { Array($0) } }
    let tableBytes = table.withUnsafeBytes { Array($0) }
    var hash = SHA256()
    for part in [lines, scaleBytes, tableBytes] { hash.update(data: part) }
    var fields = metadata
    fields["witan.format"] = StaticEmbeddings.formatVersion
    fields["witan.digest"] = "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
    fields["witan.embeddings"] = JSON.object(["name": .string(name), "tokenizer": options.json]).text()
    return Safetensors.encode(
      metadata: fields,
      tensors: [
        ("embeddings", .i8, [kept.count, padded], tableBytes), ("scale", .f32, [padded], scaleBytes),
        ("tokens", .u8, [lines.count], lines),
      ])
  }

  private func hasVector(_ id: Int, _ preparation: Preparation) -> Bool {
    if preparation.isASCII && !tokens[id].allSatisfy({ $0 < 0x80 }) { return false }
    if tokens[id].count > 2 && tokens[id].first == UInt8(ascii: "[") && tokens[id].last == UInt8(ascii: "]") {
      return false
    }
    return vectors[id * dimensions..<(id + 1) * dimensions].contains { $0 != 0 }
  }
}
