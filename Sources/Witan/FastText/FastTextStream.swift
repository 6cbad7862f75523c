/// The incremental scorer of one text by a fastText model: bytes are pushed as they come.
///
/// A word counts once white space or `finish()` closes it; between, scores are those of the text up to
/// the last closed word. Any split of the same bytes gives the same scores, bit for bit. Nothing is
/// allocated after `init`, unless a word is longer than 4 KB.
///
/// One stream belongs to one thread at a time. A model serves any number of streams.
public final class FastTextStream {
  public let model: FastTextModel
  /// Bytes pushed since the start or the last reset.
  public private(set) var byteCount = 0

  private var isEnded = false  // a word </s> ended the text
  private var word = FastTextWord()
  private var ngrams: FastTextNgrams
  private var words: FastTextRowSum  // with their subwords
  // fastText adds n-grams after all words. Sums of floats depend on the order, so n-grams wait; only
  // behind this many are they added by themselves.
  private static let waitingNgrams = 1 << 15
  private var runs: FastTextRowSum
  private let dimension: Int
  private let hidden: UnsafeMutablePointer<Float>  // [dimension]
  private let scratch: UnsafeMutablePointer<Float>  // [head.scratchCount]
  private let output: UnsafeMutablePointer<Float>  // [labels]
  private let endRow: Int32?
  private let endHash: UInt32?

  init(_ model: FastTextModel) {
    self.model = model
    dimension = model.arguments.dimension
    ngrams = FastTextNgrams(model.arguments)
    words = FastTextRowSum(model, capacity: 1024)
    runs = FastTextRowSum(
      model, capacity: model.arguments.wordNgrams > 1 ? Self.waitingNgrams : 1)
    hidden = .allocate(capacity: dimension)
    scratch = .allocate(capacity: model.head.scratchCount)
    output = .allocate(capacity: model.labels.count)
    scratch.initialize(repeating: 0, count: model.head.scratchCount)
    output.initialize(repeating: 0, count: model.labels.count)
    hidden.initialize(repeating: 0, count: dimension)
    let end = UnsafeRawBufferPointer(
      start: FastTextDictionary.endOfLine.utf8Start,
      count: FastTextDictionary.endOfLine.utf8CodeUnitCount)
    var hash = FastTextDictionary.Hash()
    for byte in end { hash.add(byte) }
    let id = model.parts.dictionary.id(of: end, hash: hash.value)
    endRow = id >= 0 && id < model.wordCount ? id : nil
    endHash = id < model.wordCount ? hash.value : nil  // nil when it is a label
  }

  deinit {
    word.deallocate()
    ngrams.deallocate()
    words.deallocate()
    runs.deallocate()
    hidden.deallocate()
    scratch.deallocate()
    output.deallocate()
  }

  /// Adds the next bytes of the text. O(bytes x (dimension + subwords)).
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    for byte in bytes {
      if byte <= 0x20, Self.isSpace(byte) {
        if !word.isEmpty { closeWord() }
      } else {
        word.append(byte)
      }
    }
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: closes the open word. Scores stay readable; what is pushed afterwards begins a new
  /// word.
  public func finish() { if !word.isEmpty { closeWord() } }

  /// Starts a new text.
  public func reset() {
    (byteCount, isEnded) = (0, false)
    word.reset()
    ngrams.reset()
    words.reset()
    runs.reset()
  }

  /// What fastText takes for the end of a word.
  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0
  }

  private func closeWord() {
    defer { word.reset() }
    guard !isEnded else { return }
    let bytes = word.bytes
    if bytes.equals(FastTextDictionary.endOfLine) {
      isEnded = true  // its features are those of the end, which `read` adds
      return
    }
    let hash = word.hash.value
    let id = model.parts.dictionary.id(of: bytes, hash: hash)
    if id < 0 {
      if bytes.starts(with: FastTextDictionary.labelMark) { return }
    } else {
      guard id < model.wordCount else { return }  // a label
      words.add(id)
    }
    if model.arguments.longestSubword > 0 {
      word.forEachSubword(model.arguments) { if let row = model.buckets.row(of: $0) { words.add(row) } }
    }
    ngrams.push(hash) { if let row = model.buckets.row(of: $0) { runs.add(row) } }
  }

  /// Puts the mean of all rows, those of the end of the line included, into `hidden`; false when there
  /// are none.
  private func average() -> Bool {
    words.settle()
    hidden.update(repeating: 0, count: dimension)
    words.add(to: hidden)
    var count = words.count + runs.count
    func add(_ row: Int32) {
      withUnsafePointer(to: row) {
        model.parts.input.add(
          UnsafeBufferPointer(start: $0, count: 1), into: hidden, dimension: dimension)
      }
      count += 1
    }
    if let endRow { add(endRow) }
    runs.add(to: hidden)
    if let endHash {
      ngrams.peek(endHash) { if let row = model.buckets.row(of: $0) { add(row) } }
    }
    let factor = Float(1 / Double(max(1, count)))
    for j in 0..<dimension { hidden[j] *= factor }
    return count > 0
  }

  /// Fills `out` with a probability for each label, in the order of `model.labels`: what fastText
  /// prints, at most 1; zeros when nothing in the text is known to the model. O(labels x dimension); no
  /// allocation. [labels]
  ///
  /// Precondition: `out` has room for all labels.
  public func probabilities(into out: UnsafeMutableBufferPointer<Float>) {
    precondition(out.count >= model.labels.count, "the buffer is too small for the labels")
    guard let base = out.baseAddress else { return }
    if average() {
      model.head.probabilities(hidden, scratch: scratch, into: base)
    } else {
      base.update(repeating: 0, count: model.labels.count)
    }
  }

  /// The probabilities now. Valid until the next call; no allocation. [labels]
  public func read() -> UnsafeBufferPointer<Float> {
    let buffer = UnsafeMutableBufferPointer(start: output, count: model.labels.count)
    probabilities(into: buffer)
    return UnsafeBufferPointer(buffer)
  }

  /// See `FastTextModel.predict`.
  public func predict(k: Int = 1, threshold: Float = 0) -> [(label: String, probability: Float)] {
    guard average() else { return [] }
    return model.head.best(hidden, scratch: scratch, k: k, threshold: threshold)
      .map { (model.labels[$0.label].id, $0.probability) }
  }

  /// The scores now, as a value that can be kept. Allocates.
  public var scores: Scores {
    let p = Array(read())
    return Scores(
      labels: model.labels, probabilities: p, any: nil, features: words.count + runs.count, replacements: 0,
      isTruncated: false)
  }
}

extension FastTextStream: TextStream {}
