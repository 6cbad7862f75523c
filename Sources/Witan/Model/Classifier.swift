/// A compiled classifier: immutable, safe to share between threads, scored through streams.
///
/// Loading maps the file: the table is neither copied nor decoded, and processes share its pages.
public final class Classifier: @unchecked Sendable {  // immutable after init
  public let spec: ModelSpec
  /// Everything that the file says of its making: constitution, digests, seed, metrics.
  public let metadata: [String: String]
  /// What was promised of thresholds, one for each output that was calibrated; see `thresholdOrigin`.
  public let promises: [FalseFlagPromise]
  /// The prediction sets that were calibrated on labelled text; see `finding(of:side:)`.
  public let predictionSets: ConformalSets

  /// The table of word-piece vectors in use; nil for models without, and when it was not given.
  public let embeddings: StaticEmbeddings?

  private let storage: MappedFile
  private let kept: KeptRows?
  let table: RowTable
  package let head: Head
  let doubt: Doubt?
  let weights: HeadWeights
  /// Tells this model from others: the streams of two models cannot be mixed up.
  let fingerprint: UInt32

  /// Maps the model at `path`. A model that was trained with a table of word-piece vectors works without
  /// it too, as its card says how well; `isComplete` tells.
  ///
  /// Throws `io` when the file cannot be read, `format`, `unsupported` or `invalidValue` when it is
  /// no model that this version reads, or when `embeddings` is not the table that it names; the error
  /// names the field. O(header).
  public convenience init(path: String, embeddings: StaticEmbeddings? = nil) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(storage: file, embeddings)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads a model from bytes in memory; they are copied. Throws as `init(path:embeddings:)`.
  public convenience init(bytes: [UInt8], embeddings: StaticEmbeddings? = nil) throws(WitanError) {
    try self.init(storage: MappedFile(copying: bytes), embeddings)
  }

  /// Reads the model in `storage`. Throws as `init(path:embeddings:)`.
  package init(storage: MappedFile, _ embeddings: StaticEmbeddings?) throws(WitanError) {
    let file = try ModelFile(storage.bytes)
    if let embeddings, let named = file.spec.dense, named != DenseSpec(embeddings) {
      throw WitanError(
        .invalidValue,
        "the model needs the embeddings '\(named.name)' (\(named.digest)), not '\(embeddings.name)' "
          + "(\(embeddings.digest))", at: "dense.digest")
    }
    self.storage = storage
    self.embeddings = file.spec.dense == nil ? nil : embeddings
    spec = file.spec
    metadata = file.metadata
    promises = try FalseFlagPromise.read(file.metadata, file.spec)
    predictionSets = try ConformalSets(file.metadata, file.spec, hasEmbeddings: self.embeddings != nil)
    kept = file.kept
    table = file.table
    weights = try file.head(denseScale: self.embeddings?.scale)
    head = Head(file.spec, weights)
    doubt = try file.doubt()
    // Training ends at other biases and steps whenever data, seed or options differ.
    let numbers = [weights.scale, weights.bias, weights.slope, weights.offset].joined().map(\.bitPattern)
    let hash = fnv1a(spec.json.text().utf8)
    fingerprint = UInt32(truncatingIfNeeded: numbers.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
  }

  /// Lets go of the file's pages that are in memory; what is read again comes back from the file.
  func letGoOfPages() { storage.letGo() }

  /// Whether the model has the table of word-piece vectors that it was trained with, or needs none.
  public var isComplete: Bool { spec.dense == nil || embeddings != nil }

  /// A new stream: the incremental scorer of one text.
  public func makeStream() -> ScoringStream { ScoringStream(self) }

  /// A stream that can be read through windows of its last words too (`ScoringStream.readLargest`); the
  /// caller says where words end (`advance`), as `StreamGuard` does. [windows: words, 1...4096 each]
  ///
  /// Throws `invalidValue` for a window out of range.
  public func makeStream(windows: [Int]) throws(WitanError) -> ScoringStream {
    guard windows.allSatisfy({ 1...4096 ~= $0 }) else {
      throw WitanError(.invalidValue, "are not in 1...4096 words", at: "windows")
    }
    return ScoringStream(self, windows: windows)
  }

  /// Scores a whole text: one push and finish. O(bytes). For many texts, reset one stream instead.
  ///
  /// With a prompt the text is judged as the answer to it; see `ScoringStream.begin(prompt:)`.
  public func score(_ text: String, prompt: String? = nil) -> Scores {
    let stream = makeStream()
    stream.begin(prompt: prompt)
    stream.push(text)
    stream.finish()
    return stream.scores
  }

  /// Probabilities of `n` texts from their sums: the last step of the way.
  ///
  /// [sums: n x lanes] [counts: n] [denseSums: n x dimensions] -> [out: n x outputs]; `scratch` has room
  /// for `scratchCount(n)`. Equal sums give equal bits, alone or in a batch. `side` says where text i stands:
  /// principles that do not apply there get 0, and `any` is about those that do.
  package func probabilities(
    _ sums: UnsafePointer<Int32>, of n: Int = 1, counts: UnsafePointer<Int>,
    denseSums: UnsafePointer<Int32>?, scratch: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>, side: (Int) -> Side? = { _ in nil }
  ) {
    head.probabilities(
      n, sums: sums, counts: counts, denseSums: denseSums, scratch: scratch, into: out, side: side)
  }

  /// Floats of scratch that `probabilities` needs for `n` texts, and `representation` and `doubts` after it.
  package func scratchCount(_ n: Int) -> Int {
    head.scratchCount(n) + (doubt == nil ? 0 : 2 * spec.doubtInputs)
  }
}
