/// The incremental scorer of one text by a fastText model: bytes are pushed as they come.
///
/// A word counts once white space or `finish()` closes it; between, scores are those of the text up to
/// the last closed word. Any split of the same bytes gives the same scores, bit for bit. Nothing is
/// allocated after `init`, unless a word is longer than 4 KB. A stream holds the longest word, some
/// floats for each dimension and label, and for word n-grams 128 KB; `read` goes through the n-grams of
/// the text so far (up to 32768), so read once in a few words when texts are long.
///
/// One stream belongs to one thread at a time. A model serves any number of streams.
public final class FastTextStream {
  public let model: FastTextModel
  /// Bytes pushed since the start or the last reset.
  public private(set) var byteCount = 0

  private var reader: FastTextReader
  private let mean: UnsafeMutablePointer<Float>  // [dimension]
  private let scratch: UnsafeMutablePointer<Float>  // [head.scratchCount]
  private let output: UnsafeMutablePointer<Float>  // [labels]

  init(_ model: FastTextModel) {
    self.model = model
    reader = FastTextReader(model)
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
      let pointer = UnsafeMutablePointer<Float>.allocate(capacity: count)
      pointer.initialize(repeating: 0, count: count)
      return pointer
    }
    mean = floats(model.arguments.dimension)
    scratch = floats(model.head.scratchCount)
    output = floats(model.labels.count)
  }

  deinit {
    reader.deallocate()
    mean.deallocate()
    scratch.deallocate()
    output.deallocate()
  }

  /// Adds the next bytes of the text. O(bytes x (dimension + subwords)).
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    reader.push(bytes)
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: closes the open word. Scores stay readable; what is pushed afterwards begins a new
  /// word.
  public func finish() { reader.finish() }

  /// Starts a new text.
  public func reset() {
    byteCount = 0
    reader.reset()
  }

  /// Fills `out` with a probability for each label, in the order of `model.labels`: what fastText
  /// prints, at most 1; zeros when nothing in the text is known to the model. O(labels x dimension); no
  /// allocation. [labels]
  ///
  /// Precondition: `out` has room for all labels.
  public func probabilities(into out: UnsafeMutableBufferPointer<Float>) {
    precondition(out.count >= model.labels.count, "the buffer is too small for the labels")
    guard let base = out.baseAddress else { return }
    if reader.average(into: mean) {
      model.head.probabilities(mean, scratch: scratch, into: base)
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
    guard reader.average(into: mean) else { return [] }
    return model.head.best(mean, scratch: scratch, k: k, threshold: threshold)
      .map { (model.labels[$0.label].id, $0.probability) }
  }

  /// The scores now, as a value that can be kept. Allocates.
  public var scores: Scores {
    let p = Array(read())
    return Scores(
      labels: model.labels, probabilities: p, any: nil, features: reader.count, replacements: 0,
      isTruncated: false)
  }
}

extension FastTextStream: TextStream {}
