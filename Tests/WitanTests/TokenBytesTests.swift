import Testing
import Witan

/// Vocabularies of language models as bytes, and streams that take token ids.
struct TokenBytesTests {
  /// The character that stands for each byte in byte-level vocabularies, by the rule of its definition.
  private static let alphabet: [String] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      let isItself = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { if !isItself { next += 1 } }
      return String(Unicode.Scalar(isItself ? UInt32(byte) : next)!)
    }
  }()

  private static func byteLevel(_ text: [UInt8]) -> String { text.map { alphabet[Int($0)] }.joined() }

  private func json(
    _ tokens: [String], decoder: JSON = ["type": "ByteLevel"], added: [JSON] = [], type: String = "BPE"
  ) -> [UInt8] {
    var vocabulary: [String: JSON] = [:]
    for (id, token) in tokens.enumerated() { vocabulary[token] = JSON(id) }
    let vocab: JSON =
      type == "Unigram" ? .array(tokens.map { .array([.string($0), -1]) }) : .object(vocabulary)
    let file: JSON = [
      "model": ["type": .string(type), "vocab": vocab], "decoder": decoder, "added_tokens": .array(added),
    ]
    return Array(file.text().utf8)
  }

  private func added(_ id: Int, _ content: String, special: Bool) -> JSON {
    ["id": JSON(id), "content": .string(content), "special": .bool(special)]
  }

  private static let marked: JSON = [
    "type": "Sequence",
    "decoders": [
      ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"],
      ["type": "Fuse"], ["type": "Strip", "content": " ", "start": 1, "stop": 0],
    ],
  ]

  private func fault(_ body: () throws -> Void) -> String {
    do { try body() } catch let error as WitanError { return "\(error.code) \(error)" } catch {}
    return "none"
  }

  private func bytes(_ vocabulary: TokenBytes, _ id: Int) -> [UInt8]? {
    vocabulary.bytes(of: id).map { Array($0) }
  }

  @Test("byte-level: all 256 bytes, parts of characters, added tokens")
  func byteLevel() throws {
    let tokens = Self.alphabet + [Self.byteLevel(Array(" hello".utf8)), Self.byteLevel([0xE2, 0x82]), "x y"]
    let file = json(tokens, added: [added(260, "<|end|>", special: true), added(261, "  ", special: false)])
    let vocabulary = try TokenBytes(tokenizerJSON: file)
    #expect(vocabulary.count == 262)
    for byte in 0..<256 { #expect(bytes(vocabulary, byte) == [UInt8(byte)]) }
    #expect(bytes(vocabulary, 256) == Array(" hello".utf8))
    #expect(bytes(vocabulary, 257) == [0xE2, 0x82])
    #expect(bytes(vocabulary, 258) == Array("x y".utf8))
    #expect(bytes(vocabulary, 259) == nil)
    #expect(bytes(vocabulary, 260) == [])
    #expect(bytes(vocabulary, 261) == [0x20, 0x20])
    #expect(bytes(vocabulary, 262) == nil && bytes(vocabulary, -1) == nil)

    var gguf = GGUFFile()
    gguf.add("general.name", "test")
    gguf.add("some.flag", kind: 7, [1])
    gguf.add(
      "some.lists", kind: 9,
      GGUFFile.little(UInt32(9)) + GGUFFile.little(UInt64(1)) + GGUFFile.little(UInt32(4))
        + GGUFFile.little(UInt64(2)) + [UInt8](repeating: 0, count: 8))
    gguf.add("tokenizer.ggml.model", "gpt2")
    gguf.add("tokenizer.ggml.tokens", tokens + ["<|end|>", "Ġ"])
    gguf.add("tokenizer.ggml.token_type", [Int32](repeating: 1, count: 259) + [3, 4])
    for version: UInt32 in [2, 3] {
      gguf.version = version
      let same = try TokenBytes(gguf: gguf.bytes)
      for id in 0..<259 { #expect(bytes(same, id) == bytes(vocabulary, id)) }
      #expect(bytes(same, 259) == [] && bytes(same, 260) == Array("Ġ".utf8) && same.count == 261)
    }
  }

  @Test("SentencePiece: the mark is a space, byte tokens are bytes", arguments: ["BPE", "Unigram"])
  func marked(_ type: String) throws {
    let tokens =
      ["<unk>", "<s>", "▁hello", "▁▁", "é", "<0x0G>", "a▁b"]
      + (0..<256).map {
        let hex = String($0, radix: 16, uppercase: true)
        return "<0x\(hex.count == 1 ? "0" : "")\(hex)>"
      }
    let file = json(
      tokens, decoder: Self.marked,
      added: [added(0, "<unk>", special: true), added(1, "<s>", special: true)],
      type: type)
    let vocabulary = try TokenBytes(tokenizerJSON: file)
    let wanted: [[UInt8]] = [
      [], [], Array(" hello".utf8), [0x20, 0x20], Array("é".utf8), Array("<0x0G>".utf8), Array("a b".utf8),
    ]
    for (id, wanted) in wanted.enumerated() { #expect(bytes(vocabulary, id) == wanted) }
    for byte in 0..<256 { #expect(bytes(vocabulary, 7 + byte) == [UInt8(byte)]) }

    var gguf = GGUFFile()
    gguf.add("tokenizer.ggml.model", "llama")
    gguf.add("tokenizer.ggml.tokens", tokens)
    gguf.add(
      "tokenizer.ggml.token_type", [2, 3, 1, 1, 1, 1, 1] + [Int32](repeating: 6, count: 256))
    let same = try TokenBytes(gguf: gguf.bytes)
    for id in 0..<tokens.count { #expect(bytes(same, id) == bytes(vocabulary, id)) }
  }

  @Test("what is not supported is refused by its name")
  func refusals() throws {
    let tokens = ["a"]
    for (file, wanted) in [
      (json(tokens, type: "WordPiece"), "unsupported model.type: 'WordPiece'"),
      (json(tokens, decoder: ["type": "CTC"]), "unsupported decoder.type: 'CTC'"),
      (json(tokens, decoder: .null), "unsupported decoder.type: ''"),
      (
        json(tokens, decoder: ["type": "Sequence", "decoders": [["type": "Fuse"], ["type": "BPEDecoder"]]]),
        "unsupported decoder.decoders[1].type: 'BPEDecoder'"
      ),
      (json(tokens, decoder: ["type": "Fuse"]), "unsupported decoder: must have"),
      (
        json(tokens, decoder: ["type": "Replace", "pattern": ["Regex": "x"], "content": " "]),
        "format decoder.pattern.String"
      ),
      (json(tokens, added: [added(1 << 24, "x", special: true)]), "format added_tokens[0].id"),
      (Array("{}".utf8), "format model: is missing"), (Array("[".utf8), "format not JSON"),
      (
        Array(#"{"model":{"type":"BPE","vocab":{"a":0,"b":0}},"decoder":{"type":"ByteLevel"}}"#.utf8),
        "format model.vocab: two tokens"
      ),
      (
        Array(#"{"model":{"type":"BPE","vocab":{"a":-1}},"decoder":{"type":"ByteLevel"}}"#.utf8),
        "format model.vocab: the id of 'a'"
      ),
    ] {
      let found = fault { _ = try TokenBytes(tokenizerJSON: file) }
      #expect(found.hasPrefix(wanted), "\(found)")
    }
    #expect(fault { _ = try TokenBytes(tokenizerJSON: "/nowhere") }.hasPrefix("io "))
    #expect(fault { _ = try TokenBytes(gguf: "/nowhere") }.hasPrefix("io "))

    func gguf(_ model: String, _ types: [Int32], version: UInt32 = 3) -> String {
      var file = GGUFFile()
      file.version = version
      file.add("tokenizer.ggml.model", model)
      file.add("tokenizer.ggml.tokens", ["a", "b"])
      file.add("tokenizer.ggml.token_type", types)
      return fault { _ = try TokenBytes(gguf: file.bytes) }
    }
    #expect(gguf("bert", [1, 1]).hasPrefix("unsupported tokenizer.ggml.model: 'bert'"))
    #expect(gguf("llama", [1]).hasPrefix("format tokenizer.ggml.token_type: has 1 elements"))
    #expect(gguf("llama", [1, 9]).hasPrefix("format tokenizer.ggml.token_type[1]"))
    #expect(gguf("llama", [1, 6]).hasPrefix("format tokenizer.ggml.tokens[1]: the byte token"))
    #expect(gguf("llama", [1, 1], version: 1).hasPrefix("unsupported version: is 1"))
    #expect(gguf("llama", [1, 1], version: 3 << 24).hasPrefix("unsupported version: the file is big-endian"))
    #expect(gguf("llama", [1, 1]) == "none")
    #expect(
      fault { _ = try TokenBytes(gguf: GGUFFile().bytes) }.hasPrefix(
        "format tokenizer.ggml.model: is missing"))
  }

  @Test("damaged GGUF files are errors")
  func damage() throws {
    var file = GGUFFile()
    file.add("general.alignment", kind: 4, GGUFFile.little(UInt32(32)))
    file.add("tokenizer.ggml.model", "gpt2")
    file.add("tokenizer.ggml.tokens", ["a", "bc", "Ġd"])
    file.add("tokenizer.ggml.token_type", [1, 1, 3])
    let whole = file.bytes
    _ = try TokenBytes(gguf: whole)
    for count in 0..<whole.count {
      #expect(throws: WitanError.self) { try TokenBytes(gguf: Array(whole.prefix(count))) }
    }
    var random = SeededRandom(seed: 3)
    for _ in 0..<4000 {
      var copy = whole
      for _ in 0...random.below(3) {
        copy[random.below(copy.count)] = random.pick([0, 1, 9, 0x7F, 0x80, 0xFF, UInt8(random.below(256))])
      }
      // Either is fine, but nothing else: no trap, no endless loop.
      do throws(WitanError) { #expect(try TokenBytes(gguf: copy).count <= copy.count) } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test("a stream, a guard and a pool take ids as they take the bytes")
  func streams() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    let vocabulary = try TokenBytes(
      tokenizerJSON: json(Self.alphabet, added: [added(256, "<|end|>", special: true)]))
    var random = SeededRandom(seed: 9)
    let options = GuardOptions(rewindTokens: 0)
    let pool = try StreamPool(classifier, options)
    for _ in 0..<10 {
      let text = TestModel.randomText(&random, length: 300)
      let (stream, wanted) = (classifier.makeStream(), classifier.makeStream())
      let (one, other) = (try StreamGuard(classifier, options), try StreamGuard(classifier, options))
      let id = try pool.open()
      wanted.push(text)
      _ = other.push(text)
      for byte in text {
        try stream.push(token: Int(byte), of: vocabulary)
        _ = try one.push(token: Int(byte), of: vocabulary)
        try pool.push(token: Int(byte), of: vocabulary, to: id)
      }
      try stream.push(token: 256, of: vocabulary)
      #expect(stream.scores == wanted.scores && stream.byteCount == text.count)
      #expect(fault { try stream.push(token: 999, of: vocabulary) }.hasPrefix("invalidValue token: no token"))
      #expect(fault { _ = try one.push(token: -1, of: vocabulary) }.hasPrefix("invalidValue token"))
      #expect(fault { try pool.push(token: 257, of: vocabulary, to: id) }.hasPrefix("invalidValue token"))
      pool.step { _, _ in }
      #expect(one.verdict == other.verdict)
      #expect(try pool.verdict(of: id) == other.verdict)
      #expect(one.finish().held == other.finish().held)
    }
  }
}
