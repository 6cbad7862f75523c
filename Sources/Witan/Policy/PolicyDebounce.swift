/// What a policy's debounces say of one stream: which rules and outcomes are on, by the words so far. The guard's own
/// decisions (`DecisionState`) over levels in place of probabilities. A value: a copy is a fork.
struct PolicyDebounce: Sendable {
  /// Levels of what is watched: as many of the last words as wanted must be at `on`.
  static let (on, lasting, off): (Float, Float, Float) = (1, 0.5, 0)

  private var words: DecisionState
  private var levels: [Float]  // [watched]

  init(_ decider: PolicyDecider) {
    words = DecisionState(resolved: decider.debounces)
    levels = Array(repeating: Self.off, count: decider.debounces.count)
  }

  var isEmpty: Bool { levels.isEmpty }

  /// Takes the state after a word and writes into it what is on. O(layers + signals), no allocation
  mutating func take(_ state: inout PolicyState, _ layers: [ResolvedLayer]) {
    for layer in layers { layer.writeLevels(state, &levels) }
    Self.observe(levels, &words)
    for i in words.watches.indices { state.debounced[i] = words.watches[i].isOn }
  }

  private static func observe(_ levels: [Float], _ words: inout DecisionState) {
    levels.withUnsafeBufferPointer { levels in
      words.observe(levels, end: 0, start: { _ in 0 }, changed: { _, _, _ in })
    }
  }

  /// The first word that words to come could make the onset of what holds text back; Int.max when there is none.
  var firstPendingWord: Int { words.firstPendingWord }

  /// The first of the words that added up to what turned on at the last word; Int.max where it did not.
  func newOnset(_ watched: Int) -> Int { words.newOnset(watched) }

  /// Somebody let pass what is on: those words are no onset of what comes next.
  mutating func release(_ watched: Int) { words.allow(watched) }

  mutating func reset() { words.reset() }
}

extension ResolvedLayer {
  /// The level of each rule and outcome that is watched. Words on which it is exempted do not count. O(members + signals)
  fileprivate func writeLevels(_ state: PolicyState, _ levels: inout [Float]) {
    let isSilent = exemptions.contains { state.signals[$0] }
    if let first = firstOutcome {
      let found = outcomes(state)
      levels[first] = found.isPossible && !isSilent ? PolicyDebounce.on : PolicyDebounce.off
      levels[first + 1] = found.isContested && !isSilent ? PolicyDebounce.on : PolicyDebounce.off
      levels[first + 2] = found.isReached && !isSilent ? PolicyDebounce.on : PolicyDebounce.off
    }
    for i in rules.indices {
      guard let place = rules[i].watched else { continue }
      if isSilent || rules[i].exemptions.contains(where: { state.signals[$0] }) {
        levels[place] = PolicyDebounce.off
      } else if rules[i].signals.contains(where: { state.signals[$0] }) {
        levels[place] = PolicyDebounce.on
      } else {
        let lasts = rules[i].signals.contains { state.lasting[$0] }
        levels[place] = lasts ? PolicyDebounce.lasting : PolicyDebounce.off
      }
    }
  }
}
