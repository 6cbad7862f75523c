extension WordPieceVocabulary {
  /// Reads a Hugging Face `tokenizer.json` with normalizer `BertNormalizer`, pre-tokenizer
  /// `BertPreTokenizer` and model `WordPiece`.
  ///
  /// Added tokens that are matched in raw text (`normalized` false, as special tokens are) are
  /// supported. What comes after the ids (`post_processor`, `decoder`, `truncation`, `padding`) is not
  /// looked at. O(bytes).
  ///
  /// Throws `format` when the file is not one, `unsupported` when it asks for another step, naming the
  /// field.
  public convenience init(tokenizerJSON bytes: [UInt8]) throws(WitanError) {
    var members: [(key: String, value: JSON)] = []
    var document = JSON.null
    var failure: WitanError?
    bytes.withUnsafeBufferPointer { buffer in
      do throws(WitanError) {
        document = try JSON(parsing: buffer, listing: ["model", "vocab"], into: &members)
      } catch { failure = error }
    }
    if let failure { throw failure }
    let file = Fields(value: document, place: "")
    guard document.object != nil else {
      throw WitanError(.format, "is no object; a tokenizer.json is expected here")
    }

    var options = Options()
    try Self.read(normalizer: try file.only("normalizer", listed: "normalizers"), into: &options)
    try file.only("pre_tokenizer", listed: "pretokenizers").expect(type: "BertPreTokenizer")

    let model = try file.object("model")
    try model.expect(type: "WordPiece")
    options.unknownToken = try model.string("unk_token")
    options.continuationPrefix = try model.string("continuing_subword_prefix")
    options.maximumCharacters = try model.count("max_input_chars_per_word")
    _ = try model.object("vocab")
    try self.init(Self.tokens(members), added: try Self.addedTokens(document), options)
  }

  private static func read(normalizer: Fields, into options: inout Options) throws(WitanError) {
    try normalizer.expect(type: "BertNormalizer")
    options.cleansText = try normalizer.bool("clean_text")
    options.separatesHan = try normalizer.bool("handle_chinese_chars")
    options.lowercases = try normalizer.bool("lowercase")
    let strips = normalizer.value["strip_accents"] ?? .null
    options.stripsAccents = strips == .null ? nil : try normalizer.bool("strip_accents")
  }

  private static func tokens(
    _ members: [(key: String, value: JSON)]
  ) throws(WitanError) -> [WordPieceTable.Token] {
    var seen: Set<[UInt8]> = []
    var tokens: [WordPieceTable.Token] = []
    tokens.reserveCapacity(members.count)
    for (key, value) in members {
      let bytes = Array(key.utf8)
      guard let id = value.int, id >= 0, id <= Int32.max else {
        throw WitanError(
          .format, "the id of '\(key)' is no whole number from 0 to 2^31 - 1", at: "model.vocab")
      }
      guard seen.insert(bytes).inserted else {
        throw WitanError(.format, "the token '\(key)' stands twice", at: "model.vocab")
      }
      tokens.append(WordPieceTable.Token(bytes: bytes[...], id: UInt32(id)))
    }
    return tokens
  }

  private static func addedTokens(_ document: JSON) throws(WitanError) -> [AddedToken] {
    let field = document["added_tokens"] ?? .null
    guard field != .null else { return [] }
    guard let items = field.array else {
      throw WitanError(.format, "is no list of tokens", at: "added_tokens")
    }
    var tokens: [AddedToken] = []
    for (i, item) in items.enumerated() {
      let token = Fields(value: item, place: "added_tokens[\(i)]")
      let content = try token.string("content")
      for flag in ["normalized", "single_word"] where try token.bool(flag) {
        throw WitanError(
          .unsupported,
          "true is not supported; '\(content)' can only be matched in the text as it is, anywhere",
          at: "\(token.place).\(flag)")
      }
      // `lstrip` and `rstrip` take white space along, which gives no ids here anyway.
      tokens.append(AddedToken(content: content, place: "\(token.place).content"))
    }
    return tokens
  }
}

/// An object in the file with the path to it, for errors that name the field.
private struct Fields {
  let value: JSON
  let place: String

  func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  func object(_ key: String) throws(WitanError) -> Fields {
    guard let field = value[key], field.object != nil else {
      throw WitanError(.format, "is missing or no object", at: path(key))
    }
    return Fields(value: field, place: path(key))
  }

  /// The object at `key`; a `Sequence` of one step is that step.
  func only(_ key: String, listed list: String) throws(WitanError) -> Fields {
    let field = value[key] ?? .null
    guard field != .null else {
      throw WitanError(
        .unsupported, "none is not supported; a BERT tokenizer has one", at: path(key))
    }
    guard field["type"] == "Sequence", let steps = field[list]?.array, steps.count == 1 else {
      return try object(key)
    }
    return Fields(value: steps[0], place: "\(path(key)).\(list)[0]")
  }

  func expect(type wanted: String) throws(WitanError) {
    let found = try string("type")
    guard found == wanted else {
      throw WitanError(
        .unsupported, "\(found) is not supported; \(wanted) is the only one that is", at: path("type"))
    }
  }

  func string(_ key: String) throws(WitanError) -> String {
    guard let text = value[key]?.string else {
      throw WitanError(.format, "is missing or no string", at: path(key))
    }
    return text
  }

  func bool(_ key: String) throws(WitanError) -> Bool {
    guard let flag = value[key]?.bool else {
      throw WitanError(.format, "is missing, or neither true nor false", at: path(key))
    }
    return flag
  }

  func count(_ key: String) throws(WitanError) -> Int {
    guard let number = value[key]?.int, number >= 0 else {
      throw WitanError(.format, "is missing or no whole number from 0 on", at: path(key))
    }
    return number
  }
}
