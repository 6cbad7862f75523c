/// Watches a text while it is generated and says, push by push, how many bytes may go out, how many are
/// kept back, and when to stop.
///
/// Scores are read where words end, so decisions, their places and what is emitted depend on the bytes
/// alone and not on how they were cut. What is emitted
/// - is whole words, and never ends inside a UTF-8 character; only words longer than
///   `GuardOptions.maximumWordBytes` are cut;
/// - stops, once a rule that holds back or terminates is on, `holdWords` words before the onset, the first
///   of the words that turned it on: while the words of a debounce add up, the guard waits.
///
/// After `terminate`, `finish` or `cancel` pushes are ignored and answered alike, until `reset`. A push
/// costs scoring, O(bytes), and one reading of all probabilities a word; it allocates only when more
/// text is kept than ever before. One guard belongs to one thread at a time.
public final class StreamGuard {
  public let options: GuardOptions
  let scorer: GuardScorer
  /// The scorer behind the guard, of the plain text; to be read, not pushed. nil for guards of panels.
  public var stream: ScoringStream? { scorer.plain }
  /// The scorer behind the guard of a panel; to be read, not pushed. nil for guards of one classifier.
  public var panelStream: PanelStream? { if case .panel(let stream) = scorer { stream } else { nil } }

  // Checking each access for overlaps would cost as much as deciding does.
  @exclusivity(unchecked) var decisions: DecisionState
  @exclusivity(unchecked) var progress = GuardProgress()
  let text = SlidingBuffer<UInt8>(capacity: 256)
  let lengths = SlidingBuffer<UInt16>(capacity: 192)  // bytes of each word
  let events = SlidingBuffer<Event>(capacity: 8)
  @exclusivity(unchecked) var lostEventCount = 0
  let history: GuardHistory?
  let top: TopGrades?
  @exclusivity(unchecked) var lastSerial = 0
  /// What the last step lets out.
  @exclusivity(unchecked) var emittable = 0..<0
  /// Of guards in a pool: where words wait to be read together with those of other guards; nil reads at once.
  let batch: ReadingBatch?
  /// The last word, in bytes of the text, when its reading is still in the batch.
  @exclusivity(unchecked) var deferred: Range<Int>?
  /// Of guards in a pool: where emission stood when it was told last, while there is something to tell.
  @exclusivity(unchecked) var untold: Int?
  /// Sees what the rules see, at each word end: for calibration.
  package var onGrades: ((UnsafeBufferPointer<Float>) -> Void)?
  /// More features than the longest word has: so close to the limit of the model nothing is graded.
  private let featureMargin: Int

  /// Throws `invalidValue` that names the option, or the output that the model does not have.
  public convenience init(
    _ classifier: Classifier, _ options: GuardOptions = GuardOptions()
  ) throws(WitanError) {
    let rules = try options.resolved(for: classifier.spec)
    let scorer: GuardScorer =
      options.looksForViews
      ? .views(ViewedStream(classifier, windows: options.windows))
      : .classifier(
        ScoringStream(classifier, windows: options.windows, rewind: options.rewindableWords))
    self.init(scorer, options, DecisionState(resolved: rules))
  }

  /// A guard over a panel: rules are about `member/principle`, the default rule about `any` of each member by
  /// its own threshold, or about each prohibition where it has none, so that the strictest decides. Where members disagree and that is to count, use a policy
  /// (`PolicyStream`).
  ///
  /// Throws `invalidValue` that names the option, or the output that no member has; and when views are looked
  /// for, which are of single classifiers.
  public convenience init(
    _ panel: Panel, _ options: GuardOptions = GuardOptions()
  ) throws(WitanError) {
    let rules = try options.resolved(for: panel)
    guard !options.looksForViews else {
      throw WitanError(.invalidValue, "are not looked for by panels; guard one classifier", at: "views")
    }
    let stream = PanelStream(panel, windows: options.windows, rewind: options.rewindableWords)
    self.init(.panel(stream), options, DecisionState(resolved: rules))
  }

  init(
    _ scorer: GuardScorer, _ options: GuardOptions, _ decisions: DecisionState, batch: ReadingBatch? = nil
  ) {
    self.scorer = scorer
    self.batch = batch
    self.options = options
    self.decisions = decisions
    featureMargin = 128 * (options.maximumWordBytes + 8)
    func makeTop() -> TopGrades? {
      options.topGrades > 1 ? TopGrades(options.topGrades, outputs: scorer.outputs) : nil
    }
    history =
      options.rewindTokens == 0
      ? nil
      : GuardHistory(
        options.rewindTokens, decisions, makeCheckpoint: scorer.makeCheckpoint, makeTop: makeTop)
    top = makeTop()
  }

  /// Bytes of the text that were taken: pushed, and not ignored after the end.
  public var byteCount: Int { progress.byteCount }
  /// Complete words that were taken.
  public var wordCount: Int { progress.wordCount }
  /// Bytes that were allowed out.
  public var emittedByteCount: Int { progress.emittedBytes }
  /// The probabilities of the text as it stands, the open word included: the largest of windows and views. Valid
  /// until the next call. [outputs]
  public var grades: UnsafeBufferPointer<Float> { scorer.readLargest() }
  /// Whether pushes are ignored: after `terminate`, `finish` and `cancel`.
  public var isEnded: Bool { progress.isEnded }

  /// Bytes of memory that the guard holds now: the stream, the states that can be gone back to, and the
  /// text that is kept; that is below eight times `maximumHeldBytes` and four times the longest push.
  public var stateByteCount: Int {
    scorer.stateByteCount + (history?.byteCount ?? 0) + text.byteCount + lengths.byteCount + events.byteCount
      + decisions.watches.count * MemoryLayout<DecisionState.Watch>.stride
      + MemoryLayout<GuardProgress>.size + (top?.byteCount ?? 0)
  }

  /// Takes the next bytes of the text, one token for `rewind`.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) -> GuardStep {
    note()
    let from = begin()
    guard !progress.isEnded else { return step(from) }
    take(all: bytes)
    forget()
    return step(from)
  }

  public func push(_ bytes: [UInt8]) -> GuardStep { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) -> GuardStep {
    var text = text
    return text.withUTF8(push)
  }

  /// Ends the text: its last word is graded, and everything goes out that no rule keeps back.
  public func finish() -> GuardStep {
    let from = settled()
    guard !progress.isEnded else { return step(from) }
    let isOpen = progress.scanner.isOpen
    progress.scanner.finish()
    if !progress.isPastLength { scorer.finish() }
    // What is disguised may show at the end of the text only.
    if isOpen || scorer.isLooking && !progress.isPastLength && progress.byteCount > 0 {
      endWord(isFinal: true)
    } else if progress.byteCount > progress.wordStart {
      closeWord()
    }
    progress.isFinished = true
    if progress.stop == nil { emit(isFinal: true) }
    return step(from)
  }

  /// Answers what is held or asked about: it goes out, or the stream ends. A rule that was let pass acts
  /// again when it has turned off and on. Has no effect when nothing is held, and after `terminate`.
  public func resolve(_ answer: GuardAnswer) -> GuardStep {
    let from = settled()
    guard progress.stop == nil, decisions.action.holdsBack else { return step(from) }
    if answer == .terminate {
      stop(.answer)
    } else if decisions.allow() {
      emit(isFinal: progress.isFinished)
    }
    return step(from)
  }

  /// Ends the text where it is: nothing more goes out, and the verdict is `terminate`. What was
  /// terminated before stays so, with its reason.
  public func cancel() -> GuardStep {
    let from = settled()
    if progress.stop == nil { stop(.cancelled) }
    return step(from)
  }

  /// What is in force now: as the last step said, with nothing to emit.
  public var verdict: GuardStep { answer(emit: 0) }

  /// Starts a new text that stands on `side`: rules of principles of other sides do not turn on; see
  /// `ScoringStream.begin(as:)`.
  public func begin(as side: Side?) {
    reset()
    scorer.begin(as: side)
  }

  /// Starts the answer to `prompt`, which is judged in its light; see `ScoringStream.begin(prompt:)`.
  /// O(prompt bytes)
  public func begin(prompt: String?) {
    reset()
    scorer.begin(prompt: prompt)
  }

  /// Starts a new text. Marks of the old one are void.
  public func reset() {
    scorer.reset()
    decisions.reset()
    top?.reset()
    lastSerial += 1
    progress = GuardProgress()
    progress.serial = lastSerial
    text.reset()
    lengths.reset()
    events.reset()
    lostEventCount = 0
    emittable = 0..<0
    (deferred, untold) = (nil, nil)
    history?.reset()
  }

  /// A second guard that goes on from here by itself. It cannot go back to before the fork.
  public func fork() -> StreamGuard {
    let copy = StreamGuard(scorer.fork(), options, decisions.unshared)
    if let top { copy.top?.copy(top) }
    copy.progress = progress
    copy.lastSerial = progress.serial
    copy.text.copy(text)
    copy.lengths.copy(lengths)
    copy.events.copy(events)
    copy.lostEventCount = lostEventCount
    return copy
  }

  /// Gives the bytes that the last step lets out; valid inside `body`.
  public func withEmittable<R, E>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(text[emittable])
  }

  // MARK: - The way of a word

  /// Forgets text that nobody can ask for any more; returns where emission stands.
  func begin() -> Int {
    // Of the oldest state too, the words are known that a debounce can look back on.
    let kept = history?.oldest?.progress ?? progress
    text.discard(before: kept.emittedBytes)
    lengths.discard(before: min(kept.emittedWords, kept.wordCount - Debounce.maximumWords))
    emittable = progress.emittedBytes..<progress.emittedBytes
    return progress.emittedBytes
  }

  /// Takes bytes word by word, up to where the text is stopped.
  func take(all bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { return }
    text.append(bytes)
    let origin = progress.byteCount
    var i = 0
    while i < bytes.count && !progress.isEnded {
      let piece = i
      let isWordEnd = progress.scanner.next(
        base, bytes.count, &i, cutAt: progress.wordStart + options.maximumWordBytes - origin)
      // What is emitted, and whether the text goes on, may hang on a word that was not read yet.
      if i > progress.emittedBytes + options.maximumHeldBytes - origin {
        settle()
        if progress.isEnded { break }
      }
      let room = progress.emittedBytes + options.maximumHeldBytes - origin
      if i > room {
        progress.byteCount = origin + room
        stop(.heldBytes)
        break
      }
      take(UnsafeBufferPointer(start: base + piece, count: i - piece))
      if isWordEnd {
        settle()
        if !progress.isEnded { endWord(isFinal: false) }
      }
    }
    text.truncate(to: progress.byteCount)
  }

  private func take(_ piece: UnsafeBufferPointer<UInt8>) {
    let room = progress.isPastLength ? .max : options.maximumBytes - progress.byteCount
    guard piece.count > room else {
      if !progress.isPastLength { scorer.push(piece) }
      progress.byteCount += piece.count
      return
    }
    settle()
    if progress.isEnded { return }
    scorer.push(UnsafeBufferPointer(rebasing: piece.prefix(room)))
    progress.byteCount += room
    reachLength()
    if progress.stop == nil { progress.byteCount += piece.count - room }
  }

  private func closeWord() {
    lengths.append(UInt16(truncatingIfNeeded: progress.byteCount - progress.wordStart))
    progress.wordCount += 1
    progress.wordStart = progress.byteCount
  }

  private func endWord(isFinal: Bool) {
    let word = progress.wordStart..<progress.byteCount
    closeWord()
    if !progress.isPastLength {
      scorer.advance()
      let isFull = scorer.featureCount > ModelSpec.maximumFeatures - featureMargin
      if let batch, !isFinal, !isFull {
        deferred = word
        batch.add(self)
        return
      }
      observe(grades, word)
      if isFull && progress.stop == nil { reachLength() }
    }
    if !isFinal || progress.stop != nil { emit(isFinal: false) }
  }

  /// Decides by the probabilities after a word, the last complete one.
  private func observe(_ probabilities: UnsafeBufferPointer<Float>, _ word: Range<Int>) {
    let number = decisions.wordCount
    let probabilities = top?.add(probabilities) ?? probabilities
    onGrades?(probabilities)
    decisions.observe(
      probabilities, end: word.upperBound, views: { scorer.views },
      start: { first in
        // Texts that were resumed may lack the lengths of words long ago.
        let first = max(first, lengths.start)
        return (first..<max(first, number)).reduce(word.lowerBound) { $0 - Int(lengths[$1]) }
      },
      changed: { i, action, watch in
        note(Event(cause: .output, rule: i, isOn: watch.isOn, watch: watch, byte: word.upperBound))
        if watch.isOn && action == .terminate { progress.stop = .output }
      })
    if progress.stop == .output { progress.stopByte = word.upperBound }
  }

  /// Takes the probabilities after the word that was deferred. Bytes that came after a word that ends the
  /// text never were part of it.
  func settle(_ probabilities: UnsafeBufferPointer<Float>) {
    guard let word = deferred else { return }
    deferred = nil
    observe(probabilities, word)
    if progress.stop != nil {
      progress.byteCount = word.upperBound
      text.truncate(to: word.upperBound)
    }
    emit(isFinal: false)
  }

  /// Has the word read that was deferred, if there is one.
  @inline(__always)
  func settle() { if deferred != nil { batch?.flush() } }

  /// As `begin`, of guards in a pool with what was not told yet.
  private func settled() -> Int {
    settle()
    defer { untold = nil }
    return untold ?? begin()
  }

  /// Lets complete words out, up to those that are kept back.
  private func emit(isFinal: Bool) {
    let first = decisions.firstHeldWord(isFinal: isFinal || progress.isPastLength)
    let hold = isFinal && first == .max ? 0 : options.holdWords
    let end = min(first, progress.wordCount) - hold
    while progress.emittedWords < end {
      progress.emittedBytes += Int(lengths[progress.emittedWords])
      progress.emittedWords += 1
    }
  }

  private func reachLength() {
    progress.isPastLength = true
    progress.lengthByte = progress.byteCount
    if options.atMaximumBytes == .terminate {
      stop(.length)
    } else {
      note(Event(cause: .length, byte: progress.byteCount))
    }
  }

  private func stop(_ cause: GuardReason.Cause) {
    progress.stop = cause
    progress.stopByte = progress.byteCount
    note(Event(cause: cause, byte: progress.byteCount))
  }

  func step(_ from: Int) -> GuardStep {
    emittable = from..<progress.emittedBytes
    return answer(emit: progress.emittedBytes - from)
  }

  private func answer(emit: Int) -> GuardStep {
    let reason = reason
    return GuardStep(
      emit: emit, held: progress.byteCount - progress.emittedBytes, action: reason?.action ?? .emit,
      reason: reason)
  }
}
