extension TokenBytes {
  /// Reads the vocabulary of a Hugging Face `tokenizer.json`: models `BPE` and `Unigram`, whose decoder is
  /// `ByteLevel`, `Metaspace`, or a sequence of `Replace` of one mark by a space, `ByteFallback`, `Fuse` and
  /// `Strip`. Added tokens that are special stand for no bytes, others for their content. O(bytes)
  ///
  /// Throws `io` when the file cannot be read, `format` when it is none of these, `unsupported` when it asks
  /// for another step; the error names the field.
  public convenience init(tokenizerJSON path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(tokenizerJSON: file.bytes.bindMemory(to: UInt8.self))
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// As `init(tokenizerJSON:)`, from the bytes of the file.
  public convenience init(tokenizerJSON bytes: [UInt8]) throws(WitanError) {
    let file = MappedFile(copying: bytes)
    try self.init(tokenizerJSON: file.bytes.bindMemory(to: UInt8.self))
  }

  private convenience init(tokenizerJSON bytes: UnsafeBufferPointer<UInt8>) throws(WitanError) {
    var members: [(key: String, value: JSON)] = []
    let document = try JSON(parsing: bytes, listing: ["model", "vocab"], into: &members)
    guard let model = document["model"], model.object != nil else {
      throw WitanError(.format, "is missing or no object; a tokenizer.json is expected here", at: "model")
    }
    // Files of the first versions name no type.
    let type = model["type"]?.string ?? (model["merges"] == nil ? "" : "BPE")
    let decoding = try Self.decoding(document["decoder"] ?? .null, "decoder")
    var tokens: [[UInt8]?] = []
    switch type {
    case "BPE":
      guard model["vocab"]?.object != nil else {
        throw WitanError(.format, "is missing or no object", at: "model.vocab")
      }
      for (token, id) in members {
        let id = try Self.id(id, "model.vocab", token)
        try Self.set(&tokens, id, decoding.bytes(token), "model.vocab")
      }
    case "Unigram":
      guard let items = model["vocab"]?.array else {
        throw WitanError(.format, "is missing or no list", at: "model.vocab")
      }
      tokens.reserveCapacity(items.count)
      for (id, item) in items.enumerated() {
        guard let token = item.array?.first?.string else {
          throw WitanError(.format, "is no pair of a token and its score", at: "model.vocab[\(id)]")
        }
        tokens.append(decoding.bytes(token))
      }
    default:
      throw WitanError(
        .unsupported, "'\(type)' is not supported; BPE and Unigram are", at: "model.type")
    }
    try Self.add(document["added_tokens"] ?? .null, decoding, to: &tokens)
    try self.init(tokens: tokens)
  }

  private static func add(
    _ field: JSON, _ decoding: TokenDecoding, to tokens: inout [[UInt8]?]
  ) throws(WitanError) {
    if field == .null { return }
    guard let items = field.array else {
      throw WitanError(.format, "is no list of tokens", at: "added_tokens")
    }
    for (i, item) in items.enumerated() {
      let place = "added_tokens[\(i)]"
      guard let content = item["content"]?.string else {
        throw WitanError(.format, "is missing or no string", at: "\(place).content")
      }
      guard let isSpecial = item["special"]?.bool else {
        throw WitanError(.format, "is missing, or neither true nor false", at: "\(place).special")
      }
      let id = try id(item["id"] ?? .null, "\(place).id", content)
      // It may stand in the vocabulary too; what is said here counts.
      while tokens.count <= id { tokens.append(nil) }
      tokens[id] = isSpecial ? [] : decoding.bytes(content)
    }
  }

  private static func id(_ value: JSON, _ place: String, _ token: String) throws(WitanError) -> Int {
    guard let id = value.int, 0...maximumID ~= id else {
      throw WitanError(.format, "the id of '\(token)' is no whole number from 0 to 2^24 - 1", at: place)
    }
    return id
  }

  private static func set(
    _ tokens: inout [[UInt8]?], _ id: Int, _ bytes: [UInt8], _ place: String
  ) throws(WitanError) {
    while tokens.count <= id { tokens.append(nil) }
    guard tokens[id] == nil else {
      throw WitanError(.format, "two tokens have the id \(id)", at: place)
    }
    tokens[id] = bytes
  }

  private static func decoding(_ field: JSON, _ place: String) throws(WitanError) -> TokenDecoding {
    let steps: [(step: JSON, place: String)]
    if field["type"] == "Sequence" {
      guard let items = field["decoders"]?.array else {
        throw WitanError(.format, "is missing or no list", at: "\(place).decoders")
      }
      steps = items.enumerated().map { ($1, "\(place).decoders[\($0)]") }
    } else {
      steps = [(field, place)]
    }
    var mark: String?
    var (isByteLevel, hasBytes) = (false, false)
    for (step, place) in steps {
      switch step["type"]?.string ?? "" {
      case "ByteLevel": isByteLevel = true
      case "ByteFallback": hasBytes = true
      // They join tokens, and strip the text at its ends.
      case "Fuse", "Strip": break
      case "Metaspace": mark = try text(step["replacement"], "\(place).replacement")
      case "Replace":
        mark = try text(step["pattern"]?["String"], "\(place).pattern.String")
        guard step["content"] == " " else {
          throw WitanError(.unsupported, "is no space; only that is supported", at: "\(place).content")
        }
      case let other:
        throw WitanError(
          .unsupported,
          "'\(other)' is not supported; ByteLevel, Metaspace, Replace, ByteFallback, Fuse and Strip are",
          at: "\(place).type")
      }
    }
    guard isByteLevel != (mark != nil) else {
      throw WitanError(
        .unsupported, "must have either ByteLevel or a mark for the space (Metaspace, Replace)", at: place)
    }
    guard let mark else { return .byteLevel }
    return .marked(mark, hasBytes: hasBytes)
  }

  private static func text(_ value: JSON?, _ place: String) throws(WitanError) -> String {
    guard let text = value?.string, !text.isEmpty else {
      throw WitanError(.format, "is missing, empty or no string", at: place)
    }
    return text
  }
}
