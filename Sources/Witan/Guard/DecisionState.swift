/// From one vector of probabilities a word to decisions: which outputs are on, since which word.
///
/// A value: a copy is a fork, and what it says depends on the vectors alone that were observed. It does
/// not know where the vectors come from: the text so far, windows of it, or both after each other in one
/// vector. O(rules) a word, no allocation.
public struct DecisionState: Sendable, Equatable {
  /// What is known of one rule.
  struct Watch: Sendable, Equatable, BitwiseCopyable {
    /// Bit i: whether the word i words ago reached the threshold.
    var history: UInt64 = 0
    var isOn = false
    /// Whether somebody let it pass until it turns off.
    var isAllowed = false
    /// Of the last time that it turned on: the probability, the word, the end of it in bytes.
    var probability: Float = 0
    var word = 0
    var byte = 0
    /// The first of the words that turned it on, and where it begins in bytes.
    var onsetWord = 0
    var onsetByte = 0
    /// The views that gave that probability, as `[TextView].packed`.
    var views: UInt32 = 0
  }

  let rules: [ResolvedRule]
  var watches: [Watch]  // [rules]
  /// Words observed.
  public internal(set) var wordCount = 0
  /// Whether no output is on and none could turn on because of a word that was observed.
  private(set) var isQuiet = true

  /// Rules for outputs by their index in the vectors; nil thresholds are 0.5. Throws `invalidValue` that
  /// names the field.
  public init(_ rules: [(output: Int, rule: DecisionRule)]) throws(WitanError) {
    var resolved: [ResolvedRule] = []
    for (output, rule) in rules {
      guard output >= 0 else { throw WitanError(.invalidValue, "is below 0", at: "rules.output") }
      resolved.append(try rule.resolved(threshold: 0.5, output: output, place: "rules.\(output)"))
    }
    self.init(resolved: resolved)
  }

  init(resolved: [ResolvedRule]) {
    rules = resolved
    watches = resolved.map { _ in Watch() }
  }

  /// Takes the probabilities after a word; they must have every output that a rule names. A number that
  /// is no number counts as 1: what cannot be scored is not waved through.
  ///
  /// `end`: where the word ends in bytes. `start` gives where a word up to 64 words ago begins; it is
  /// asked when a rule turns on, and so is `views`. `changed` is told of each rule that turned on or off, by its index.
  @inline(__always)
  mutating func observe(
    _ scores: UnsafeBufferPointer<Float>, end: Int, views: () -> UInt32 = { 0 }, start: (Int) -> Int,
    changed: (Int, GuardAction, Watch) -> Void
  ) {
    let now = wordCount
    wordCount += 1
    var isQuiet = true
    for i in rules.indices {
      let rule = rules[i]
      let probability = scores[rule.output]
      let reaches = !(probability < rule.on)
      if watches[i].history == 0 && !reaches && !watches[i].isOn { continue }
      isQuiet = false
      var watch = watches[i]
      let wasOn = watch.isOn
      watch.history = (watch.history << 1 | (reaches ? 1 : 0)) & rule.mask
      let suffices = watch.history.nonzeroBitCount >= rule.needed
      if !wasOn && reaches && suffices {
        let onset = now - (63 - watch.history.leadingZeroBitCount)
        watch.isOn = true
        (watch.probability, watch.word, watch.byte) = (probability, now, end)
        (watch.onsetWord, watch.onsetByte) = (onset, start(onset))
        watch.views = views()
      } else if wasOn && probability < rule.off && !suffices && !isLatched(i) {
        watch.isOn = false
        // Words that were let through are no onset of what comes next.
        if watch.isAllowed { watch.history = 0 }
        watch.isAllowed = false
      }
      watches[i] = watch
      if watch.isOn != wasOn { changed(i, rule.action, watch) }
    }
    self.isQuiet = isQuiet
  }

  /// As above, for callers that keep no account of bytes. Returns whether a rule turned on or off.
  @discardableResult
  public mutating func observe(scores: UnsafeBufferPointer<Float>) -> Bool {
    precondition(rules.allSatisfy { $0.output < scores.count }, "a vector lacks an output of a rule")
    var hasChanged = false
    observe(scores, end: 0, start: { _ in 0 }, changed: { _, _, _ in hasChanged = true })
    return hasChanged
  }

  private func isLatched(_ i: Int) -> Bool {
    switch rules[i].action {
    case .terminate: true
    case .ask: !watches[i].isAllowed
    default: false
    }
  }

  /// The outputs that are on and were not let pass, in the order of the rules.
  public var outputsOn: [Int] { rules.indices.filter(isInForce).map { rules[$0].output } }

  /// The first word of those that turned this output on; nil when it is off.
  public func onset(ofOutput output: Int) -> Int? {
    rules.indices.first { rules[$0].output == output && watches[$0].isOn }.map { watches[$0].onsetWord }
  }

  /// The most severe action in force; `emit` when nothing is.
  public var action: GuardAction { mostSevere.map { rules[$0].action } ?? .emit }

  private func isInForce(_ i: Int) -> Bool { watches[i].isOn && !watches[i].isAllowed }

  /// The rule of the most severe action in force; of two, that which turned on first.
  var mostSevere: Int? {
    if isQuiet { return nil }
    var best: Int?
    for i in rules.indices where isInForce(i) {
      guard let b = best else {
        best = i
        continue
      }
      let (mine, other) = (rules[i].action, rules[b].action)
      if mine > other || (mine == other && watches[i].word < watches[b].word) { best = i }
    }
    return best
  }

  /// The first word that may not pass: the earliest onset of the rules in force that hold text back and,
  /// unless `isFinal`, of those that words to come could still turn on. Int.max when there is none.
  func firstHeldWord(isFinal: Bool) -> Int {
    if isQuiet { return .max }
    var first = Int.max
    for i in rules.indices where rules[i].action.holdsBack && !watches[i].isAllowed {
      if watches[i].isOn {
        first = min(first, watches[i].onsetWord)
      } else if !isFinal {
        first = min(first, possibleOnset(i))
      }
    }
    return first
  }

  /// The first word that words to come could make the onset of a rule that holds text back and is off. Int.max when
  /// there is none.
  var firstPendingWord: Int {
    if isQuiet { return .max }
    var first = Int.max
    for i in rules.indices where rules[i].action.holdsBack && !watches[i].isOn {
      first = min(first, possibleOnset(i))
    }
    return first
  }

  /// The onset of the rule of this index, if it turned on at the last word; else Int.max.
  func newOnset(_ i: Int) -> Int {
    watches[i].isOn && watches[i].word == wordCount - 1 ? watches[i].onsetWord : .max
  }

  /// The earliest observed word that could yet be the onset of a rule that is off.
  private func possibleOnset(_ i: Int) -> Int {
    let rule = rules[i]
    // A word of age a leaves the window after window - 1 - a more words; by then enough must have come.
    var rest = watches[i].history & rule.mask >> 1
    while rest != 0 {
      let age = 63 - rest.leadingZeroBitCount
      if rest.nonzeroBitCount + rule.window - 1 - age >= rule.needed { return wordCount - 1 - age }
      rest &= ~(1 << UInt64(age))
    }
    return .max
  }

  /// Lets pass what is held or asked about now. Returns whether there was any.
  mutating func allow() -> Bool {
    var isAny = false
    for i in rules.indices where isInForce(i) && rules[i].action.holdsBack && rules[i].action != .terminate {
      watches[i].isAllowed = true
      isAny = true
    }
    return isAny
  }

  /// Lets the rule of this index pass until it turns off.
  mutating func allow(_ i: Int) { watches[i].isAllowed = watches[i].isOn }

  /// Forgets all words.
  public mutating func reset() {
    for i in watches.indices { watches[i] = Watch() }
    (wordCount, isQuiet) = (0, true)
  }

  /// A copy with memory of its own: neither allocates when it is used, nor waits for the other's thread.
  var unshared: DecisionState {
    var copy = self
    copy.watches.withUnsafeMutableBufferPointer { _ in }
    return copy
  }

  /// Becomes `other`, which has the same rules, in the memory that it has. O(rules)
  mutating func assign(_ other: DecisionState) {
    for i in watches.indices { watches[i] = other.watches[i] }
    (wordCount, isQuiet) = (other.wordCount, other.isQuiet)
  }

  /// Takes watches as they were saved.
  mutating func restore(_ watches: [Watch], wordCount: Int) {
    self.watches = watches
    self.wordCount = wordCount
    isQuiet = watches.allSatisfy { $0.history == 0 && !$0.isOn }
  }
}
