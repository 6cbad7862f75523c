internal import CKernels

/// A table of word-piece vectors: what words mean, learnt elsewhere, shared by any number of classifiers.
///
/// One safetensors file: `embeddings` I8 [rows x dimensions], `scale` F32 [dimensions], `tokens` U8, the
/// vocabulary a line each; the id of a token is its line, and only the first `rows` of them have a vector.
/// Metadata: `witan.format` ("embeddings-1"), `witan.embeddings` (JSON: name, tokeniser), `witan.digest`,
/// `witan.licence`, `witan.source`. Immutable, safe to share between threads.
public final class StaticEmbeddings: @unchecked Sendable {
  public static let formatVersion = "embeddings-1"
  /// Dimensions that are read: multiples of 16 up to 256, so that products of whole numbers stay exact.
  public static let maximumDimensions = 256

  public let name: String
  /// What a classifier names the table by: over tokens, vectors and scales.
  public let digest: String
  public let metadata: [String: String]
  public let dimensions: Int
  /// Tokens that have a vector.
  public let rowCount: Int
  public let vocabulary: WordPieceVocabulary

  let storage: MappedFile
  let table: UnsafePointer<Int8>  // [rowCount x dimensions]
  /// Value of one step of each column. [dimensions]
  package let scale: [Float]

  /// Maps the table at `path`. Throws `io`, `format`, `unsupported` or `invalidValue`, naming the field.
  /// O(vocabulary).
  public convenience init(path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(storage: file)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads a table from bytes in memory; they are copied.
  public convenience init(bytes: [UInt8]) throws(WitanError) {
    try self.init(storage: MappedFile(copying: bytes))
  }

  /// Reads the table in `storage`. Throws as `init(path:)`.
  package init(storage: MappedFile) throws(WitanError) {
    let file = try Safetensors(storage.bytes)
    guard file.metadata["witan.format"] == Self.formatVersion else {
      throw WitanError(
        .format, "is not '\(Self.formatVersion)'; this is no table of embeddings",
        at: "__metadata__.witan.format")
    }
    guard let text = file.metadata["witan.embeddings"], let about = try? JSON(parsing: text),
      let name = about["name"]?.string
    else { throw WitanError(.format, "is missing or no JSON", at: "__metadata__.witan.embeddings") }
    guard let digest = file.metadata["witan.digest"] else {
      throw WitanError(.format, "is missing", at: "__metadata__.witan.digest")
    }
    func tensor(_ name: String, _ type: Safetensors.ElementType, _ rank: Int) throws(WitanError)
      -> Safetensors.Tensor
    {
      guard let tensor = file.tensors[name], tensor.type == type, tensor.shape.count == rank else {
        throw WitanError(.format, "is missing or of the wrong type", at: name)
      }
      return tensor
    }
    let rows = try tensor("embeddings", .i8, 2)
    (rowCount, dimensions) = (rows.shape[0], rows.shape[1])
    guard (1...Self.maximumDimensions).contains(dimensions), dimensions % Int(WITAN_LANES) == 0 else {
      throw WitanError(
        .unsupported, "has \(dimensions) columns, not a multiple of 16 up to 256", at: "embeddings.shape")
    }
    let raw = try tensor("scale", .f32, 1)
    guard raw.shape == [dimensions] else {
      throw WitanError(.format, "is \(raw.shape), not [\(dimensions)]", at: "scale.shape")
    }
    scale = try raw.floats("scale")
    let tokens = try tensor("tokens", .u8, 1)
    vocabulary = try WordPieceVocabulary(
      lines: Array(tokens.bytes), options: WordPieceVocabulary.Options(json: about["tokenizer"] ?? .null))
    guard rowCount <= vocabulary.idCount else {
      throw WitanError(
        .format, "has \(rowCount) rows for \(vocabulary.idCount) tokens", at: "embeddings.shape")
    }
    self.name = name
    self.digest = digest
    self.storage = storage
    metadata = file.metadata
    table = rows.bytes.baseAddress!.assumingMemoryBound(to: Int8.self)
  }

  /// Whether both give the same sums: one table, or two readings of the same bytes. O(bytes) for the latter.
  func isSame(as other: StaticEmbeddings) -> Bool {
    self === other
      || digest == other.digest && storage.bytes.count == other.storage.bytes.count
        && storage.bytes.elementsEqual(other.storage.bytes)
  }
}

extension WordPieceVocabulary.Options {
  package var json: JSON {
    [
      "cleans_text": .bool(cleansText), "separates_han": .bool(separatesHan),
      "strips_accents": stripsAccents.map { .bool($0) } ?? .null, "lowercases": .bool(lowercases),
      "unknown": .string(unknownToken), "prefix": .string(continuationPrefix),
      "maximum_characters": JSON(maximumCharacters),
    ]
  }

  /// Reads what `json` wrote; what is missing has its default.
  package init(json: JSON) {
    self.init()
    cleansText = json["cleans_text"]?.bool ?? cleansText
    separatesHan = json["separates_han"]?.bool ?? separatesHan
    stripsAccents = json["strips_accents"]?.bool
    lowercases = json["lowercases"]?.bool ?? lowercases
    unknownToken = json["unknown"]?.string ?? unknownToken
    continuationPrefix = json["prefix"]?.string ?? continuationPrefix
    maximumCharacters = json["maximum_characters"]?.int ?? maximumCharacters
  }
}
