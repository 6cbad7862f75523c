import CAllocationCounter
import Testing
import Witan

/// The promises of a pool: each stream is as a guard of its own, limits are errors, nothing is allocated.
struct StreamPoolTests {
  /// Lets everything out.
  private static let quiet = GuardOptions(
    defaultRule: DecisionRule(on: 1, debounce: .of(2, 2)), rewindTokens: 0)

  /// A stream of a pool beside a guard that takes the same bytes.
  private final class Pair {
    let id: PoolStream
    let alone: StreamGuard
    var rest: ArraySlice<[UInt8]>
    var emitted: [UInt8] = []
    var emittedAlone: [UInt8] = []
    var events: [GuardEvent] = []
    var eventsAlone: [GuardEvent] = []

    init(_ pool: StreamPool, _ random: inout SeededRandom) throws {
      id = try pool.open()
      alone = try StreamGuard(pool.classifier!, pool.options)
      rest = GuardRun.chunks(TestModel.randomText(&random, length: random.below(700)), &random)[...]
    }

    func take(_ step: GuardStep) {
      alone.withEmittable { emittedAlone += $0 }
      while let event = alone.nextEvent() { eventsAlone.append(event) }
      #expect(step.held == alone.byteCount - emittedAlone.count)
    }

    func take(_ step: GuardStep, _ pool: StreamPool) throws {
      let bytes = try pool.withEmittable(of: id) { Array($0) }
      #expect(bytes.count == step.emit)
      emitted += bytes
      while let event = try pool.nextEvent(of: id) { events.append(event) }
    }

    func compare(_ pool: StreamPool) throws {
      #expect(try pool.verdict(of: id) == alone.verdict)
      #expect(emitted == emittedAlone)
      #expect(events == eventsAlone)
    }
  }

  @Test(
    "each stream decides as a guard of its own, bit for bit, in any interleaving",
    arguments: [TestModel.Kind.linear, .dense, .whole])
  func interleaving(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    var random = SeededRandom(seed: 5)
    var ends: [String: Int] = [:]
    for _ in 0..<25 {
      var options = GuardRun.options(&random, thresholds)
      options.rewindTokens = 0
      let pool = try StreamPool(classifier, options, capacity: 12)
      var pairs: [Pair] = []
      for _ in 0..<60 {
        while pairs.count < 12 && random.below(3) > 0 { pairs.append(try Pair(pool, &random)) }
        for _ in 0..<random.below(30) where !pairs.isEmpty {
          let pair = random.pick(pairs)
          guard let chunk = pair.rest.popFirst() else { continue }
          try pool.push(chunk, to: pair.id)
          pair.take(pair.alone.push(chunk))
        }
        // Sometimes ended in the middle of a round, with words that were not read yet.
        if random.below(2) == 0, let pair = pairs.last {
          switch random.below(4) {
          case 0:
            try pair.take(try pool.cancel(pair.id), pool)
            pair.take(pair.alone.cancel())
          case 1:
            try pair.take(try pool.finish(pair.id), pool)
            pair.take(pair.alone.finish())
          default:
            let answer = random.pick([GuardAnswer.release, .terminate])
            try pair.take(try pool.resolve(answer, pair.id), pool)
            pair.take(pair.alone.resolve(answer))
          }
          try pair.compare(pool)
        }
        for (id, step) in pool.step() {
          let pair = try #require(pairs.first { $0.id == id })
          try pair.take(step, pool)
          #expect(step.held == pair.alone.verdict.held)
          #expect(step.action == pair.alone.verdict.action && step.reason == pair.alone.verdict.reason)
        }
        for pair in pairs { try pair.compare(pool) }
        for (i, pair) in pairs.enumerated().reversed() where pair.alone.isEnded || pair.rest.isEmpty {
          ends[pair.alone.verdict.reason?.cause.rawValue ?? "end", default: 0] += 1
          try pool.close(pair.id)
          pairs.remove(at: i)
        }
      }
    }
    for cause in ["end", "output", "cancelled", "held_bytes"] {
      #expect(ends[cause, default: 0] > 2, "\(ends)")
    }
  }

  @Test("more words than one product takes, of streams with windows")
  func manyWords() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 0.5, off: 0.5, action: .annotate), rewindTokens: 0, windows: [1, 2])
    let pool = try StreamPool(classifier, options, capacity: 700)
    let ids = try (0..<700).map { _ in try pool.open() }
    for round in 0..<4 {
      for (i, id) in ids.enumerated() { try pool.push("word\(i * round) ", to: id) }
      let steps = pool.step()
      #expect(steps.map(\.stream) == ids)
    }
    for (i, id) in ids.enumerated() {
      let alone = try StreamGuard(classifier, options)
      for round in 0..<4 { _ = alone.push("word\(i * round) ") }
      #expect(try pool.verdict(of: id) == alone.verdict)
      var event = alone.nextEvent()
      while event != nil {
        #expect(try pool.nextEvent(of: id) == event)
        event = alone.nextEvent()
      }
    }
  }

  @Test("limits are errors that name them, and what was refused was not taken")
  func limits() throws {
    let classifier = TestModel.classifier(hasAny: true)
    let pool = try StreamPool(classifier, Self.quiet, capacity: 2, maximumRoundBytes: 10)
    let (a, b) = (try pool.open(), try pool.open())
    func place(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as WitanError { return "\(error.code) \(error.place)" } catch {}
      return "none"
    }
    #expect(place { _ = try pool.open() } == "limit capacity")
    try pool.push("one two ", to: a)
    #expect(place { try pool.push("three", to: b) } == "limit maximum_round_bytes")
    #expect(pool.step().map(\.stream) == [a])
    try pool.push("three ", to: b)
    #expect(pool.step().map { $0.step.emit } == [6])

    try pool.close(a)
    let c = try pool.open()
    #expect(pool.openCount == 2 && a != c)
    #expect(place { try pool.push("x", to: a) } == "invalidValue stream")
    #expect(place { try pool.close(a) } == "invalidValue stream")
    #expect(place { _ = try pool.cancel(a) } == "invalidValue stream")
    #expect(try pool.verdict(of: c).held == 0)
    let other = try StreamPool(classifier)
    #expect(place { try other.push("x", to: c) } == "invalidValue stream")

    #expect(place { _ = try StreamPool(classifier, GuardOptions()) } == "invalidValue rewind_tokens")
    #expect(place { _ = try StreamPool(classifier, capacity: 0) } == "invalidValue capacity")
    #expect(
      place { _ = try StreamPool(classifier, maximumRoundBytes: 0) } == "invalidValue maximum_round_bytes")
  }

  @Test("whoever is told of a step may push, close and open")
  func reentrance() throws {
    let pool = try StreamPool(TestModel.classifier(hasAny: true), Self.quiet, capacity: 3)
    let ids = try (0..<3).map { _ in try pool.open() }
    for id in ids { try pool.push("a word ", to: id) }
    var told: [PoolStream] = []
    pool.step { id, _ in
      told.append(id)
      pool.step { _, _ in Issue.record("a step inside a step") }
      if id == ids[0] {
        #expect(throws: Never.self) {
          try pool.close(ids[1])
          try pool.push("and more ", to: ids[2])
          try pool.push("again ", to: try pool.open())
        }
      }
    }
    #expect(told == [ids[0], ids[2]])
    let next = pool.step()
    #expect(next.count == 1 && next[0].step.emit == 6)
    #expect(pool.step().isEmpty)
  }

  @Test("nothing is allocated per push and step", arguments: [TestModel.Kind.linear, .dense, .whole])
  func allocations(_ kind: TestModel.Kind) throws {
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 1, debounce: .of(2, 4)), holdWords: 2, rewindTokens: 0, windows: [4],
      topGrades: 3)
    let pool = try StreamPool(TestModel.classifier(kind, hasAny: true), options, capacity: 100)
    let ids = try (0..<100).map { _ in try pool.open() }
    let words = ["some ", "wor", "ds of ", "text, "].map { Array($0.utf8) }
    var emitted = 0
    func run() throws {
      for round in 0..<200 {
        for (i, id) in ids.enumerated() { try pool.push(words[(i + round) % 4], to: id) }
        pool.step { _, step in emitted += step.emit }
      }
    }
    try run()
    witan_allocations_start()
    try run()
    let allocations = witan_allocations_stop()
    #expect(allocations <= 1)
    #expect(emitted > 100 * 300)
  }

  @Test("streams of a pool share what they need for a moment")
  func memory() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    let pool = try StreamPool(classifier, capacity: 64)
    let empty = pool.stateByteCount
    for _ in 0..<64 { _ = try pool.open() }
    let each = (pool.stateByteCount - empty) / 64
    #expect(each < 4096, "\(each)")
    #expect(each * 4 < (try StreamGuard(classifier, pool.options).stateByteCount))
  }
}
