import CAllocationCounter
import Testing
import Witan

/// Pools over panels: each stream is as a guard of its own over the panel it was opened with.
@Suite(.serialized) struct PanelPoolTests {
  /// A stream of a pool beside a guard that takes the same bytes.
  private final class Pair {
    let id: PoolStream
    let alone: StreamGuard
    var rest: ArraySlice<[UInt8]>
    var emitted: [UInt8] = []
    var emittedAlone: [UInt8] = []

    init(_ pool: StreamPool, _ random: inout SeededRandom) throws {
      let side = random.below(2) == 0 ? nil : Side.response
      id = try pool.open(as: side)
      alone = try StreamGuard(pool.panel!, pool.options)
      alone.begin(as: side)
      rest = GuardRun.chunks(TestModel.randomText(&random, length: random.below(500)), &random)[...]
    }

    func push(to pool: StreamPool) throws {
      guard let chunk = rest.popFirst() else { return }
      try pool.push(chunk, to: id)
      _ = alone.push(chunk)
      alone.withEmittable { emittedAlone += $0 }
    }

    func take(_ step: GuardStep, _ pool: StreamPool) throws {
      emitted += try pool.withEmittable(of: id) { Array($0) }
      #expect(step.held == alone.verdict.held && step.action == alone.verdict.action)
      #expect(step.reason == alone.verdict.reason)
    }

    /// The same where both were ended in the same way.
    func take(_ step: GuardStep, with own: GuardStep, _ pool: StreamPool) throws {
      alone.withEmittable { emittedAlone += $0 }
      #expect(own.held == step.held)
      try take(step, pool)
    }

    func compare(_ pool: StreamPool) throws {
      #expect(try pool.verdict(of: id) == alone.verdict)
      #expect(emitted == emittedAlone)
      while let event = alone.nextEvent() { #expect(try pool.nextEvent(of: id) == event) }
      #expect(try pool.nextEvent(of: id) == nil)
    }
  }

  @Test(
    "each stream decides as a guard of its own, in any interleaving, while members join and leave",
    arguments: [false, true])
  func interleaving(alike: Bool) throws {
    let classifiers = try TestPanel.four(alike: alike)
    let thresholds = GuardRun.thresholds(classifiers[0])
    var random = SeededRandom(seed: 51)
    var ends: [String: Int] = [:]
    var changes = 0
    for _ in 0..<12 {
      var options = GuardRun.options(&random, thresholds)
      options.rewindTokens = 0
      options.rules = Dictionary(uniqueKeysWithValues: options.rules.map { ("member-0/\($0.key)", $0.value) })
      options.rules["member-0/any"] = DecisionRule(on: 0.9999)
      let pool = try StreamPool(TestPanel.panel(classifiers), options, capacity: 10)
      var pairs: [Pair] = []
      for _ in 0..<60 {
        while pairs.count < 10 && random.below(3) > 0 { pairs.append(try Pair(pool, &random)) }
        for _ in 0..<random.below(30) where !pairs.isEmpty { try random.pick(pairs).push(to: pool) }
        if random.below(6) == 0, let pair = pairs.last {
          try pair.take(try pool.cancel(pair.id), with: pair.alone.cancel(), pool)
        }
        if random.below(4) == 0 {
          // Changed in the middle of a round, with words that were not read yet.
          changes += 1
          let panel = try #require(pool.panel)
          try pool.use(
            panel.members.count > 3 ? panel.dropping("member-3") : Panel(TestPanel.panel(classifiers).members)
          )
        }
        for (id, step) in pool.step() {
          try #require(pairs.first { $0.id == id }).take(step, pool)
        }
        for pair in pairs { try pair.compare(pool) }
        for (i, pair) in pairs.enumerated().reversed() where pair.alone.isEnded || pair.rest.isEmpty {
          ends[pair.alone.verdict.reason?.cause.rawValue ?? "end", default: 0] += 1
          try pool.close(pair.id)
          pairs.remove(at: i)
        }
      }
    }
    #expect(changes > 50)
    for cause in ["end", "output", "cancelled"] { #expect(ends[cause, default: 0] > 2, "\(ends)") }
  }

  @Test(
    "more words than one product takes, of streams with windows, by all members", arguments: [false, true])
  func manyWords(alike: Bool) throws {
    let panel = try TestPanel.panel(TestPanel.four(alike: alike))
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 0.5, off: 0.5, action: .annotate), rewindTokens: 0, windows: [1, 2])
    let pool = try StreamPool(panel, options, capacity: 500)
    let ids = try (0..<500).map { _ in try pool.open() }
    for round in 0..<4 {
      for (i, id) in ids.enumerated() { try pool.push("word\(i * round) ", to: id) }
      #expect(pool.step().map(\.stream) == ids)
    }
    for (i, id) in ids.enumerated() {
      let alone = try StreamGuard(panel, options)
      for round in 0..<4 { _ = alone.push("word\(i * round) ") }
      #expect(try pool.verdict(of: id) == alone.verdict)
      while let event = alone.nextEvent() { #expect(try pool.nextEvent(of: id) == event) }
    }
  }

  @Test(
    "streams keep the panel they were opened with, and let go of it when they are closed",
    arguments: [false, true])
  func lifetime(alike: Bool) throws {
    let classifiers = try TestPanel.four(alike: alike)
    let options = GuardOptions(defaultRule: DecisionRule(on: 1, action: .emit), rewindTokens: 0)
    var first: Panel? = try TestPanel.panel(Array(classifiers.prefix(2)))
    weak let former = first
    let pool = try StreamPool(try #require(first), options, capacity: 3)
    let old = try (0..<2).map { _ in try pool.open() }
    try pool.close(try pool.open())
    let next = try #require(first).adding(PanelMember(classifiers[2], name: "third"))
    first = nil
    try pool.use(next)
    #expect(pool.panel === next && former != nil)
    try pool.push("of the other", to: old[1])
    try pool.push("one word ", to: old[0])
    try pool.push("one word ", to: try pool.open())
    #expect(pool.step().count == 3)
    try pool.close(old[0])
    #expect(former != nil)
    try pool.close(old[1])
    #expect(former == nil)
    let new = try pool.open()
    try pool.push("and more ", to: new)
    #expect(pool.step().map(\.stream) == [new])
  }

  @Test("a panel that the rules do not fit is refused, and the pool is as it was; new rules may come with it")
  func refusals() throws {
    let panel = try TestPanel.panel(TestPanel.four())
    let options = GuardOptions(rules: ["member-1/any": DecisionRule()], rewindTokens: 0)
    let pool = try StreamPool(panel, options, capacity: 2)
    let id = try pool.open()
    let smaller = try panel.dropping("member-1")
    do {
      try pool.use(smaller)
      Issue.record("was not refused")
    } catch {
      #expect(error.place == "rules.member-1/any")
    }
    #expect(pool.panel === panel)
    try pool.use(smaller, GuardOptions(rewindTokens: 0, windows: [5]))
    #expect(pool.panel === smaller && pool.options.windows == [5])
    try pool.push("a word ", to: id)
    try pool.push("a word ", to: try pool.open())
    #expect(pool.step().count == 2)
    #expect(throws: WitanError.self) { try pool.open() }
    #expect(throws: WitanError.self) { try StreamPool(panel, GuardOptions()) }
    #expect(throws: WitanError.self) {
      try StreamPool(panel, GuardOptions(rewindTokens: 0, looksForViews: true))
    }
  }

  @Test("nothing is allocated per push and step, and streams share what they need for a moment")
  func memory() throws {
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 1, debounce: .of(2, 4)), holdWords: 2, rewindTokens: 0, windows: [4],
      topGrades: 3)
    let panel = try TestPanel.panel(TestPanel.four())
    let pool = try StreamPool(panel, options, capacity: 100)
    let empty = pool.stateByteCount
    let ids = try (0..<100).map { _ in try pool.open() }
    #expect((pool.stateByteCount - empty) / 100 * 2 < (try StreamGuard(panel, options).stateByteCount))
    let words = ["some ", "wor", "ds of ", "text, "].map { Array($0.utf8) }
    var emitted = 0
    func run() throws {
      for round in 0..<100 {
        for (i, id) in ids.enumerated() { try pool.push(words[(i + round) % 4], to: id) }
        pool.step { _, step in emitted += step.emit }
      }
    }
    try run()
    witan_allocations_start()
    try run()
    let allocations = witan_allocations_stop()
    #expect(allocations <= 1)
    #expect(emitted > 100 * 100)
  }
}
