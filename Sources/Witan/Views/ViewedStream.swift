/// A stream that also scores what a text hides: its views (see `TextView`).
///
/// As long as nothing looks disguised it is a `ScoringStream` with a few nanoseconds a byte on top. From the
/// first sign on, the text (at most its last 4,096 bytes, if it is longer by then) and what follows are
/// undone and scored a second time; base64, hexadecimal digits and tags are decoded into a stream of their
/// own, of at most 4,096 bytes, which is looked through in the same way, two layers deep.
///
/// The answer: prohibited and discouraged outputs, and `any`, are the highest of plain text and views. Other
/// outputs are those of a view when it undid a fourth of the words, or half of the bytes; else the plain ones.
///
/// Any split of the same bytes gives the same scores once the text is finished; before that a disguised word
/// counts when it ends. Memory is allocated at the first sign only, about 30 kB a layer, and kept for the
/// texts that follow.
public final class ViewedStream {
  /// Layers of encoding that are taken off.
  public static let deepest = 2
  /// Bytes that are looked back on, and decoded bytes that are scored.
  public static let capacity = 4096
  /// Share of the words that were undone, and of the bytes that were decoded, from which on a view's answer
  /// replaces that of the plain text.
  private static let leastWords: Float = 0.25
  private static let leastBytes: Float = 0.5

  public let plain: ScoringStream
  private let depth: Int
  private let output: UnsafeMutablePointer<Float>  // [outputs]
  private let recent: UnsafeMutablePointer<UInt8>  // [capacity] a ring of the last bytes
  private var detector = DisguiseDetector()
  private var count = 0
  private var signs: DisguiseDetector.Signs = []
  private var spans = SpanDecoder()
  private var examined = 0  // bytes that are not blank, since the views began
  private var inPlace: InPlaceView?
  private var decoded: ViewedStream?
  /// What `begin` was told.
  private var side: Side?
  private var prompt: String?

  /// Windows are those of the plain text; views are graded as a whole.
  init(_ classifier: Classifier, depth: Int = 0, windows: [Int] = []) {
    plain = ScoringStream(classifier, windows: windows)
    self.depth = depth
    output = .allocate(capacity: classifier.spec.outputs)
    recent = .allocate(capacity: Self.capacity)
    recent.initialize(repeating: 0, count: Self.capacity)
  }

  deinit {
    output.deallocate()
    recent.deallocate()
  }

  public var byteCount: Int { count }

  public func push(_ bytes: UnsafeBufferPointer<UInt8>) {
    plain.push(bytes)
    var detector = detector
    let (classes, steps) = (DisguiseDetector.classes, LetterPairs.steps)
    for byte in bytes {
      recent[count & (Self.capacity - 1)] = byte
      count += 1
      let found = detector.step(byte, classes, steps)
      if !signs.isEmpty { examine(byte) }
      if !found.isSubset(of: signs) { begin(found) }
      if !signs.isEmpty { lookAgain() }
    }
    self.detector = detector
  }

  public func push(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) {
    var text = text
    text.withUTF8(push)
  }

  /// Ends the text.
  public func finish() {
    plain.finish()
    let found = detector.step(0x20, DisguiseDetector.classes, LetterPairs.steps)
    if !found.isSubset(of: signs) { begin(found) }
    guard !signs.isEmpty else { return }
    spans.end(addDecoded)
    inPlace?.finish()
    if lookAgain() {
      spans.end(addDecoded)
      inPlace?.finish()
    }
    if decoded?.count ?? 0 > 0 { decoded?.finish() }
  }

  /// Starts a new text.
  public func reset() { begin(as: nil, prompt: nil) }

  /// Starts a new text that stands on `side`, and so does what it hides; see `ScoringStream.begin(as:)`.
  public func begin(as side: Side?) { begin(as: side, prompt: nil) }

  /// Starts the answer to `prompt`, in whose light views are judged too; see `ScoringStream.begin(prompt:)`.
  /// The prompt itself is taken as it stands.
  public func begin(prompt: String?) { begin(as: nil, prompt: prompt) }

  private func begin(as side: Side?, prompt: String?) {
    (self.side, self.prompt) = (side, prompt)
    begin(plain)
    detector = DisguiseDetector()
    (count, signs) = (0, [])
    clearViews()
  }

  /// Whether something has looked disguised.
  var isLooking: Bool { !signs.isEmpty }

  private func begin(_ stream: ScoringStream) {
    if let prompt { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
  }

  private func clearViews() {
    (spans, examined) = (SpanDecoder(), 0)
    if let inPlace {
      inPlace.reset()
      begin(inPlace.stream)
    }
    decoded?.begin(as: side, prompt: prompt)
  }

  /// Begins the views anew with what is known now.
  private func begin(_ found: DisguiseDetector.Signs) {
    signs.formUnion(found)
    if inPlace == nil { inPlace = InPlaceView(plain.classifier) }
    clearViews()
    inPlace!.signs = signs
    for i in max(0, count - Self.capacity)..<count { examine(recent[i & (Self.capacity - 1)]) }
  }

  /// Begins anew when it turned out that the text is leet; once for each text.
  @discardableResult
  private func lookAgain() -> Bool {
    guard !signs.contains(.leet), inPlace?.isLeet ?? false else { return false }
    begin(.leet)
    return true
  }

  private func examine(_ byte: UInt8) {
    if byte > 0x20 { examined += 1 }
    inPlace?.push(byte)
    if depth < Self.deepest { spans.push(byte, addDecoded) }
  }

  private func addDecoded(_ byte: UInt8) {
    if decoded == nil {
      decoded = ViewedStream(plain.classifier, depth: depth + 1)
      decoded!.begin(as: side, prompt: prompt)
    }
    guard decoded!.count < Self.capacity else { return }
    withUnsafePointer(to: byte) { decoded!.push(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  /// The probabilities now: one for each label, then `any` if the classifier has it. Valid until the next
  /// call. No allocation. [outputs]
  public func read() -> UnsafeBufferPointer<Float> {
    // Without windows as `plain.read()`.
    let p = plain.readLargest()
    guard hasInPlace || hasDecoded else { return p }
    output.update(from: p.baseAddress!, count: p.count)
    if hasInPlace, let inPlace {
      combine(inPlace.stream.read(), replaces: inPlace.share >= Self.leastWords)
    }
    if hasDecoded, let decoded { combine(decoded.read(), replaces: replacesByDecoded) }
    return UnsafeBufferPointer(start: output, count: p.count)
  }

  private var hasInPlace: Bool { inPlace?.isDisguised ?? false }
  private var hasDecoded: Bool { decoded?.count ?? 0 > 0 }
  private var replacesByDecoded: Bool {
    examined > 0 && Float(spans.takenBytes) >= Self.leastBytes * Float(examined)
  }

  private func combine(_ view: UnsafeBufferPointer<Float>, replaces: Bool) {
    let spec = plain.classifier.spec
    for (j, label) in spec.labels.enumerated() {
      let isHeldAgainst = label.stance == .prohibit || label.stance == .discourage
      if isHeldAgainst && spec.task != .singleLabel {
        output[j] = max(output[j], view[j])
      } else if replaces {
        output[j] = view[j]
      }
    }
    if spec.hasAny { output[spec.outputs - 1] = max(output[spec.outputs - 1], view[spec.outputs - 1]) }
  }

  /// The views that gave the answer, the outermost first; empty when the plain text did.
  ///
  /// With stances, those whose `any` (or else highest output held against the text) is above the plain one.
  public var views: [TextView] {
    let spec = plain.classifier.spec
    func rank(_ p: UnsafeBufferPointer<Float>) -> Float { spec.hasAny ? p[spec.outputs - 1] : p.max() ?? 0 }
    var path: [TextView] = []
    var best = rank(plain.readLargest())
    if hasInPlace, let inPlace {
      let value = rank(inPlace.stream.read())
      if spec.hasAny ? value > best : inPlace.share >= Self.leastWords {
        (path, best) = ([inPlace.view], value)
      }
    }
    if hasDecoded, let decoded {
      let value = rank(decoded.read())
      if spec.hasAny ? value > best : replacesByDecoded { path = [spans.view] + decoded.views }
    }
    return path
  }

  /// The scores now, as a value that can be kept. Features and replacements are those of the plain text.
  public var scores: Scores {
    let spec = plain.classifier.spec
    let s = plain.scores
    let p = Array(read())
    return Scores(
      labels: spec.labels, probabilities: Array(p.prefix(spec.labels.count)), any: spec.hasAny ? p.last : nil,
      features: s.features, replacements: s.replacements, isTruncated: s.isTruncated)
  }

  /// A second stream that goes on from here by itself.
  public func fork() -> ViewedStream {
    let copy = ViewedStream(plain.classifier, depth: depth, windows: plain.windows?.sizes ?? [])
    copy.copy(self)
    return copy
  }

  private func copy(_ other: ViewedStream) {
    plain.copy(other.plain)
    recent.update(from: other.recent, count: Self.capacity)
    (detector, count, signs, spans, examined) = (
      other.detector, other.count, other.signs, other.spans, other.examined
    )
    (side, prompt) = (other.side, other.prompt)
    inPlace = other.inPlace.map {
      let view = InPlaceView(plain.classifier)
      view.copy($0)
      return view
    }
    decoded = other.decoded.map { $0.fork() }
  }
}

extension ViewedStream: TextStream {}

extension Classifier {
  /// A new stream that looks for disguises too.
  public func makeViewedStream() -> ViewedStream { ViewedStream(self) }
}
