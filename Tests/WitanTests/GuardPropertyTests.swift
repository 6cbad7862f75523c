import Testing
import Witan

/// The promises of the guard, as its documentation states them.
struct GuardPropertyTests {
  /// Runs `body` on many guards with random rules and random texts, and says in how many one acted.
  private func withEvery(
    _ kind: TestModel.Kind, seed: UInt64, rounds: Int, actions: [GuardAction] = GuardAction.allCases,
    _ body: (StreamGuard, [UInt8], inout SeededRandom) throws -> Void
  ) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    var random = SeededRandom(seed: seed)
    for _ in 0..<rounds {
      let options = GuardRun.options(&random, thresholds, actions: actions)
      let streamGuard = try StreamGuard(classifier, options)
      for _ in 0..<3 {
        try body(streamGuard, TestModel.randomText(&random, length: random.below(900)), &random)
      }
    }
  }

  @Test(
    "any split of a text gives the same emitted bytes, decisions, places and reasons",
    arguments: [TestModel.Kind.linear, .dense, .whole])
  func splits(_ kind: TestModel.Kind) throws {
    var actions: [GuardAction: Int] = [:]
    try withEvery(kind, seed: 1, rounds: 60) { streamGuard, text, random in
      let whole = GuardRun(streamGuard, [text])
      let bytes = GuardRun(streamGuard, text.map { [$0] })
      #expect(bytes == whole)
      for _ in 0..<3 { #expect(GuardRun(streamGuard, GuardRun.chunks(text, &random)) == whole) }
      for event in whole.events { actions[event.reason.action, default: 0] += 1 }
    }
    for action in GuardAction.allCases { #expect(actions[action, default: 0] > 3, "\(action): \(actions)") }
  }

  @Test("all splits of a short text give the same")
  func everySplit() throws {
    let classifier = TestModel.classifier(hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    let rules = [
      "label-1": DecisionRule(on: thresholds[1] * 0.8, debounce: .of(2, 3), action: .hold),
      "label-2": DecisionRule(on: thresholds[2] * 0.8, action: .annotate),
    ]
    let streamGuard = try StreamGuard(classifier, GuardOptions(rules: rules, holdWords: 1))
    for text in [
      Array("Ab é½'x 不y!".utf8), [0x61, 0xE2, 0x82, 0x20, 0xF0, 0x9F, 0x98, 0x80, 0xFF, 0x62, 0xC3],
    ] {
      let whole = GuardRun(streamGuard, [text])
      for cuts in 0..<(1 << (text.count - 1)) {
        var chunks: [[UInt8]] = [[]]
        for (i, byte) in text.enumerated() {
          chunks[chunks.count - 1].append(byte)
          if i < text.count - 1, cuts >> i & 1 == 1 { chunks.append([]) }
        }
        #expect(GuardRun(streamGuard, chunks) == whole, "cuts \(String(cuts, radix: 2))")
      }
    }
  }

  @Test("what is emitted is a prefix of the text, and all of it where no rule holds it back")
  func prefix() throws {
    try withEvery(.linear, seed: 2, rounds: 100) { streamGuard, text, random in
      let run = GuardRun(streamGuard, GuardRun.chunks(text, &random))
      #expect(run.emitted == Array(text.prefix(run.emitted.count)))
      if !run.verdict.action.holdsBack { #expect(run.emitted == text && run.verdict.held == 0) }
    }
  }

  @Test("nothing after the onset minus n words is ever emitted once a rule holds back", arguments: 0..<4)
  func holdBack(_ seed: Int) throws {
    var (checked, delayed) = (0, 0)
    try withEvery(
      .linear, seed: 30 + UInt64(seed), rounds: 150, actions: [.hold, .ask, .terminate]
    ) { streamGuard, text, random in
      streamGuard.reset()
      var wordStarts = [0]
      for byte in text {
        // The bytes that were out before the event was known count too.
        let words = streamGuard.wordCount
        let step = streamGuard.push([byte])
        // One byte may end two words: the one before it and itself.
        for _ in words..<streamGuard.wordCount { wordStarts.append(streamGuard.byteCount) }
        while let event = streamGuard.nextEvent() {
          guard event.kind == .on, event.reason.cause == .output else { continue }
          // A byte that ends two words may turn a rule on and off again.
          guard step.action.holdsBack else { continue }
          let onset = try #require(event.reason.onsetWord)
          let onsetByte = try #require(event.reason.onsetByte)
          #expect(onset < streamGuard.wordCount && onsetByte < event.byte)
          let last = max(0, onset - streamGuard.options.holdWords)
          #expect(streamGuard.emittedByteCount <= onsetByte)
          #expect(
            streamGuard.emittedByteCount <= wordStarts[last],
            "\(event), \(streamGuard.options), \(wordStarts.suffix(8)), \(text)")
          checked += 1
          delayed += onset + 1 < streamGuard.wordCount ? 1 : 0
        }
        #expect(step.emit == 0 || step.action != .terminate || streamGuard.isEnded)
      }
    }
    #expect(checked > 30 && delayed > 5)
  }

  @Test("what goes out ends after a whole character and a whole word")
  func boundaries() throws {
    let classifier = TestModel.classifier(hasAny: true)
    let options = GuardOptions(rules: ["label-0": DecisionRule(action: .annotate)], defaultRule: nil)
    let streamGuard = try StreamGuard(classifier, options)
    var random = SeededRandom(seed: 5)
    for _ in 0..<100 {
      let text = Array(
        String(decoding: TestModel.randomText(&random, length: 300), as: UTF8.self).utf8)
      var ends: [Int] = []
      streamGuard.reset()
      for byte in text where streamGuard.push([byte]).emit > 0 { ends.append(streamGuard.emittedByteCount) }
      for end in ends { #expect(String(validating: text[..<end], as: UTF8.self) != nil) }
      #expect(ends == wordEnds(text))
    }
  }

  /// Word ends of valid UTF-8 by the parts that scoring uses: after each character that closed a word and
  /// left none open.
  private func wordEnds(_ text: [UInt8]) -> [Int] {
    var (normalizer, segmenter) = (Normalizer(), Segmenter())
    var symbols = [UInt32](repeating: 0, count: Normalizer.capacity(forBytes: 4))
    var units = [UInt32](repeating: 0, count: Segmenter.unitsPerSymbol * symbols.count)
    var ends: [Int] = []
    var (end, hasClosed) = (0, false)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      end += bytes.count
      let count = bytes.withUnsafeBufferPointer { normalizer.push($0, into: &symbols) }
      let unitCount = segmenter.push(symbols, count: count, into: &units)
      hasClosed = hasClosed || units.prefix(unitCount).contains(0)
      if hasClosed && !segmenter.isInsideWord {
        ends.append(end)
        hasClosed = false
      }
    }
    return ends
  }

  @Test("bytes that are no UTF-8 are graded and let out like others")
  func invalid() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    var random = SeededRandom(seed: 6)
    for _ in 0..<200 {
      let streamGuard = try StreamGuard(classifier, GuardRun.options(&random, thresholds))
      let text = (0..<random.below(400)).map { _ in
        random.below(2) == 0
          ? UInt8(truncatingIfNeeded: random.next()) : random.pick([0x20, 0x61, 0xE2, 0x82, 0xF0])
      }
      let whole = GuardRun(streamGuard, [text])
      #expect(GuardRun(streamGuard, GuardRun.chunks(text, &random)) == whole)
      #expect(GuardRun(streamGuard, text.map { [$0] }) == whole)
      #expect(whole.emitted == Array(text.prefix(whole.emitted.count)))
    }
  }

  @Test(
    "a guard that does not act has graded what a document scores", arguments: [TestModel.Kind.linear, .whole])
  func scores(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let options = GuardOptions(rules: ["label-0": DecisionRule(action: .annotate)], defaultRule: nil)
    let streamGuard = try StreamGuard(classifier, options)
    let text = "Don't panic: ﬁne naïve Привет 日本語 3.14!"
    for byte in text.utf8 { _ = streamGuard.push([byte]) }
    _ = streamGuard.finish()
    #expect(streamGuard.stream!.scores == classifier.score(text))
  }
}
