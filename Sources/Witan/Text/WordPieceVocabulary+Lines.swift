extension WordPieceVocabulary {
  /// Reads a `vocab.txt`: one token a line, its id the number of the line from 0.
  ///
  /// White space at the end of a line is not part of the token; of lines that are the same the last
  /// counts. Those of `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]` that are in the file are found in
  /// raw text, as is `unknownToken`. O(bytes).
  ///
  /// Throws `format` when the file is not UTF-8 or lacks `unknownToken`.
  public convenience init(
    lines bytes: [UInt8], options: Options = Options()
  ) throws(WitanError) {
    var tokens: [WordPieceTable.Token] = []
    var special: [AddedToken] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let place = "line \(tokens.count + 1)"
      guard let line = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw WitanError(.format, "is not valid UTF-8", at: place)
      }
      var token = line.unicodeScalars[...]
      while token.last?.properties.isWhitespace == true { token.removeLast() }
      let content = String(token)
      tokens.append(
        WordPieceTable.Token(bytes: bytes[start..<start + content.utf8.count], id: UInt32(tokens.count)))
      if ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", options.unknownToken].contains(content) {
        special.append(AddedToken(content: content, place: place))
      }
      start = end + 1
    }
    try self.init(tokens, added: special, options)
  }
}
