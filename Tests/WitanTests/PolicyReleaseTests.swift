import Testing
import Witan

/// An answer about one rule of a policy is none about the others.
@Suite(.serialized) struct PolicyReleaseTests {
  /// A rule and the layer that it stands in.
  private struct Placed {
    let layer: String
    let name: String
    let rule: JSON
  }

  private let panel: Panel
  /// Readings of random texts, sorted by output: what thresholds are taken from.
  private var seen: [[Float]] = []

  init() throws {
    panel = try Panel([1, 2, 3].map { PanelMember(try TestPanel.sided(seed: UInt64($0)), name: "m\($0)") })
    var random = SeededRandom(seed: 70)
    let stream = panel.makeStream()
    var readings: [[Float]] = []
    for _ in 0..<20 {
      stream.reset()
      for chunk in TestPanel.chunks(TestModel.randomText(&random, length: 300), &random) {
        stream.push(chunk)
        readings.append(Array(stream.read()))
      }
    }
    seen = readings[0].indices.map { i in readings.map { $0[i] }.sorted() }
  }

  /// The value that `share` of the readings of an output are below.
  private func quantile(_ member: Int, _ output: Int, _ share: Double) -> Float {
    let values = seen[panel.outputs(of: member).lowerBound + output]
    return max(0.0001, values[Int(Double(values.count - 1) * share)])
  }

  private func placed(_ layer: String, _ name: String, _ fields: [String: JSON]) -> Placed {
    Placed(layer: layer, name: name, rule: .object(fields.merging(["name": .string(name)]) { $1 }))
  }

  private func stream(_ rules: [Placed], holdWords: Int = 0, objects: [String: JSON] = [:]) throws
    -> PolicyStream
  {
    func list(_ layer: String) -> JSON { .array(rules.filter { $0.layer == layer }.map(\.rule)) }
    let last: JSON = ["name": "last", "when": "m1/p0", "from": 1, "then": "emit"]
    let policy: JSON = [
      "witan_policy": 1, "id": "random", "title": "Random", "version": "1", "missing": "emit",
      "owner": ["who": "w", "adopted": "a", "contact": "c"],
      "members": .array(
        [1, 2, 3].map { ["name": .string("m\($0)"), "constitution": .string("sided-\($0)")] }),
      "floor": .object(objects.merging(["rules": .array((list("floor").array ?? []) + [last])]) { $1 }),
      "layers": [["name": "house", "rules": .array((list("house").array ?? []) + [last])]],
    ]
    return try PolicyStream(PolicyPanel(panel, Policy(json: policy.text())), holdWords: holdWords)
  }

  @Test(
    "of several rules of which some are let pass each holds text back as it would alone, with debounces too",
    arguments: [false, true])
  func independence(_ debounces: Bool) throws {
    var random = SeededRandom(seed: debounces ? 72 : 71)
    var (releases, later, still) = (0, 0, 0)
    for round in 0..<(debounces ? 800 : 250) {
      let rules = (0..<2 + random.below(3)).map { i in
        let (member, output) = (random.below(3), random.below(9))
        let from = quantile(member, output, 0.6 + 0.39 * random.unit())
        var fields: [String: JSON] = [
          "when": .string("m\(member + 1)/p\(output)"), "from": JSON(from),
          "then": .string(random.pick(["annotate", "hold", "hold", "ask", "ask", "ask"])),
        ]
        if random.below(20) == 0 { fields["then"] = "terminate" }
        if debounces {
          let window = 1 + random.below(5)
          fields["debounce"] = .string("\(1 + random.below(window))/\(window)")
          if random.below(2) == 0 { fields["until"] = JSON(from * 0.8) }
        }
        return placed(random.pick(["floor", "house"]), "rule-\(i)", fields)
      }
      let words = round % 3 * 2
      let all = try stream(rules, holdWords: words)
      let alone = try rules.map { ($0.name, try stream([$0], holdWords: words)) }
      let side = random.pick([nil] + Side.allCases)
      all.begin(as: side)
      for (_, one) in alone { one.begin(as: side) }
      var isReleased = false
      func check(_ place: Int) {
        let actions = alone.map { $0.1.verdict.action }
        for (i, (name, one)) in alone.enumerated() {
          #expect(all.emittedByteCount <= one.emittedByteCount, "round \(round) byte \(place) \(name)")
          #expect(all.verdict.action >= actions[i], "round \(round) byte \(place) \(name)")
        }
        #expect(all.verdict.action == actions.max(), "round \(round) byte \(place)")
        #expect(all.decision.action == all.verdict.action, "round \(round) byte \(place)")
        later += isReleased && all.verdict.action.holdsBack ? 1 : 0
      }
      func release() throws {
        let action = all.verdict.action
        guard action == .hold || action == .ask else { return }
        let named = all.decision.rule
        let one = try #require(alone.first { $0.0 == named }).1
        #expect(one.verdict.action == action, "round \(round) \(named)")
        _ = all.resolve(.release)
        _ = one.resolve(.release)
        releases += 1
        isReleased = true
        still += all.verdict.action.holdsBack ? 1 : 0
        #expect(all.decision.rule != named || all.decision.action == .annotate)
      }
      for (place, byte) in TestModel.randomText(&random, length: 50 + random.below(350)).enumerated() {
        _ = all.push([byte])
        for (_, one) in alone { _ = one.push([byte]) }
        check(place)
        if random.below(12) == 0 {
          try release()
          check(place)
        }
        if all.isEnded { break }
      }
      guard !all.isEnded else { continue }
      _ = all.finish()
      for (_, one) in alone { _ = one.finish() }
      check(-1)
      for _ in rules { try release() }
      check(-2)
      if all.verdict.action <= .annotate { #expect(all.emittedByteCount == all.byteCount) }
    }
    #expect(releases > 300 && later > 300 && still > 20, "\(releases) \(later) \(still)")
  }

  @Test(
    "what turns on after another rule was let pass is held and asked about, of one layer and of another",
    arguments: [nil, "2"] as [String?])
  func afterwards(_ debounce: String?) throws {
    var random = SeededRandom(seed: 73)
    var turned = 0
    for round in 0..<60 {
      // The first is on from the first word to the last; the second comes later.
      let first: [String: JSON] = ["when": "m1/p0", "from": 0.000_001, "then": "ask"]
      let (member, output) = (random.below(3), random.below(9))
      var second: [String: JSON] = [
        "when": .string("m\(member + 1)/p\(output)"), "from": JSON(quantile(member, output, 0.9)),
        "then": random.pick(["hold", "ask"]),
      ]
      second["debounce"] = debounce.map(JSON.string)
      let layers = random.pick([("floor", "floor"), ("house", "floor"), ("floor", "house")])
      let text = try stream([placed(layers.0, "first", first), placed(layers.1, "second", second)])
      text.begin(as: nil)
      _ = text.push("a ")
      guard text.decision.rule == "first" else { continue }
      #expect(text.verdict.action == .ask)
      let step = text.resolve(.release)
      guard step.action == .annotate else { continue }
      #expect(text.decision.action == .annotate && text.decision.rule == "first")
      for byte in TestModel.randomText(&random, length: 300) {
        let step = text.push([byte])
        guard step.action.holdsBack else { continue }
        #expect(text.decision.rule == "second" && text.decision.action == step.action, "round \(round)")
        #expect(text.decision.layer == layers.1 && step.held > 0)
        // Answered too, both are let pass.
        #expect(text.resolve(.release).action == .annotate)
        turned += 1
        break
      }
    }
    #expect(turned > 20, "\(turned)")
  }

  @Test(
    "who lets pass that all object lets pass that some do, and no rule; that some object is not that all do")
  func outcomes() throws {
    var random = SeededRandom(seed: 74)
    let always = placed("floor", "always", ["when": "m1/p0", "from": 0.000_001, "then": "hold"])
    var (reached, graver) = (0, 0)
    for _ in 0..<60 {
      let bytes = TestModel.randomText(&random, length: 300)
      let one = try stream(
        [always], objects: ["combine": ["quorum": 2], "objects": "ask", "contested": "hold"])
      one.begin(as: nil)
      _ = one.push(bytes)
      if one.decision.rule == "objects" {
        #expect(one.resolve(.release).action == .hold && one.decision.rule == "always")
        let last = one.resolve(.release)
        #expect(last.action == .annotate && last.held == one.byteCount - one.decidedByteCount)
        reached += 1
      }
      let two = try stream([], objects: ["combine": ["quorum": 2], "objects": "hold", "contested": "ask"])
      two.begin(as: nil)
      for byte in bytes {
        let step = two.push([byte])
        if two.decision.rule == "contested", step.action == .ask { _ = two.resolve(.release) }
        if step.action == .hold {
          #expect(two.decision.rule == "objects")
          graver += 1
          break
        }
      }
    }
    #expect(reached > 5 && graver > 5, "\(reached) \(graver)")
  }
}
