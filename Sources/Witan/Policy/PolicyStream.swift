/// Watches a text while it is generated with a panel and a policy, and says, push by push, how many bytes may go out,
/// how many are kept back, and when to stop: `StreamGuard` for many constitutions.
///
/// The policy decides where words end (`WordScanner`), so decisions, their places and what is emitted depend on the
/// bytes alone and not on how they were cut. What is emitted
/// - is whole words and never ends inside a UTF-8 character; only words longer than `maximumWordBytes` are cut;
/// - stops, while the action is `hold` or above, `holdWords` words before its onset: the word that brought it, or the
///   first of those that added up to it, where the rule or layer has a debounce. While they add up, text waits.
///
/// It fails closed: a text longer than `maximumBytes` or than the models count features of, and one of which more than
/// `maximumHeldBytes` would have to be kept back, is terminated, and so is one that is cancelled. Probabilities that are
/// none are of missing members, of which follows what the policy says.
///
/// After `terminate`, `finish` or `cancel` pushes are ignored and answered alike, until `begin`. A push costs
/// scoring, O(bytes), and one reading of all members and one decision a word; it allocates only when more text is kept than
/// ever before, and once when text begins to be held back. One stream belongs to one thread at a time.
public final class PolicyStream {
  public let speaking: PolicyPanel
  /// The scorer; to be read, not pushed.
  public let stream: PanelStream
  /// Complete words that are kept back, so that a decision still reaches the words before it.
  public let holdWords: Int
  public let maximumWordBytes: Int
  public let maximumHeldBytes: Int
  public let maximumBytes: Int

  /// Bytes of the text that were taken: pushed, and not ignored after the end.
  @exclusivity(unchecked) public private(set) var byteCount = 0
  /// Complete words that were taken.
  @exclusivity(unchecked) public private(set) var wordCount = 0
  /// Bytes of these words: what the policy has decided on.
  public var decidedByteCount: Int { wordStart }
  /// Bytes that were allowed out.
  @exclusivity(unchecked) public private(set) var emittedByteCount = 0
  @exclusivity(unchecked) private var monitor: PolicyMonitor
  @exclusivity(unchecked) private var hold: PolicyHold
  @exclusivity(unchecked) private var scanner = WordScanner()
  @exclusivity(unchecked) private var wordStart = 0
  @exclusivity(unchecked) private var emittedWords = 0
  @exclusivity(unchecked) private var emittable = 0..<0
  @exclusivity(unchecked) private var isFinished = false
  /// What ended the text before its end.
  @exclusivity(unchecked) private var stop: GuardReason.Cause?
  /// Why text is held back, as of the word that brought it.
  @exclusivity(unchecked) private var reason: PolicyDecision?
  private let text = SlidingBuffer<UInt8>(capacity: 256)
  private let lengths = SlidingBuffer<UInt16>(capacity: 192)  // bytes of each word

  /// Throws `invalidValue` that names the field that is out of range: `holdWords` 0...65536, `maximumWordBytes`
  /// 16...4096, `maximumHeldBytes` at least `maximumWordBytes` + 4, `maximumBytes` 1...2^50.
  public init(
    _ speaking: PolicyPanel, holdWords: Int = 0, maximumWordBytes: Int = 256, maximumHeldBytes: Int = 1 << 16,
    maximumBytes: Int = 1 << 22
  ) throws(WitanError) {
    try GuardOptions.checkLimits(
      holdWords: holdWords, maximumWordBytes: maximumWordBytes, maximumHeldBytes: maximumHeldBytes,
      maximumBytes: maximumBytes)
    self.speaking = speaking
    (self.holdWords, self.maximumWordBytes) = (holdWords, maximumWordBytes)
    (self.maximumHeldBytes, self.maximumBytes) = (maximumHeldBytes, maximumBytes)
    stream = speaking.panel.makeStream()
    monitor = try speaking.makeMonitor()
    hold = PolicyHold(speaking.decider)
  }

  /// Whether pushes are ignored: after `terminate`, `finish` and `cancel`.
  public var isEnded: Bool { isFinished || stop != nil }

  /// Why the action in force is in force; of text that is held back, why it came to be, and of what somebody let pass or
  /// stopped, what that was. Where a limit or `cancel` ended the text, its layer and rule are `default`. Allocates.
  public var decision: PolicyDecision {
    let decision = reason ?? monitor.decision(hold.choice)
    return switch stop {
    case nil, .output: decision
    case .answer: decision.acting(.terminate)
    case .length, .heldBytes, .cancelled:
      PolicyDecision(
        action: .terminate, layer: "default", rule: "default", members: [], policy: decision.policy)
    }
  }

  // MARK: - Texts

  /// Starts a new text that stands on `side`: members without rules about that side are silent.
  public func begin(as side: Side?) {
    stream.begin(as: side)
    start()
  }

  /// Starts the answer to `prompt`, which is judged in its light. O(prompt bytes)
  public func begin(prompt: String?) {
    stream.begin(prompt: prompt)
    start()
  }

  private func start() {
    monitor.begin(as: stream.side)
    hold.reset()
    (scanner, reason, stop, isFinished) = (WordScanner(), nil, nil, false)
    (byteCount, wordCount, wordStart, emittedByteCount, emittedWords) = (0, 0, 0, 0, 0)
    emittable = 0..<0
    text.reset()
    lengths.reset()
  }

  /// Takes the next bytes of the text.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>) -> PolicyStep {
    let from = forget()
    guard !isEnded, let base = bytes.baseAddress else { return step(from) }
    text.append(bytes)
    let origin = byteCount
    var i = 0
    while i < bytes.count && !isEnded {
      let piece = i
      let isWordEnd = scanner.next(
        base, bytes.count, &i, cutAt: wordStart + maximumWordBytes - origin)
      let room = min(maximumBytes, emittedByteCount + maximumHeldBytes) - origin
      if i > room {
        byteCount = origin + room
        stop = origin + room == maximumBytes ? .length : .heldBytes
        break
      }
      stream.push(UnsafeBufferPointer(start: base + piece, count: i - piece))
      byteCount = origin + i
      if isWordEnd { endWord() }
    }
    text.truncate(to: byteCount)
    return step(from)
  }

  public func push(_ bytes: [UInt8]) -> PolicyStep { bytes.withUnsafeBufferPointer(push) }

  public func push(_ text: String) -> PolicyStep {
    var text = text
    return text.withUTF8(push)
  }

  /// Ends the text: it is decided on as a whole, without debounce, and everything goes out unless it is held back.
  public func finish() -> PolicyStep {
    let from = forget()
    guard !isEnded else { return step(from) }
    scanner.finish()
    stream.finish()
    isFinished = true
    endWord()
    return step(from)
  }

  /// Answers what `decision` names: text that it alone keeps back goes out, or the stream ends. What was let pass acts again
  /// when it has ended and come back. Other rules and outcomes, and questions about them, stay: the step has what is in
  /// force then. Has no effect when nothing is held, and after `terminate`.
  public func resolve(_ answer: GuardAnswer) -> PolicyStep {
    let from = forget()
    guard stop == nil, hold.action.holdsBack else { return step(from) }
    if answer == .terminate {
      stop = .answer
    } else if hold.release(&monitor) {
      reason = hold.action.holdsBack ? monitor.decision(hold.choice) : nil
      emit()
    }
    return step(from)
  }

  /// Ends the text where it is: nothing more goes out. What was terminated before stays so, with its cause.
  public func cancel() -> PolicyStep {
    let from = forget()
    stop = stop ?? .cancelled
    return step(from)
  }

  /// What is in force now: as the last step said, with nothing to emit.
  public var verdict: PolicyStep { answer(emit: 0) }

  /// Gives the bytes that the last step lets out; valid inside `body`.
  public func withEmittable<R, E>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(text[emittable])
  }

  // MARK: - The way of a word

  private func endWord() {
    if byteCount > wordStart {
      lengths.append(UInt16(truncatingIfNeeded: byteCount - wordStart))
      wordCount += 1
      wordStart = byteCount
    }
    // At the end of the text what adds up is as far as it can get.
    let waiting = isFinished ? monitor.firstPendingWord : .max
    _ = monitor.decide(stream.read(), isEnd: isFinished)
    if stream.isTruncated {
      stop = .length
      return
    }
    if !hold.follows(monitor.last), hold.take(monitor, onset: min(max(0, wordCount - 1), waiting)) {
      reason = monitor.decision(hold.choice)
    }
    if reason != nil, !hold.action.holdsBack { reason = nil }
    if hold.action == .terminate { stop = .output }
    emit()
  }

  /// Lets complete words out, up to those that are kept back.
  private func emit() {
    let onset = min(hold.onset, monitor.firstPendingWord)
    let kept = isFinished && onset == .max ? 0 : holdWords
    let end = min(onset, wordCount) - kept
    while emittedWords < end {
      emittedByteCount += Int(lengths[emittedWords])
      emittedWords += 1
    }
  }

  /// Forgets what went out before the last step; returns where emission stands.
  private func forget() -> Int {
    text.discard(before: emittedByteCount)
    lengths.discard(before: emittedWords)
    return emittedByteCount
  }

  private func step(_ from: Int) -> PolicyStep {
    emittable = from..<emittedByteCount
    return answer(emit: emittedByteCount - from)
  }

  private func answer(emit: Int) -> PolicyStep {
    PolicyStep(
      emit: emit, held: byteCount - emittedByteCount,
      action: stop == nil ? hold.action : .terminate, cause: stop == .output ? nil : stop)
  }
}
