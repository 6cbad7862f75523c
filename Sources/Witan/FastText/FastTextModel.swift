/// A classifier that fastText trained (Joulin et al. 2016): immutable, safe to share between threads.
///
/// Reads `.bin` and `.ftz` files of `fasttext supervised` and `fasttext quantize`, and what
/// `witan convert` makes of them. Loading maps the file: matrices are neither copied nor decoded, only
/// the dictionary is indexed.
///
/// A text is one line: a line break in it is white space. Features, arithmetic and the order of equal
/// labels are those of fastText 0.9.2, so that predictions are the same to the digits it prints.
/// Kept with them: a word `</s>` in a text ends it, as far as the model sees.
public final class FastTextModel: @unchecked Sendable {  // immutable after init
  /// Names without `__label__`, when all have it; in the order of the file.
  public let labels: [Label]
  public let arguments: FastTextArguments
  /// Words of the dictionary.
  public var wordCount: Int { parts.dictionary.wordCount }

  private let storage: MappedFile
  let parts: FastTextParts
  let buckets: FastTextBuckets
  let head: FastTextHead

  /// Maps the model at `path`.
  ///
  /// Throws `io` when the file cannot be read, `format` when it is damaged, `unsupported` when it is no
  /// classifier (word vectors) or too new; the error names the field. O(dictionary).
  public convenience init(path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(storage: file)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads a model from bytes in memory; they are copied. Throws as `init(path:)`.
  public convenience init(bytes: [UInt8]) throws(WitanError) {
    try self.init(storage: MappedFile(copying: bytes))
  }

  /// Reads the model in `storage`. Throws as `init(path:)`.
  package init(storage: MappedFile) throws(WitanError) {
    self.storage = storage
    parts =
      Self.isBinary(storage.bytes)
      ? try FastTextParts(binary: storage.bytes) : try FastTextParts(converted: storage.bytes)
    let names = parts.dictionary.labelNames
    guard Set(names).count == names.count else {
      throw WitanError(.format, "names a label twice", at: "dictionary")
    }
    labels = names.map { Label(id: $0) }
    arguments = parts.arguments
    buckets = FastTextBuckets(
      parts.arguments, wordCount: parts.dictionary.wordCount, pruned: parts.pruned)
    head = try FastTextHead(parts)
  }

  /// Whether `bytes` begin as files of fastText itself do.
  static func isBinary(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))) == FastTextParts.magic
  }

  /// Whether a file that begins like `bytes` is a fastText model, converted or not.
  package static func isFastText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    isBinary(bytes)
      || (try? Safetensors(bytes))?.metadata["witan.format"] == FastTextParts.convertedFormat
  }

  /// A new stream: the scorer of one text after the other.
  public func makeStream() -> FastTextStream { FastTextStream(self) }

  /// The `k` most probable labels whose probability is at least `threshold`, highest first, with the
  /// probabilities that `fasttext predict-prob` prints (1e-5 above the model's own). Empty when nothing
  /// in the text is known to the model. `text` need not be valid UTF-8. O(bytes + labels); allocates,
  /// see `FastTextStream` for the hot path.
  public func predict(
    _ text: some Sequence<UInt8>, k: Int = 1, threshold: Float = 0
  ) -> [(label: String, probability: Float)] {
    let stream = makeStream()
    if text.withContiguousStorageIfAvailable(stream.push) == nil { stream.push(Array(text)) }
    stream.finish()
    return stream.predict(k: k, threshold: threshold)
  }

  public func predict(
    _ text: String, k: Int = 1, threshold: Float = 0
  ) -> [(label: String, probability: Float)] {
    predict(text.utf8, k: k, threshold: threshold)
  }
}

extension FastTextModel: TextModel {
  /// One-vs-all decides each label by itself; every other loss is a choice.
  public var task: ModelSpec.Task { arguments.loss == .oneVersusAll ? .multiLabel : .singleLabel }
  public var hasAny: Bool { false }
  public var anyThreshold: Float { 1 }
}
