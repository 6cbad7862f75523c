extension WordPieceVocabulary {
  /// Reads the file at `path`: a `tokenizer.json`, told by the brace that begins it, or a `vocab.txt`,
  /// which says nothing of `options`.
  ///
  /// Throws `io` when it cannot be read, else as the initialisers from bytes do. O(bytes).
  public convenience init(path: String, options: Options = Options()) throws(WitanError) {
    let file = try MappedFile(path: path)
    let bytes = withExtendedLifetime(file) { Array(file.bytes) }
    do {
      if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
        try self.init(tokenizerJSON: bytes)
      } else {
        try self.init(lines: bytes, options: options)
      }
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }
}
