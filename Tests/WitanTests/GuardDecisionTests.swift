import Testing
import Witan

/// Debounce and hysteresis against the same rules written naively over the whole past.
struct GuardDecisionTests {
  private func observe(_ state: inout DecisionState, _ scores: [Float]) {
    _ = scores.withUnsafeBufferPointer { state.observe(scores: $0) }
  }

  /// Whether the output is on after each word, and its onset.
  private func states(_ rule: DecisionRule, _ scores: [Float]) throws -> [Int?] {
    var state = try DecisionState([(output: 1, rule: rule)])
    return scores.map { score in
      observe(&state, [0, score])
      #expect(state.outputsOn == (state.onset(ofOutput: 1) == nil ? [] : [1]))
      return state.onset(ofOutput: 1)
    }
  }

  private func naive(_ rule: DecisionRule, _ scores: [Float]) -> [Int?] {
    let (on, off) = (rule.on ?? 0.5, rule.off ?? rule.on ?? 0.5)
    var onset: Int?
    return scores.indices.map { t in
      let window = max(0, t - rule.debounce.window + 1)...t
      let reached = window.filter { scores[$0] >= on }
      let suffices = reached.count >= rule.debounce.needed
      if onset == nil, scores[t] >= on, suffices {
        onset = reached.first
      } else if onset != nil, scores[t] < off, !suffices, rule.action < .ask {
        onset = nil
      }
      return onset
    }
  }

  @Test("all sequences of nine words of three heights, for every debounce of up to four words")
  func exhaustive() throws {
    for m in 1...4 {
      for k in 1...m {
        for action in [GuardAction.hold, .terminate] {
          let rule = DecisionRule(on: 0.8, off: 0.4, debounce: .of(k, m), action: action)
          for code in 0..<19_683 {
            let scores = (0..<9).map {
              [Float(0.1), 0.6, 0.9][code / [1, 3, 9, 27, 81, 243, 729, 2187, 6561][$0] % 3]
            }
            let got = try states(rule, scores)
            guard got == naive(rule, scores) else {
              Issue.record("\(k)/\(m) \(scores): \(got)")
              return
            }
          }
        }
      }
    }
  }

  @Test("long random sequences, for debounces of up to 64 words")
  func random() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<200 {
      let m = 1 + random.below(64)
      let rule = DecisionRule(
        on: 0.6, off: 0.3, debounce: .of(1 + random.below(m), m), action: random.pick([.annotate, .ask]))
      let scores = (0..<300).map { _ in Float(random.unit()) }
      #expect(try states(rule, scores) == naive(rule, scores))
    }
  }

  @Test("n consecutive words are n of n")
  func consecutive() {
    #expect(Debounce("3") == .consecutive(3) && Debounce("2/4") == .of(2, 4))
    #expect(Debounce.consecutive(3).needed == 3 && Debounce.consecutive(3).window == 3)
    for text in ["", "/", "2/", "/3", "a", "1/2/3", "1.5"] { #expect(Debounce(text) == nil, "\(text)") }
  }

  @Test("what is no number counts as on")
  func notANumber() throws {
    var state = try DecisionState([(output: 0, rule: DecisionRule(on: 1))])
    observe(&state, [0.99])
    #expect(state.action == .emit)
    observe(&state, [.nan])
    #expect(state.action == .terminate)
  }

  @Test("of several rules the most severe decides, and a copy goes on by itself")
  func several() throws {
    var state = try DecisionState([
      (output: 0, rule: DecisionRule(action: .annotate)), (output: 1, rule: DecisionRule(action: .hold)),
    ])
    observe(&state, [0.9, 0.1])
    #expect(state.action == .annotate && state.outputsOn == [0])
    var copy = state
    observe(&state, [0.9, 0.9])
    #expect(state.action == .hold && state.outputsOn == [0, 1] && state.wordCount == 2)
    observe(&copy, [0.1, 0.1])
    #expect(copy.action == .emit && copy.outputsOn.isEmpty)
    copy.reset()
    #expect(
      try copy
        == DecisionState([
          (output: 0, rule: DecisionRule(action: .annotate)), (output: 1, rule: DecisionRule(action: .hold)),
        ]))
  }

  @Test("a rule with numbers out of range is an error that names the field")
  func errors() {
    func fails(_ rule: DecisionRule, _ place: String, line: Int = #line) {
      #expect("line \(line)") { _ = try DecisionState([(output: 2, rule: rule)]) } throws: {
        ($0 as? WitanError)?.place == place && ($0 as? WitanError)?.code == .invalidValue
      }
    }
    fails(DecisionRule(on: 0), "rules.2.on")
    fails(DecisionRule(on: 1.1), "rules.2.on")
    fails(DecisionRule(on: .nan), "rules.2.on")
    fails(DecisionRule(on: 0.5, off: 0.6), "rules.2.off")
    fails(DecisionRule(off: 0), "rules.2.off")
    fails(DecisionRule(debounce: .consecutive(0)), "rules.2.debounce")
    fails(DecisionRule(debounce: .consecutive(65)), "rules.2.debounce")
    fails(DecisionRule(debounce: .of(3, 2)), "rules.2.debounce")
    #expect(throws: WitanError.self) { _ = try DecisionState([(output: -1, rule: DecisionRule())]) }
  }
}
