import CAllocationCounter
import Testing
import Witan

/// Limits, answers, cancellation, memory, options.
@Suite(.serialized) struct GuardLimitTests {
  private let classifier = TestModel.classifier(hasAny: true)

  /// A rule that is on from the first word.
  private func always(_ action: GuardAction) -> [String: DecisionRule] {
    ["label-3": DecisionRule(on: 1e-9, action: action)]
  }

  private func streamGuard(
    _ action: GuardAction, change: (inout GuardOptions) -> Void = { _ in }
  ) throws -> StreamGuard {
    var options = GuardOptions(rules: always(action), defaultRule: nil)
    change(&options)
    return try StreamGuard(classifier, options)
  }

  @Test("each action is what a server is told")
  func actions() throws {
    for action in GuardAction.allCases {
      let one = try streamGuard(action)
      let step = one.push("one two thr")
      #expect(step.action == action)
      #expect(step.emit == (action.holdsBack ? 0 : 8))
      #expect(step.held == (action == .terminate ? 4 : action.holdsBack ? 11 : 3))
      #expect(step.reason?.output == (action == .emit ? nil : "label-3"))
      #expect(one.isEnded == (action == .terminate))
      let end = one.finish()
      #expect(end.emit == (action.holdsBack ? 0 : 3))
      #expect(end.action == action)
    }
  }

  @Test("after the end every push is ignored and answered alike")
  func ended() throws {
    let one = try streamGuard(.terminate) { $0.holdWords = 2 }
    let step = one.push("one two")
    let reason = try #require(step.reason)
    #expect(reason.cause == .output && reason.onsetWord == 0 && reason.onsetByte == 0 && reason.byte == 4)
    for _ in 0..<3 { #expect(one.push("more") == step) }
    #expect(one.finish() == step && one.cancel() == step && one.resolve(.release) == step)
    #expect(one.byteCount == 4 && one.verdict == step)
    one.reset()
    #expect(one.verdict.action == .emit && one.push("one two") == step)
  }

  @Test("a question is answered once, a hold too; what was held goes out or the stream ends")
  func answers() throws {
    for action in [GuardAction.ask, .hold] {
      let one = try streamGuard(action)
      _ = one.push("one two ")
      let step = one.resolve(.release)
      #expect(step.emit == 8 && step.action == .emit && step.held == 0)
      #expect(one.withEmittable { Array($0) } == Array("one two ".utf8))
      #expect(one.push("three ").emit == 6)
      #expect(one.finish().action == .emit)

      one.reset()
      _ = one.push("one two ")
      let end = one.resolve(.terminate)
      #expect(end.action == .terminate && end.reason?.cause == .answer && one.isEnded && end.held == 8)

      one.reset()
      _ = one.push("one two")
      #expect(one.finish().held == 7)
      #expect(one.resolve(.release).emit == 7)
    }
    let one = try streamGuard(.annotate)
    _ = one.push("one two ")
    #expect(one.resolve(.terminate).action == .annotate)
  }

  @Test("cancellation leaves a verdict, and nothing goes out after it")
  func cancel() throws {
    let one = try streamGuard(.annotate) { $0.holdWords = 1 }
    _ = one.push("one two three")
    let step = one.cancel()
    #expect(step.action == .terminate && step.reason?.cause == .cancelled && step.emit == 0)
    #expect(step.reason?.byte == 13 && step.held == 9)
    #expect(one.push(" four ") == step && one.finish() == step)
    #expect(throws: WitanError.self) { try one.rewind(tokens: 1) }
  }

  @Test("held text is limited: the stream ends where it would grow beyond")
  func heldBytes() throws {
    let one = try streamGuard(.hold) { ($0.maximumWordBytes, $0.maximumHeldBytes) = (16, 20) }
    #expect(one.push("one two three four ").action == .hold)
    let step = one.push("five six")
    #expect(step.action == .terminate && step.reason?.cause == .heldBytes && step.held == 20)
    #expect(one.byteCount == 20 && step.reason?.byte == 20)
  }

  @Test("a text longer than is graded ends, or passes as was decided until there")
  func length() throws {
    let text = "one two three four"
    let stops = try streamGuard(.annotate) { $0.maximumBytes = 9 }
    let end = stops.push(text)
    #expect(
      end.action == .terminate && end.reason?.cause == .length && end.emit == 8 && end.reason?.byte == 9)
    let exact = try streamGuard(.emit) { $0.maximumBytes = text.utf8.count }
    _ = exact.push(text)
    #expect(exact.finish().action == .emit)

    let passes = try streamGuard(.emit) { ($0.maximumBytes, $0.atMaximumBytes) = (9, .annotate) }
    let step = passes.push(text)
    #expect(step.action == .annotate && step.reason?.cause == .length && step.emit == 14)
    #expect(passes.finish().emit == 4)
    #expect(passes.stream!.byteCount == 9)
    let holds = try streamGuard(.hold) { ($0.maximumBytes, $0.atMaximumBytes) = (9, .annotate) }
    _ = holds.push(text)
    #expect(holds.finish().held == text.utf8.count)
  }

  @Test("text without spaces is cut at characters, graded and let out")
  func longWords() throws {
    let one = try streamGuard(.emit) { $0.maximumWordBytes = 16 }
    let text = Array(String(repeating: "é", count: 100).utf8)
    let step = one.push([0x61] + text)
    #expect(one.wordCount == 12 && step.emit == 193 && step.held == 8)
    #expect(one.finish().emit == 8)
    #expect(one.stream!.scores == classifier.score("a" + String(decoding: text, as: UTF8.self)))
    let spaces = try streamGuard(.emit) { $0.maximumWordBytes = 16 }
    #expect(spaces.push([UInt8](repeating: 0x20, count: 1000)).held <= 16)
  }

  @Test("what has more features than a model counts is not waved through")
  func features() throws {
    let small = try Classifier(bytes: TestModel.bytes(labels: 2, log2Buckets: 8))
    let one = try StreamGuard(
      small,
      GuardOptions(
        rules: ["label-0": DecisionRule(action: .annotate)], defaultRule: nil, maximumBytes: 1 << 40))
    let chunk = Array(String(repeating: "abcdefgh ", count: 50_000).utf8)
    for _ in 0..<16 where !one.isEnded { _ = one.push(chunk) }
    #expect(one.verdict.action == .terminate && one.verdict.reason?.cause == .length)
    #expect(!one.stream!.scores.isTruncated)
  }

  @Test("of events that nobody asks for the oldest are lost, and counted")
  func lostEvents() throws {
    let thresholds = GuardRun.thresholds(classifier)
    var options = GuardOptions(defaultRule: nil)
    for j in 0..<10 { options.rules["label-\(j)"] = DecisionRule(on: thresholds[j] * 0.7, action: .annotate) }
    let (one, other) = (try StreamGuard(classifier, options), try StreamGuard(classifier, options))
    var random = SeededRandom(seed: 21)
    var all: [GuardEvent] = []
    for _ in 0..<60 {
      let text = TestModel.randomText(&random, length: 60)
      _ = one.push(text)
      _ = other.push(text)
      while let event = other.nextEvent() { all.append(event) }
    }
    #expect(all.count > StreamGuard.maximumEvents && other.lostEvents == 0)
    #expect(one.lostEvents == all.count - StreamGuard.maximumEvents)
    for event in all.suffix(StreamGuard.maximumEvents) { #expect(one.nextEvent() == event) }
    #expect(one.nextEvent() == nil)
  }

  @Test("nothing is allocated per push, also where pushes are taken back", arguments: [0, 64])
  func memory(_ rewindTokens: Int) throws {
    let one = try StreamGuard(
      TestModel.classifier(.whole, hasAny: true),
      GuardOptions(rules: always(.annotate), defaultRule: nil, holdWords: 8, rewindTokens: rewindTokens))
    let text = Array("Streams hold a few kilobytes, 日本語 included. ".utf8)
    var sum = 0
    func pushAll() throws(WitanError) {
      text.withUnsafeBufferPointer { bytes in
        for start in stride(from: 0, to: bytes.count, by: 5) {
          sum += one.push(UnsafeBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 5)])).emit
          one.withEmittable { sum += $0.count }
        }
      }
      if rewindTokens > 0 { try one.rewind(tokens: 2) }
    }
    for _ in 0..<50 { try pushAll() }
    witan_allocations_start()
    let counts = Array(repeating: 0, count: 100)  // the counter sees this one
    for _ in 0..<1000 { try pushAll() }
    let allocations = witan_allocations_stop()
    #expect(counts.count == 100 && sum > 0)
    #expect(allocations == 1 || allocations == -1)
    #expect(one.stateByteCount < (rewindTokens == 0 ? 40 : 300) << 10)
  }
}
