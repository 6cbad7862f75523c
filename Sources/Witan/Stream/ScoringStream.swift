/// The incremental scorer of one text: bytes are pushed as they come, scores can be read at any time.
///
/// Promises, each with a test of its name:
/// - any split of the same bytes, also inside a character, gives the same scores, bit for bit;
/// - after n bytes the scores are those of a document of these n bytes (less an incomplete last
///   character): the open word counts as if it ended here;
/// - nothing is allocated after `init`; the state is `stateByteCount` bytes, however long the text.
///
/// One stream belongs to one thread at a time. A classifier serves any number of streams.
public final class ScoringStream {
  public let classifier: Classifier
  /// Bytes pushed since the start or the last reset.
  public private(set) var byteCount = 0

  private var extractor: FeatureExtractor
  private var bag: EmbeddingBag
  private let reading: UnsafeMutablePointer<Int32>  // [lanes] sums with the open word
  private let output: UnsafeMutablePointer<Float>  // [lanes] probabilities
  private let workspace = FeatureExtractor.Workspace()

  init(_ classifier: Classifier) {
    self.classifier = classifier
    let spec = classifier.spec
    extractor = FeatureExtractor(spec.features)
    bag = EmbeddingBag(classifier)
    reading = .allocate(capacity: spec.lanes)
    output = .allocate(capacity: spec.lanes)
    reading.initialize(repeating: 0, count: spec.lanes)
    output.initialize(repeating: 0, count: spec.lanes)
  }

  deinit {
    bag.sums.deallocate()
    reading.deallocate()
    output.deallocate()
  }

  /// Bytes of memory that this stream holds, scratch included.
  public var stateByteCount: Int {
    classifier.spec.lanes * 12 + FeatureExtractor.Workspace.byteCount
      + MemoryLayout<FeatureExtractor>.size + MemoryLayout<EmbeddingBag>.size
  }

  /// Adds the next bytes of the text. O(bytes); no allocation.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    byteCount += bytes.count
    extractor.push(bytes, workspace) { bag.add($0) }
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text: an incomplete character is replaced, the open word closed. Scores stay readable;
  /// what is pushed afterwards begins a new word.
  public func finish() { extractor.finish(workspace) { bag.add($0) } }

  /// Starts a new text.
  public func reset() {
    extractor = FeatureExtractor(classifier.spec.features)
    bag.reset()
    byteCount = 0
  }

  /// The probabilities now: one for each label, then `any` if the classifier has it. Valid until the
  /// next call. O(width); no allocation. [outputs]
  public func read() -> UnsafeBufferPointer<Float> {
    let pending = extractor.pending(workspace)
    if pending.isEmpty || bag.count + pending.count > ModelSpec.maximumFeatures {
      classifier.probabilities(bag.sums, count: bag.count, into: output)
    } else {
      var open = bag.copied(to: reading)
      open.add(pending)
      classifier.probabilities(reading, count: open.count, into: output)
    }
    return UnsafeBufferPointer(start: output, count: classifier.spec.outputs)
  }

  /// The scores now, as a value that can be kept. Allocates; see `read()` for the hot path.
  public var scores: Scores {
    let p = Array(read())
    let spec = classifier.spec
    return Scores(
      labels: spec.labels, probabilities: Array(p.prefix(spec.labels.count)),
      any: spec.hasAny ? p.last : nil, features: bag.count,
      replacements: extractor.normalizer.replacements, isTruncated: bag.isFull)
  }

  /// A second stream that goes on from here by itself.
  public func fork() -> ScoringStream {
    let copy = ScoringStream(classifier)
    copy.extractor = extractor
    copy.bag.copy(bag)
    copy.byteCount = byteCount
    return copy
  }

  /// Sums of the closed words. [width]
  package var sums: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: bag.sums, count: classifier.spec.width)
  }
}

extension ScoringStream {
  /// The state as bytes: what `resume` goes on from, also in another process on another machine.
  public func save() -> [UInt8] {
    var out: [UInt8] = []
    func put(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out += $0 } }
    put(Self.savedMark)
    put(UInt32(classifier.spec.width))
    put(UInt32(truncatingIfNeeded: byteCount))
    put(UInt32(truncatingIfNeeded: byteCount >> 32))
    put(UInt32(bag.count))
    put(bag.isFull ? 1 : 0)
    extractor.saved.forEach(put)
    sums.forEach { put(UInt32(bitPattern: $0)) }
    return out
  }

  /// Takes up the state that `save` gave, of a stream of the same model. Throws `format` when the
  /// bytes are not such a state; the stream is then as it was.
  public func resume(_ saved: [UInt8]) throws(WitanError) {
    let width = classifier.spec.width
    let head = 6
    guard saved.count == 4 * (head + FeatureExtractor.savedCount + width) else {
      throw WitanError(.format, "the saved stream has \(saved.count) bytes; is it of this model?")
    }
    let words = saved.withUnsafeBytes { raw in
      (0..<saved.count / 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
    guard words[0] == Self.savedMark, words[1] == width else {
      throw WitanError(.format, "the saved stream is of another version or model; save it again")
    }
    let count = Int(words[4])
    let values = words[(head + FeatureExtractor.savedCount)...].map { Int32(bitPattern: $0) }
    guard count <= ModelSpec.maximumFeatures, words[5] <= 1,
      values.allSatisfy({ Int($0.magnitude) <= 127 * count })
    else {
      throw WitanError(.format, "the saved stream is damaged: sums do not fit its feature count")
    }
    var extractor = FeatureExtractor(classifier.spec.features)
    try extractor.restore(words[head..<head + FeatureExtractor.savedCount])
    self.extractor = extractor
    for (j, value) in values.enumerated() { bag.sums[j] = value }
    bag.restore(count: count, isFull: words[5] == 1)
    byteCount = Int(words[2]) | Int(words[3]) << 32
  }

  private static var savedMark: UInt32 { 0x5749_5401 }  // "WIT", version 1
}
