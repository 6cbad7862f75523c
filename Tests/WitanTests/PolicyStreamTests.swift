import CAllocationCounter
import Testing
import Witan

/// What a policy lets out of a stream, however the text is cut.
@Suite(.serialized) struct PolicyStreamTests {
  /// What came of a text that was pushed in one way.
  private struct Run: Equatable {
    var emitted: [UInt8] = []
    var step: PolicyStep
    var decision: PolicyDecision
    var (byteCount, wordCount) = (0, 0)

    init(_ stream: PolicyStream, _ chunks: [[UInt8]], side: Side?, finishes: Bool = true) {
      stream.begin(as: side)
      var emitted: [UInt8] = []
      func take(_ step: PolicyStep) {
        stream.withEmittable { emitted += $0 }
        precondition(step.held == stream.byteCount - emitted.count)
        precondition(emitted.count == stream.emittedByteCount)
      }
      for chunk in chunks { take(stream.push(chunk)) }
      if finishes { take(stream.finish()) }
      self.emitted = emitted
      (step, decision) = (stream.verdict, stream.decision)
      (byteCount, wordCount) = (stream.byteCount, stream.wordCount)
    }
  }

  /// Policies over three models, with thresholds that random texts often cross.
  private static func policies(
    _ random: inout SeededRandom, rounds: Int, debounces: Bool = false
  ) throws -> [PolicyPanel] {
    let panel = try Panel(
      [1, 2, 3].map { PanelMember(try TestPanel.sided(seed: UInt64($0)), name: "m\($0)") })
    let stream = panel.makeStream()
    var seen: [[Float]] = []
    for _ in 0..<20 {
      stream.reset()
      for chunk in TestPanel.chunks(TestModel.randomText(&random, length: 300), &random) {
        stream.push(chunk)
        seen.append(Array(stream.read()))
      }
    }
    func isOfFirst(_ rule: JSON) -> Bool { rule["when"]?.string?.hasPrefix("m1/") ?? false }
    let last: JSON = ["name": "last", "when": "m1/p0", "from": 1, "then": "annotate"]
    let members = ["1", "2", "3"].map { n -> JSON in
      ["name": .string("m\(n)"), "constitution": .string("sided-\(n)")]
    }
    let actions = Array(GuardAction.allCases.dropFirst())
    return try (0..<rounds).map { round in
      // Of several rules the severe ones hide the others: every second policy has one alone.
      let count = round % 2 == 0 ? 1 : 1 + random.below(3)
      var rules: [JSON] = []
      for i in 0..<count {
        let (member, output) = (random.below(3), random.below(9))
        let values = seen.map { $0[panel.outputs(of: member).lowerBound + output] }.sorted()
        let from = max(0.0001, values[values.count * (70 + random.below(29)) / 100])
        var rule: [String: JSON] = [
          "name": .string("rule-\(i)"), "when": .string("m\(member + 1)/p\(output)"), "from": JSON(from),
          "then": .string((count == 1 ? actions[round / 2 % 4] : random.pick(actions)).rawValue),
        ]
        if debounces {
          let window = 2 + random.below(5)
          rule["debounce"] = .string("\(1 + random.below(window))/\(window)")
          if random.below(2) == 0 { rule["until"] = JSON(from * 0.8) }
        }
        rules.append(.object(rule))
      }
      let policy: JSON = [
        "witan_policy": 1, "id": "random", "title": "Random", "version": "1", "missing": "terminate",
        "owner": ["who": "w", "adopted": "a", "contact": "c"],
        "members": .array(members),
        "floor": ["members": "m1", "rules": .array(rules.filter { isOfFirst($0) } + [last])],
        "layers": [["name": "house", "rules": .array(rules)]],
      ]
      return try PolicyPanel(panel, Policy(json: policy.text()))
    }
  }

  private static let sides: [Side?] = [nil] + Side.allCases

  @Test("any split of a text lets the same bytes out, with the same decision at the same place")
  func splits() throws {
    var random = SeededRandom(seed: 21)
    var actions: [GuardAction: Int] = [:]
    for (round, speaking) in try Self.policies(&random, rounds: 400).enumerated() {
      let stream = try PolicyStream(
        speaking, holdWords: round % 3 * 2, maximumWordBytes: random.pick([16, 64, 256]),
        maximumHeldBytes: random.pick([300, 1 << 16]), maximumBytes: random.pick([200, 1 << 22]))
      for side in Self.sides {
        let text = TestModel.randomText(&random, length: random.below(500))
        let whole = Run(stream, [text], side: side)
        #expect(Run(stream, text.map { [$0] }, side: side) == whole, "round \(round)")
        for _ in 0..<3 {
          #expect(Run(stream, TestPanel.chunks(text, &random), side: side) == whole, "round \(round)")
        }
        #expect(whole.emitted == Array(text.prefix(whole.emitted.count)))
        if !whole.step.action.holdsBack { #expect(whole.emitted == text) }
        actions[whole.step.action, default: 0] += 1
      }
    }
    for action in GuardAction.allCases { #expect(actions[action, default: 0] > 1, "\(action): \(actions)") }
  }

  @Test(
    "nothing from n words before the onset on goes out while the policy holds back", arguments: [0, 1, 5])
  func holdBack(_ n: Int) throws {
    var random = SeededRandom(seed: 30 + UInt64(n))
    var checked = 0
    for speaking in try Self.policies(&random, rounds: 40) {
      let stream = try PolicyStream(speaking, holdWords: n)
      for side in Self.sides {
        let text = TestModel.randomText(&random, length: random.below(400))
        stream.begin(as: side)
        // Ends of words, and whether and since which word the policy has held back.
        var ends = [0]
        var onset: Int?
        for (i, byte) in text.enumerated() {
          let words = stream.wordCount
          let step = stream.push([byte])
          for _ in words..<stream.wordCount { ends.append(i + 1) }
          if step.action.holdsBack {
            onset = onset ?? stream.wordCount - 1
            let limit = ends[max(0, onset! - n)]
            #expect(stream.emittedByteCount <= limit)
            checked += 1
          } else {
            onset = nil
          }
          if step.action == .terminate { break }
        }
      }
    }
    #expect(checked > 100)
  }

  @Test(
    "with debounces too a text is let out alike however it is cut, and its end is decided on as a whole")
  func debouncedSplits() throws {
    var random = SeededRandom(seed: 22)
    var actions: [GuardAction: Int] = [:]
    for (round, speaking) in try Self.policies(&random, rounds: 120, debounces: true).enumerated() {
      let stream = try PolicyStream(speaking, holdWords: round % 3 * 2)
      for side in Self.sides {
        let text = TestModel.randomText(&random, length: random.below(500))
        let whole = Run(stream, [text], side: side)
        #expect(Run(stream, text.map { [$0] }, side: side) == whole, "round \(round)")
        #expect(Run(stream, TestPanel.chunks(text, &random), side: side) == whole, "round \(round)")
        #expect(whole.emitted == Array(text.prefix(whole.emitted.count)))
        if !whole.step.action.holdsBack { #expect(whole.emitted == text) }
        actions[whole.step.action, default: 0] += 1
        guard whole.step.action <= .hold else { continue }
        let opinions = speaking.panel.verdict(String(decoding: text, as: UTF8.self), side: side).opinions
        #expect(try speaking.verdict(opinions).decision?.action == whole.step.action)
      }
    }
    for action in GuardAction.allCases { #expect(actions[action, default: 0] > 1, "\(action): \(actions)") }
  }

  @Test(
    "with a debounce nothing from n words before the first of the words that added up has gone out",
    arguments: [0, 1, 5])
  func debouncedHoldBack(_ n: Int) throws {
    var random = SeededRandom(seed: 50 + UInt64(n))
    var (delayed, turned) = (0, 0)
    for speaking in try Self.policies(&random, rounds: 160, debounces: true) {
      // With one rule the words that add up are those that reach its threshold.
      let rules = speaking.policy.layers[0].rules
      guard rules.count == 1, rules[0].action.holdsBack else { continue }
      let (rule, signal) = (rules[0], rules[0].signals[0])
      let member = try #require(speaking.panel.members.firstIndex { $0.name == signal.member })
      let outputs = speaking.panel.outputs(of: member)
      let index = try #require(Int(signal.principle.dropFirst()))
      let stream = try PolicyStream(speaking, holdWords: n)
      let from = try #require(signal.from)
      for side in Self.sides {
        let text = TestModel.randomText(&random, length: random.below(400))
        stream.begin(as: side)
        let isHeard = speaking.panel.members[member].classifier.spec.labels.contains { $0.applies(to: side) }
        var (ends, reached, wasHeld) = ([0], [Bool](), false)
        var before = 0
        // Cut where words end, so that a push has one reading at most; what one byte ends twice is left out.
        for (i, byte) in text.enumerated() {
          let words = stream.wordCount
          let step = stream.push([byte])
          guard stream.wordCount <= words + 1 else { break }
          if stream.wordCount > words {
            ends.append(i + 1)
            reached.append(isHeard && stream.stream.read()[outputs.lowerBound + index] >= from)
          }
          if step.action.holdsBack, !wasHeld {
            let window = reached.suffix(rule.debounce.window)
            #expect(window.count { $0 } >= rule.debounce.needed)
            let onset = try #require(window.firstIndex(of: true))
            #expect(
              stream.emittedByteCount <= ends[max(0, onset - n)], "\(rule.debounce) \(reached.suffix(8))")
            #expect(before <= ends[max(0, onset - n)])
            turned += 1
            delayed += onset + 1 < reached.count ? 1 : 0
          }
          (wasHeld, before) = (step.action.holdsBack, stream.emittedByteCount)
          if step.action == .terminate { break }
        }
      }
    }
    #expect(turned > 30 && delayed > 10, "\(turned) \(delayed)")
  }

  @Test("what goes out never ends inside a character")
  func characters() throws {
    var random = SeededRandom(seed: 40)
    let alphabet = ["a", "é", "不", "😀", " ", "½", "ж", "!", "word "]
    for speaking in try Self.policies(&random, rounds: 20) {
      let stream = try PolicyStream(speaking, maximumWordBytes: 16)
      for side in Self.sides {
        let text = Array((0..<150).map { _ in random.pick(alphabet) }.joined().utf8)
        stream.begin(as: side)
        for chunk in TestPanel.chunks(text, &random) {
          _ = stream.push(chunk)
          stream.withEmittable { #expect(String(validating: $0, as: UTF8.self) != nil) }
        }
      }
    }
  }

  @Test("at its end the decision is that on the whole text, where nothing waited for an answer")
  func wholeTexts() throws {
    var random = SeededRandom(seed: 41)
    var acted = 0
    for speaking in try Self.policies(&random, rounds: 40) {
      let stream = try PolicyStream(speaking)
      for side in Self.sides {
        let text = TestModel.randomText(&random, length: random.below(300))
        let run = Run(stream, TestPanel.chunks(text, &random), side: side)
        guard run.step.action <= .hold else { continue }
        let opinions = speaking.panel.verdict(String(decoding: text, as: UTF8.self), side: side).opinions
        let expected = try #require(try speaking.verdict(opinions).decision)
        #expect(run.step.action == expected.action)
        if expected.action != .hold { #expect(run.decision == expected) }
        acted += expected.action > .emit ? 1 : 0
      }
    }
    #expect(acted > 10)
  }

  /// `objects` of `one` follows from its first word on when `from` is tiny.
  private func speaking(
    _ action: GuardAction, from: Float = 0.000_001, missing: GuardAction = .terminate, debounce: String? = nil
  ) throws -> PolicyPanel {
    var rule: [String: JSON] = [
      "name": "r", "when": "sided-1/p0", "from": JSON(from), "then": .string(action.rawValue),
    ]
    rule["debounce"] = debounce.map(JSON.string)
    let policy: JSON = [
      "witan_policy": 1, "id": "tiny", "title": "Tiny", "version": "1", "missing": .string(missing.rawValue),
      "owner": ["who": "w", "adopted": "a", "contact": "c"],
      "members": [["name": "sided-1"]],
      "floor": ["rules": [.object(rule)]],
    ]
    return try PolicyPanel(
      Panel([PanelMember(TestPanel.sided(seed: 1, isWeighted: false))]), Policy(json: policy.text()))
  }

  @Test("limits, cancellation and answers: it fails closed, and what was let pass stays so while it lasts")
  func closing() throws {
    let quiet = try speaking(.terminate, from: 1)
    var stream = try PolicyStream(quiet, maximumBytes: 20)
    let long = stream.push("one two three four five six seven")
    #expect(long.action == .terminate && long.cause == .length && stream.byteCount == 20)
    #expect(stream.isEnded && stream.push("more").emit == 0 && stream.finish().action == .terminate)
    #expect(stream.decision.action == .terminate && stream.decision.layer == "default")
    stream.begin(as: nil)
    #expect(stream.push("one two ").action == .emit && stream.emittedByteCount == 8)
    let cancelled = stream.cancel()
    #expect(cancelled.action == .terminate && cancelled.cause == .cancelled && cancelled.emit == 0)

    let asking = try speaking(.ask)
    stream = try PolicyStream(asking, maximumWordBytes: 16, maximumHeldBytes: 40)
    let asked = stream.push("one two ")
    #expect(asked.action == .ask && asked.emit == 0 && asked.held == 8 && asked.cause == nil)
    #expect(stream.decision.rule == "r" && stream.decision.action == .ask)
    let released = stream.resolve(.release)
    #expect(released.emit == 8 && released.action == .annotate)
    #expect(stream.decision.rule == "r" && stream.decision.action == .annotate)
    #expect(stream.push("three ").emit == 6)
    #expect(stream.finish().action == .annotate)
    stream.begin(as: nil)
    _ = stream.push("one ")
    let stopped = stream.resolve(.terminate)
    #expect(stopped.action == .terminate && stopped.cause == .answer && stream.resolve(.release).emit == 0)
    #expect(stream.decision.rule == "r" && stream.decision.action == .terminate)
    stream.begin(as: nil)
    let held = stream.push(String(repeating: "one ", count: 20))
    #expect(held.action == .terminate && held.cause == .heldBytes && held.held == 40)

    // While words add up, text waits; where too few come it goes out, and the end of the text is decided at once.
    stream = try PolicyStream(speaking(.hold, debounce: "3"))
    #expect(stream.push("one two ").held == 8 && stream.verdict.action == .emit)
    #expect(stream.push("three ").action == .hold && stream.emittedByteCount == 0)
    #expect(stream.resolve(.release).emit == 14 && stream.push("four ").emit == 5)
    stream.begin(as: nil)
    #expect(stream.push("one ").held == 4 && stream.finish().action == .hold && stream.emittedByteCount == 0)

    // Held text may be let out after the end too.
    stream = try PolicyStream(try speaking(.hold))
    _ = stream.push("one two")
    #expect(stream.finish().held == 7 && stream.resolve(.release).emit == 7)
    for (field, make) in [
      ("hold_words", { try PolicyStream(quiet, holdWords: -1) }),
      ("maximum_word_bytes", { try PolicyStream(quiet, maximumWordBytes: 8) }),
      ("maximum_held_bytes", { try PolicyStream(quiet, maximumHeldBytes: 100) }),
      ("maximum_bytes", { try PolicyStream(quiet, maximumBytes: 0) }),
    ] as [(String, () throws -> PolicyStream)] {
      #expect(#expect(throws: WitanError.self) { _ = try make() }?.place == field)
    }
  }

  @Test("a text with more features than a model counts is terminated: what cannot be scored does not pass")
  func truncation() throws {
    let stream = try PolicyStream(speaking(.terminate, from: 1), maximumBytes: 1 << 30)
    let chunk = Array(String(repeating: "abcdefghijklmnop qrstuvwxyz ", count: 4000).utf8)
    var step = stream.push(chunk)
    var pushes = 1
    while !stream.isEnded && pushes < 2000 {
      step = stream.push(chunk)
      pushes += 1
    }
    #expect(step.action == .terminate && step.cause == .length, "\(pushes) pushes")
    #expect(stream.stream.isTruncated && stream.emittedByteCount < stream.byteCount)
  }

  @Test(
    "a push allocates nothing, also while what somebody let pass goes on", arguments: [nil, "2/3"],
    [GuardAction.annotate, .ask])
  func allocations(_ debounce: String?, _ action: GuardAction) throws {
    let stream = try PolicyStream(speaking(action, debounce: debounce))
    let chunks = (0..<400).map { Array("word\($0 % 10)? ".utf8) }
    for chunk in chunks.prefix(100) {
      if stream.push(chunk).action == .ask { _ = stream.resolve(.release) }
    }
    #expect(stream.verdict.action == .annotate)
    witan_allocations_start()
    var emitted = 0
    for chunk in chunks.dropFirst(100) { emitted += stream.push(chunk).emit }
    let count = witan_allocations_stop()
    #expect(count <= 0 && emitted > 0, "\(count)")
  }
}
