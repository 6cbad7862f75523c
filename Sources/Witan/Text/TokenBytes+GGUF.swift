extension TokenBytes {
  /// The values of `tokenizer.ggml.token_type`.
  private enum TokenType: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// Reads the vocabulary from the metadata of a GGUF file (versions 2 and 3): `tokenizer.ggml.model` is
  /// `gpt2` (byte-level) or `llama` (SentencePiece). Control, unknown and unused tokens stand for no bytes,
  /// user-defined ones for what they say. The tensors are neither read nor checked. O(metadata)
  ///
  /// Throws `io` when the file cannot be read, `format` when it is damaged, `unsupported` when it is of
  /// another version or its vocabulary of another kind; the error names the field.
  public convenience init(gguf path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(gguf: file.bytes)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// As `init(gguf:)`, from the bytes of the file.
  public convenience init(gguf bytes: [UInt8]) throws(WitanError) {
    let file = MappedFile(copying: bytes)
    try self.init(gguf: file.bytes)
  }

  private convenience init(gguf bytes: UnsafeRawBufferPointer) throws(WitanError) {
    let (modelKey, tokensKey) = ("tokenizer.ggml.model", "tokenizer.ggml.tokens")
    let typesKey = "tokenizer.ggml.token_type"
    var reader = try GGUFReader(bytes)
    var model: String?
    var texts: [String]?
    var types: [TokenType]?
    for _ in 0..<reader.pairCount {
      let (key, kind) = try reader.pair()
      switch key {
      case modelKey where kind == .string:
        try Self.demandFirst(model == nil, key)
        model = String(decoding: try reader.string(key), as: UTF8.self)
      case tokensKey where kind == .array:
        try Self.demandFirst(texts == nil, key)
        texts = try Self.texts(&reader, key)
      case typesKey where kind == .array:
        try Self.demandFirst(types == nil, key)
        types = try Self.types(&reader, key)
      case modelKey, tokensKey, typesKey:
        throw WitanError(.format, "is of another type than it must be", at: key)
      default: try reader.skip(kind, key)
      }
    }
    guard let model else { throw WitanError(.format, "is missing: the file has no vocabulary", at: modelKey) }
    guard let texts else { throw WitanError(.format, "is missing", at: tokensKey) }
    if let types, types.count != texts.count {
      throw WitanError(.format, "has \(types.count) elements for \(texts.count) tokens", at: typesKey)
    }
    let decoding: TokenDecoding
    switch model {
    case "gpt2": decoding = .byteLevel
    case "llama": decoding = .marked("\u{2581}", hasBytes: false)
    default:
      throw WitanError(.unsupported, "'\(model)' is not supported; gpt2 and llama are", at: modelKey)
    }
    var tokens: [[UInt8]?] = []
    tokens.reserveCapacity(texts.count)
    for (id, text) in texts.enumerated() {
      switch types?[id] ?? .normal {
      case .normal: tokens.append(decoding.bytes(text))
      case .userDefined: tokens.append(Array(text.utf8))
      case .unknown, .control, .unused: tokens.append([])
      case .byte:
        guard let byte = TokenDecoding.byte(text) else {
          throw WitanError(
            .format, "the byte token '\(text)' is not written as <0x0A>", at: "\(tokensKey)[\(id)]")
        }
        tokens.append([byte])
      }
    }
    try self.init(tokens: tokens)
  }

  private static func demandFirst(_ isFirst: Bool, _ key: String) throws(WitanError) {
    if !isFirst { throw WitanError(.format, "stands twice", at: key) }
  }

  private static func texts(_ reader: inout GGUFReader, _ key: String) throws(WitanError) -> [String] {
    let (kind, count) = try reader.array(key)
    guard kind == .string, count <= maximumID + 1 else {
      throw WitanError(.format, "is no list of up to 2^24 strings", at: key)
    }
    var texts: [String] = []
    texts.reserveCapacity(count)
    for i in 0..<count {
      let bytes = try reader.string("\(key)[\(i)]")
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.utf8.elementsEqual(bytes) else {
        throw WitanError(.format, "is no UTF-8", at: "\(key)[\(i)]")
      }
      texts.append(text)
    }
    return texts
  }

  private static func types(_ reader: inout GGUFReader, _ key: String) throws(WitanError) -> [TokenType] {
    let (kind, count) = try reader.array(key)
    guard kind == .int32, count <= maximumID + 1 else {
      throw WitanError(.format, "is no list of up to 2^24 whole numbers of 32 bits", at: key)
    }
    var types: [TokenType] = []
    types.reserveCapacity(count)
    for i in 0..<count {
      let number = try reader.int32(key)
      guard let type = TokenType(rawValue: number) else {
        throw WitanError(.format, "has the unknown type \(number)", at: "\(key)[\(i)]")
      }
      types.append(type)
    }
    return types
  }
}
