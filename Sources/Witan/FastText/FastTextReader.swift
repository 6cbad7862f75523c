/// From the bytes of a text to the rows of its features, summed: words, their subwords and runs of
/// words, as fastText reads a line.
struct FastTextReader {
  // fastText adds runs of words after all words. Sums of floats depend on the order, so runs wait;
  // only behind this many are they added by themselves.
  private static let waitingRuns = 1 << 15

  private let dictionary: FastTextDictionary
  private let buckets: FastTextBuckets
  private let arguments: FastTextArguments
  private var isEnded = false  // a word </s> ended the text
  private var word = FastTextWord()
  private var ngrams: FastTextNgrams
  private var words: FastTextRowSum  // with their subwords
  private var runs: FastTextRowSum
  private let endRow: Int32?
  private let endHash: UInt32?

  init(_ model: FastTextModel) {
    (dictionary, buckets, arguments) = (model.parts.dictionary, model.buckets, model.arguments)
    ngrams = FastTextNgrams(arguments)
    words = FastTextRowSum(model, capacity: 1024)
    runs = FastTextRowSum(model, capacity: arguments.wordNgrams > 1 ? Self.waitingRuns : 1)
    let end = UnsafeRawBufferPointer(
      start: FastTextDictionary.endOfLine.utf8Start,
      count: FastTextDictionary.endOfLine.utf8CodeUnitCount)
    var hash = FastTextDictionary.Hash()
    for byte in end { hash.add(byte) }
    let id = dictionary.id(of: end, hash: hash.value)
    endRow = id >= 0 && id < dictionary.wordCount ? id : nil
    endHash = id < dictionary.wordCount ? hash.value : nil  // nil when it is a label
  }

  func deallocate() {
    word.deallocate()
    ngrams.deallocate()
    words.deallocate()
    runs.deallocate()
  }

  /// Rows added since the start.
  var count: Int { words.count + runs.count }

  mutating func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    for byte in bytes {
      if byte <= 0x20, Self.isSpace(byte) {
        if !word.isEmpty { closeWord() }
      } else {
        word.append(byte)
      }
    }
  }

  mutating func finish() { if !word.isEmpty { closeWord() } }

  mutating func reset() {
    isEnded = false
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

  private mutating func closeWord() {
    defer { word.reset() }
    guard !isEnded else { return }
    let bytes = word.bytes
    if bytes.equals(FastTextDictionary.endOfLine) {
      isEnded = true  // its features are those of the end, which `average` adds
      return
    }
    let hash = word.hash.value
    let id = dictionary.id(of: bytes, hash: hash)
    if id < 0 {
      if bytes.starts(with: FastTextDictionary.labelMark) { return }
    } else {
      guard id < dictionary.wordCount else { return }  // a label
      words.add(id)
    }
    if arguments.longestSubword > 0 {
      word.forEachSubword(arguments) { if let row = buckets.row(of: $0) { words.add(row) } }
    }
    ngrams.push(hash) { if let row = buckets.row(of: $0) { runs.add(row) } }
  }

  /// Fills `mean` with the mean of all rows of the closed words and of the end of the line; false when
  /// there are none. [dimension]
  mutating func average(into mean: UnsafeMutablePointer<Float>) -> Bool {
    let dimension = arguments.dimension
    mean.update(repeating: 0, count: dimension)
    words.settle()
    words.add(to: mean)
    var count = count
    if let endRow {
      words.add(endRow, to: mean)
      count += 1
    }
    runs.add(to: mean)
    if let endHash {
      ngrams.peek(endHash) {
        if let row = buckets.row(of: $0) {
          words.add(row, to: mean)
          count += 1
        }
      }
    }
    let factor = Float(1 / Double(max(1, count)))
    for j in 0..<dimension { mean[j] *= factor }
    return count > 0
  }
}
