internal import CUnicode

/// A WordPiece vocabulary with the rules that lead to it: how BERT and its kin turn text into ids.
///
/// Reads `tokenizer.json` and `vocab.txt` (see the initialisers). Ids are those of the package
/// `tokenizers` for the same bytes, decoded as UTF-8 with replacement, without special tokens around
/// them, truncation or padding; `referenceVersion` names the release that this was checked against.
/// Immutable, so any number of streams share one.
public final class WordPieceVocabulary: @unchecked Sendable {  // read-only after init
  /// What is done to text before the vocabulary is asked. The defaults are those of uncased BERT.
  public struct Options: Sendable, Hashable {
    /// Control characters and U+FFFD go.
    public var cleansText = true
    /// Each Han ideograph is a word.
    public var separatesHan = true
    /// Decomposes (NFD) and drops non-spacing marks; nil does what `lowercases` says.
    public var stripsAccents: Bool?
    public var lowercases = true
    /// Stands for a word that cannot be cut into tokens; must be in the vocabulary.
    public var unknownToken = "[UNK]"
    /// Begins the tokens that go on with a word.
    public var continuationPrefix = "##"
    /// A longer word is unknown. [0...128, in characters after the steps above]
    public var maximumCharacters = 100

    public init() {}

    /// The most that `maximumCharacters` can be: an open word is part of a stream's state.
    public static let maximumCharactersLimit = WordPieceTable.maximumKey / 4
  }

  /// A token that is found in the raw text, before any other step.
  struct AddedToken {
    var content: String
    var place: String
  }

  public let options: Options
  /// Tokens, added ones included.
  public let count: Int
  /// One more than the highest id: the rows that an embedding table needs.
  public let idCount: Int
  /// The id of `Options.unknownToken`.
  public let unknownID: UInt32

  let table: WordPieceTable
  let specialTokens: SpecialTokens
  let hasSpecialAboveASCII: Bool
  private let addedIDs: [[UInt8]: UInt32]

  /// What the fast path does with a byte: `kind << 8 | byte in lower case`. [256]
  let ascii: UnsafeMutablePointer<UInt16>
  /// The id of each ASCII character that is punctuation. [128]
  let punctuation: UnsafeMutablePointer<UInt32>

  /// Kinds of byte in `ascii`.
  enum ByteKind {
    static let word: UInt16 = 0
    static let space: UInt16 = 1
    static let punctuation: UInt16 = 2
    static let removed: UInt16 = 3
    static let other: UInt16 = 4  // above ASCII, or can begin a special token
  }

  /// Builds from tokens and the added tokens; of equal tokens the last counts. O(bytes).
  init(
    _ tokens: [WordPieceTable.Token], added: [AddedToken], _ options: Options
  ) throws(WitanError) {
    guard 0...Options.maximumCharactersLimit ~= options.maximumCharacters else {
      throw WitanError(
        .unsupported,
        "\(options.maximumCharacters) is not in 0...\(Options.maximumCharactersLimit): a stream keeps the "
          + "open word, so that has to be short", at: "model.max_input_chars_per_word")
    }
    // The ids of added tokens as tokenizers gives them: that of the vocabulary, else the next after its
    // size, whatever the file says.
    var vocabulary: [[UInt8]: UInt32] = [:]
    for token in tokens { vocabulary[Array(token.bytes)] = token.id }
    guard let unknown = vocabulary[Array(options.unknownToken.utf8)] else {
      throw WitanError(
        .format, "the token for unknown words, '\(options.unknownToken)', is not in the vocabulary",
        at: "model.unk_token")
    }
    var specialTokens = SpecialTokens()
    var addedIDs: [[UInt8]: UInt32] = [:]
    var next = UInt32(vocabulary.count)
    for token in added where !token.content.isEmpty {
      let key = Array(token.content.utf8)
      let id = vocabulary[key] ?? addedIDs[key] ?? next
      if id == next && vocabulary[key] == nil { next += 1 }
      addedIDs[key] = id
      try specialTokens.insert(token.content, id: id, at: token.place)
    }
    self.options = options
    self.specialTokens = specialTokens
    self.addedIDs = addedIDs
    count = Int(next)
    idCount = Int(max(vocabulary.values.max() ?? 0, addedIDs.values.max() ?? 0)) + 1
    unknownID = unknown
    hasSpecialAboveASCII = specialTokens.firstCharacters.contains { $0 >= 0x80 }
    table = try WordPieceTable(tokens, continuation: Array(options.continuationPrefix.utf8))
    ascii = .allocate(capacity: 256)
    punctuation = .allocate(capacity: 128)
    fillFastPath()
  }

  deinit {
    table.deallocate()
    ascii.deallocate()
    punctuation.deallocate()
  }

  /// Whether letters and digits of ASCII are nothing but parts of words, and words of `length` are short.
  func keepsLetters(length: Int) -> Bool {
    let letters = (0..<128 as Range<UInt8>).filter { $0.isASCIILetterOrDigit }
    return options.maximumCharacters >= length
      && letters.allSatisfy { ascii[Int($0)] >> 8 == ByteKind.word }
  }

  private func fillFastPath() {
    ascii.initialize(repeating: ByteKind.other << 8, count: 256)
    punctuation.initialize(repeating: unknownID, count: 128)
    for byte in 0..<128 as Range<UInt8> {
      let flags = Int(witan_wordpiece_of(UInt32(byte)).flags)
      var kind = ByteKind.word
      if options.cleansText && flags & WITAN_WORDPIECE_REMOVED != 0 {
        kind = ByteKind.removed
      } else if flags & WITAN_WORDPIECE_SPACE != 0 {
        kind = ByteKind.space
      } else if flags & WITAN_WORDPIECE_PUNCTUATION != 0 {
        kind = ByteKind.punctuation
        if options.maximumCharacters > 0, let id = withUnsafePointer(to: byte, { table.id($0, 1) }) {
          punctuation[Int(byte)] = id
        }
      }
      let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      let folded = isUpper && options.lowercases ? byte | 0x20 : byte
      ascii[Int(byte)] = kind << 8 | UInt16(folded)
    }
    for first in specialTokens.firstCharacters where first < 0x80 {
      ascii[Int(first)] = ByteKind.other << 8
    }
  }

  /// The id of a token, spelt as in the file; nil when there is none. O(length).
  public func id(of token: String) -> UInt32? {
    let key = Array(token.utf8)
    if let id = addedIDs[key] { return id }
    return key.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { table.id($0, bytes.count) }
    }
  }

  /// The release whose ids these are, as "tokenizers 0.0.0".
  public static var referenceVersion: String { String(cString: witan_wordpiece_reference) }

  /// Whether accents go.
  var strips: Bool { options.stripsAccents ?? options.lowercases }
}
