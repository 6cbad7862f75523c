import Testing
import Witan

/// A tokenizer file is untrusted input: it is read, or refused with an error that names the field.
struct WordPieceVocabularyTests {
  private func message(_ json: String) -> String {
    do {
      _ = try WordPieceVocabulary(tokenizerJSON: Array(json.utf8))
      return "no error"
    } catch { return "\(error.code): \(error.description)" }
  }

  private func edited(_ from: String, _ to: String) -> String {
    let parts = WordPieceGolden.uncased.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? parts[0] + to + parts[1] : "nothing to edit"
  }

  @Test("ids and counts")
  func ids() {
    let vocabulary = WordPieceGolden.named("overlapping special tokens").vocabulary
    let plain = WordPieceGolden.named("no special tokens").vocabulary
    #expect(plain.unknownID == 1 && plain.id(of: "[CLS]") == 2 && plain.id(of: "[CLS") == nil)
    #expect(plain.id(of: "") == nil && plain.id(of: "##ed") != plain.id(of: "ed"))
    #expect(plain.idCount == plain.count)
    // Added tokens that the vocabulary lacks come after it, whatever id the file gives them.
    #expect(vocabulary.id(of: "<ab>") == UInt32(plain.count))
    #expect(vocabulary.id(of: "<abc>") == UInt32(plain.count + 1))
    #expect(vocabulary.id(of: "the") == plain.id(of: "the"))
    #expect(vocabulary.count == plain.count + 4 && vocabulary.idCount == vocabulary.count)
    // Canonically equivalent tokens are two tokens.
    #expect(plain.id(of: "café") != plain.id(of: "cafe\u{301}"))
    #expect(plain.options == WordPieceVocabulary.Options())
  }

  @Test(
    "what is not BERT is refused by name",
    arguments: [
      ("BertNormalizer", "NFKC", "unsupported: normalizer.type: NFKC is not supported; BertNormalizer is"),
      (
        "BertPreTokenizer", "Whitespace",
        "unsupported: pre_tokenizer.type: Whitespace is not supported; BertPreT"
      ),
      (
        "\"type\":\"WordPiece\"", "\"type\":\"BPE\"",
        "unsupported: model.type: BPE is not supported; WordPiece is"
      ),
      ("\"type\":\"WordPiece\"", "\"type\":\"Unigram\"", "unsupported: model.type: Unigram is not supported"),
      (
        "{\"type\":\"BertNormalizer\"",
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},{\"type\":\"Lowercase\"}]",
        "unsupported: normalizer.type: Sequence is not supported"
      ),
      (
        "{\"type\":\"BertPreTokenizer\"}",
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"}]}",
        "unsupported: pre_tokenizer.pretokenizers[0].type: Digits is not supported"
      ),
      ("{\"type\":\"BertPreTokenizer\"}", "null", "unsupported: pre_tokenizer: none is not supported"),
      ("\"normalized\":false", "\"normalized\":true", "unsupported: added_tokens[0].normalized: true is not"),
      (
        "\"single_word\":false", "\"single_word\":true",
        "unsupported: added_tokens[0].single_word: true is not"
      ),
      (":100,", ":129,", "unsupported: model.max_input_chars_per_word: 129 is not in 0...128"),
    ])
  func refused(_ edit: (String, String, String)) {
    #expect(message(edited(edit.0, edit.1)).hasPrefix(edit.2), "\(message(edited(edit.0, edit.1)))")
  }

  @Test(
    "what is malformed is named",
    arguments: [
      ("\"clean_text\":true", "\"clean_text\":1", "format: normalizer.clean_text: is missing, or neither"),
      (
        "\"strip_accents\":null", "\"strip_accents\":\"no\"",
        "format: normalizer.strip_accents: is missing, or"
      ),
      ("\"lowercase\":true", "\"x\":true", "format: normalizer.lowercase: is missing, or neither"),
      (
        "\"[UNK]\",\"continuing", "\"<unk>\",\"continuing",
        "format: model.unk_token: the token for unknown words, '<unk>'"
      ),
      (":100,", ":-1,", "format: model.max_input_chars_per_word: is missing or no whole"),
      ("\"the\":5", "\"the\":-5", "format: model.vocab: the id of 'the' is no whole number"),
      ("\"the\":5", "\"the\":5e9", "format: model.vocab: the id of 'the' is no whole number"),
      ("\"the\":5", "\"the\":\"5\"", "format: model.vocab: the id of 'the' is no whole number"),
      ("\"the\":5", "\"the\":5,\"the\":6", "format: model.vocab: the token 'the' stands twice"),
      ("\"content\":\"[PAD]\"", "\"content\":0", "format: added_tokens[0].content: is missing or no string"),
      ("\"added_tokens\":[", "\"added_tokens\":{},\"a\":[", "format: added_tokens: is no list"),
    ])
  func malformed(_ edit: (String, String, String)) {
    #expect(message(edited(edit.0, edit.1)).hasPrefix(edit.2), "\(message(edited(edit.0, edit.1)))")
  }

  @Test("a missing model or vocabulary is named")
  func missing() {
    let head = WordPieceGolden.uncased.split(separator: "\"model\":")[0]
    #expect(message(head + "\"models\":{}}").hasPrefix("format: model: is missing or no object"))
    let model =
      "\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\","
      + "\"max_input_chars_per_word\":100"
    for vocabulary in ["", ",\"vocab\":[]", ",\"vocab\":7"] {
      let json = head + "\"model\":{" + model + vocabulary + "}}"
      #expect(message(json).hasPrefix("format: model.vocab: is missing or no object"))
    }
    #expect(message("[]") == "format: is no object; a tokenizer.json is expected here")
  }

  @Test("a sequence of the one step that there has to be is that step")
  func sequence() throws {
    let json = edited(
      "{\"type\":\"BertPreTokenizer\"}",
      "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"BertPreTokenizer\"}]}")
    let vocabulary = try WordPieceVocabulary(tokenizerJSON: Array(json.utf8))
    #expect(vocabulary.ids([Array("the".utf8)]) == [5])
  }

  @Test("a special token that is too long is refused, one of 255 characters is found")
  func longSpecialTokens() throws {
    for length in [255, 256] {
      let json = edited("\"content\":\"[PAD]\"", "\"content\":\"\(String(repeating: "é", count: length))\"")
      guard length == 255 else {
        #expect(message(json).contains("added_tokens[0].content: 256 characters are too many"))
        continue
      }
      let vocabulary = try WordPieceVocabulary(tokenizerJSON: Array(json.utf8))
      let token = Array(String(repeating: "é", count: 255).utf8)
      #expect(
        vocabulary.ids([Array("the".utf8) + token + Array("the".utf8)]) == [
          5, UInt32(vocabulary.count - 1), 5,
        ])
      // One character less is held back to the end, then is a word too long.
      #expect(vocabulary.ids([Array("the ".utf8) + token.dropLast(2)]) == [5, 1])
      // Each of many characters held back can be a word: all fit.
      #expect(
        vocabulary.ids(token.map { [$0] } + [token]) == [
          UInt32(vocabulary.count - 1), UInt32(vocabulary.count - 1),
        ])
    }
  }

  @Test("truncated and corrupted files are read or refused, never a crash")
  func corrupted() {
    let good = Array(WordPieceGolden.uncased.utf8)
    for n in stride(from: 0, to: good.count, by: 11) {
      #expect(throws: WitanError.self) { try WordPieceVocabulary(tokenizerJSON: Array(good[..<n])) }
    }
    var random = SeededRandom(seed: 3)
    let text = Array("the unwanted [CLS] café 日本".utf8)
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0...random.below(4) {
        let at = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(random.pick(good), at: at)
        default: bytes.swapAt(at, random.below(bytes.count))
        }
      }
      if let vocabulary = try? WordPieceVocabulary(tokenizerJSON: bytes) { _ = vocabulary.ids([text]) }
    }
  }

  @Test("a vocab.txt: white space at the end of a line goes, of equal lines the last counts")
  func lines() throws {
    let vocabulary = try WordPieceVocabulary(lines: Array("[UNK]\r\nthe \n\nthe\n##s\u{3000}".utf8))
    #expect(vocabulary.ids([Array("the thes [UNK] [CLS]".utf8)]) == [3, 3, 4, 0, 0, 0, 0])
    #expect(vocabulary.idCount == 5)
    var options = WordPieceVocabulary.Options()
    options.unknownToken = "<unk>"
    #expect(throws: WitanError.self) {
      try WordPieceVocabulary(lines: Array("[UNK]\nthe".utf8), options: options)
    }
    #expect(throws: WitanError(.format, "is not valid UTF-8", at: "line 2")) {
      try WordPieceVocabulary(lines: Array("[UNK]\n".utf8) + [0xFF])
    }
  }
}
