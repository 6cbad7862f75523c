internal import CKernels

/// What the features of a model are: the part of the format that text passes through.
///
/// Version 1: words and pairs of words over folded text, each hashed to one row, and what the three
/// switches add. Golden vectors freeze it; a change is a new version.
public struct FeatureSpec: Sendable, Hashable {
  /// The only version there is.
  public static let currentVersion = 1
  /// Tables of 2^8 to 2^22 rows are accepted.
  public static let log2BucketsRange = 8...22

  public let version: Int
  /// log2 of the number of rows.
  public let log2Buckets: Int
  /// In-word character 3-5-grams with edge marks: they carry misspelt, inflected and joined words.
  public let hasCharacters: Bool
  /// Three words in a row.
  public let hasTriples: Bool
  /// The first five words by their place: how a question begins says what it asks for.
  public let hasOpening: Bool

  /// Throws `invalidValue` or `unsupported` when a value is outside its range.
  public init(
    version: Int = Self.currentVersion, log2Buckets: Int, hasCharacters: Bool = true,
    hasTriples: Bool = false, hasOpening: Bool = false
  ) throws(WitanError) {
    guard version == Self.currentVersion else {
      throw WitanError(
        .unsupported, "feature version \(version) is unknown; this program reads version 1",
        at: "features.version")
    }
    guard Self.log2BucketsRange.contains(log2Buckets) else {
      throw WitanError(
        .invalidValue, "\(log2Buckets) is not in 8...22: the table has 2^8 to 2^22 rows",
        at: "features.log2_buckets")
    }
    self.version = version
    self.log2Buckets = log2Buckets
    self.hasCharacters = hasCharacters
    self.hasTriples = hasTriples
    self.hasOpening = hasOpening
  }

  public var buckets: Int { 1 << log2Buckets }

  /// The switches as the kernel takes them.
  var kinds: UInt32 {
    (hasCharacters ? UInt32(WITAN_NGRAMS_CHARACTERS) : 0)
      | (hasTriples ? UInt32(WITAN_NGRAMS_TRIPLES) : 0)
      | (hasOpening ? UInt32(WITAN_NGRAMS_OPENING) : 0)
  }
}

extension FeatureSpec {
  package var json: JSON {
    var fields: [String: JSON] = [
      "version": JSON(version), "words": hasTriples ? "1-3" : "1-2",
      "characters": hasCharacters ? "3-5" : "none", "log2_buckets": JSON(log2Buckets),
    ]
    if hasOpening { fields["opening"] = JSON(Int(WITAN_OPENING_WORDS)) }
    return .object(fields)
  }

  /// Reads what `json` wrote; throws `format`, naming the field.
  package init(json: JSON?) throws(WitanError) {
    func wrong(_ field: String) -> WitanError {
      WitanError(.format, "is missing or of the wrong type", at: "features.\(field)")
    }
    guard let json, let version = json["version"]?.int else { throw wrong("version") }
    guard let log2Buckets = json["log2_buckets"]?.int else { throw wrong("log2_buckets") }
    let words = json["words"]?.string ?? "1-2"
    let characters = json["characters"]?.string ?? "3-5"
    guard ["1-2", "1-3"].contains(words) else { throw wrong("words") }
    guard ["3-5", "none"].contains(characters) else { throw wrong("characters") }
    let opening = json["opening"]?.int ?? 0
    guard opening == 0 || opening == Int(WITAN_OPENING_WORDS) else { throw wrong("opening") }
    try self.init(
      version: version, log2Buckets: log2Buckets, hasCharacters: characters == "3-5",
      hasTriples: words == "1-3", hasOpening: opening > 0)
  }
}
