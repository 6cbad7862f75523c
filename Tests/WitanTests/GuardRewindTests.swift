import Testing
import Witan

/// Tokens taken back, forks, saved guards.
struct GuardRewindTests {
  private func guards(
    _ kind: TestModel.Kind, seed: UInt64, count: Int, rewindTokens: Int = 64
  ) throws -> [StreamGuard] {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    var random = SeededRandom(seed: seed)
    return try (0..<count).map { _ in
      var options = GuardRun.options(&random, thresholds)
      options.rewindTokens = rewindTokens
      // Fewer bytes kept are fewer tokens to take back.
      options.maximumHeldBytes = max(400, options.maximumHeldBytes)
      return try StreamGuard(classifier, options)
    }
  }

  /// All that can be seen of a guard and of what it will say.
  private func seen(_ streamGuard: StreamGuard) -> [[UInt8]] { [streamGuard.save()] }

  @Test(
    "rewinding and pushing is as if the tokens had never come",
    arguments: [TestModel.Kind.linear, .dense, .whole])
  func rewind(_ kind: TestModel.Kind) throws {
    var random = SeededRandom(seed: 12)
    for streamGuard in try guards(kind, seed: 11, count: 60) {
      let plain = try StreamGuard(streamGuard.stream!.classifier, streamGuard.options)
      var emitted: [UInt8] = []
      var plainEmitted: [UInt8] = []
      for token in GuardRun.chunks(TestModel.randomText(&random, length: 500), &random) {
        let drafts = random.below(5)
        var retracted = 0
        let before = streamGuard.verdict
        let mark = streamGuard.mark()
        for _ in 0..<drafts {
          retracted += streamGuard.push(TestModel.randomText(&random, length: random.below(40))).emit
        }
        let taken =
          random.below(2) == 0 ? try streamGuard.rewind(tokens: drafts) : try streamGuard.rewind(to: mark)
        #expect(taken == retracted)
        #expect(streamGuard.verdict == before)
        streamGuard.withEmittable { #expect($0.isEmpty) }
        let step = streamGuard.push(token)
        #expect(step == plain.push(token))
        streamGuard.withEmittable { emitted += $0 }
        plain.withEmittable { plainEmitted += $0 }
        #expect(seen(streamGuard) == seen(plain))
      }
      #expect(streamGuard.finish() == plain.finish())
      #expect(emitted == plainEmitted)
      while let event = plain.nextEvent() { #expect(streamGuard.nextEvent() == event) }
      #expect(streamGuard.nextEvent() == nil)
    }
  }

  @Test("only the last tokens of this text can be taken back")
  func limits() throws {
    let options = GuardOptions(
      rules: ["label-0": DecisionRule(action: .annotate)], defaultRule: nil, rewindTokens: 3)
    let streamGuard = try StreamGuard(TestModel.classifier(hasAny: true), options)
    let first = streamGuard.mark()
    for _ in 0..<3 { _ = streamGuard.push("a ") }
    try streamGuard.fork().rewind(tokens: 0)
    #expect(streamGuard.rewindableTokens == 3)
    try streamGuard.rewind(to: first)
    #expect(streamGuard.byteCount == 0)
    for _ in 0..<4 { _ = streamGuard.push("a ") }
    #expect(throws: WitanError.self) { try streamGuard.rewind(to: first) }
    #expect(throws: WitanError.self) { try streamGuard.rewind(tokens: 4) }
    #expect(throws: WitanError.self) { try streamGuard.rewind(tokens: -1) }
    let mark = streamGuard.mark()
    #expect(throws: WitanError.self) { try streamGuard.fork().rewind(to: mark) }
    _ = streamGuard.push("b ")
    try streamGuard.rewind(to: mark)
    try streamGuard.rewind(to: mark)
    #expect(streamGuard.byteCount == 8)
    try streamGuard.rewind(tokens: 1)
    _ = streamGuard.push("c ")
    // The same number of tokens, but not the same text.
    #expect(throws: WitanError.self) { try streamGuard.rewind(to: mark) }
    _ = streamGuard.finish()
    #expect(throws: WitanError.self) { try streamGuard.rewind(tokens: 1) }
    streamGuard.reset()
    #expect(throws: WitanError.self) { try streamGuard.rewind(to: mark) }
    #expect(streamGuard.rewindableTokens == 0)
  }

  @Test("a long push does not stay in memory to be taken back")
  func memory() throws {
    var options = GuardOptions(rules: ["label-0": DecisionRule(action: .annotate)], defaultRule: nil)
    options.maximumHeldBytes = 1000
    let streamGuard = try StreamGuard(TestModel.classifier(hasAny: true), options)
    let long = Array(String(repeating: "word ", count: 200).utf8)
    for _ in 0..<100 { _ = streamGuard.push(long) }
    #expect(streamGuard.rewindableTokens < 5)
    #expect(streamGuard.stateByteCount < 400_000)
    try streamGuard.rewind(tokens: 1)
    #expect(streamGuard.byteCount == 99 * long.count)
  }

  @Test("a fork and its origin go on by themselves", arguments: [TestModel.Kind.linear, .dense])
  func fork(_ kind: TestModel.Kind) throws {
    var random = SeededRandom(seed: 14)
    for streamGuard in try guards(kind, seed: 13, count: 30) {
      let chunks = GuardRun.chunks(TestModel.randomText(&random, length: 300), &random)
      let (head, tail) = (chunks.prefix(chunks.count / 2), chunks.dropFirst(chunks.count / 2))
      for chunk in head { _ = streamGuard.push(chunk) }
      let fork = streamGuard.fork()
      _ = streamGuard.push(TestModel.randomText(&random, length: 100))
      let plain = try StreamGuard(streamGuard.stream!.classifier, streamGuard.options)
      for chunk in head { _ = plain.push(chunk) }
      for chunk in tail { #expect(fork.push(chunk) == plain.push(chunk)) }
      #expect(fork.finish() == plain.finish())
      #expect(seen(fork) == seen(plain))
    }
  }

  @Test(
    "a saved guard goes on where it was, also inside a character", arguments: [TestModel.Kind.linear, .dense])
  func saveAndResume(_ kind: TestModel.Kind) throws {
    var random = SeededRandom(seed: 16)
    for streamGuard in try guards(kind, seed: 15, count: 40) {
      let text = TestModel.randomText(&random, length: 300)
      let later = try StreamGuard(streamGuard.stream!.classifier, streamGuard.options)
      for byte in text {
        let step = streamGuard.push([byte])
        if random.below(10) == 0 {
          try later.resume(streamGuard.save())
        } else if later.byteCount + 1 == streamGuard.byteCount || later.isEnded {
          #expect(later.push([byte]) == step)
        }
      }
      try later.resume(streamGuard.save())
      #expect(later.verdict == streamGuard.verdict)
      #expect(later.finish() == streamGuard.finish())
      let bytes = later.withEmittable { Array($0) }
      #expect(bytes == streamGuard.withEmittable { Array($0) })
      try later.resume(streamGuard.save())
      #expect(later.isEnded && later.verdict == streamGuard.verdict)
    }
  }

  @Test("a damaged saved guard is an error or harmless, never a crash")
  func damagedState() throws {
    var random = SeededRandom(seed: 18)
    for streamGuard in try guards(.dense, seed: 17, count: 20, rewindTokens: 0) {
      _ = streamGuard.push(TestModel.randomText(&random, length: 120))
      _ = streamGuard.push([0xF0, 0x9F])
      let saved = streamGuard.save()
      let other = try StreamGuard(streamGuard.stream!.classifier, streamGuard.options)
      #expect(throws: WitanError.self) { try other.resume(Array(saved.dropLast())) }
      #expect(throws: WitanError.self) { try other.resume([]) }
      for _ in 0..<2000 {
        var bytes = saved
        for _ in 0...random.below(3) {
          bytes[random.below(min(bytes.count, 300))] = UInt8(truncatingIfNeeded: random.next())
        }
        let before = other.save()
        guard (try? other.resume(bytes)) != nil else {
          #expect(other.save() == before)
          continue
        }
        _ = other.push([0x80, 0xBF, 0xBF, 0x41, 0x20])
        _ = other.push("some words more, and more")
        _ = other.resolve(.release)
        _ = other.finish()
        _ = other.withEmittable { Array($0) }
      }
    }
  }

  @Test("a guard of other options or another model is refused")
  func otherOptions() throws {
    let classifier = TestModel.classifier(hasAny: true)
    let saved = try StreamGuard(classifier, GuardOptions(holdWords: 2)).save()
    #expect(throws: WitanError.self) { try StreamGuard(classifier, GuardOptions(holdWords: 3)).resume(saved) }
    let other = TestModel.classifier(.deep, hasAny: true)
    #expect(throws: WitanError.self) { try StreamGuard(other, GuardOptions(holdWords: 2)).resume(saved) }
    try StreamGuard(classifier, GuardOptions(holdWords: 2, rewindTokens: 0)).resume(saved)
  }
}
