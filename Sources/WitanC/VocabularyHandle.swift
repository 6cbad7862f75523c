internal import Witan

/// Token ids as bytes. Immutable.
final class VocabularyHandle: Handled {
  static var kind: UInt32 { 6 }

  let tokens: TokenBytes

  /// A GGUF file says so in its first four bytes; everything else has to be a tokenizer.json.
  init(path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    let isGGUF = file.bytes.starts(with: Array("GGUF".utf8))
    tokens = isGGUF ? try TokenBytes(gguf: path) : try TokenBytes(tokenizerJSON: path)
  }
}
