import Testing
import Witan

/// The precedence lattice, over thousands of random policies, contexts and opinions.
struct PolicyLatticeTests {
  private static let cases = 2000

  private struct Case {
    let seed: Int
    var random: RandomPolicy
    let json: JSON
    let policy: Policy
    let context: PolicyContext
    let numbers: [RandomPolicy.Numbers?]
    var opinions: [Opinion] { RandomPolicy.opinions(numbers) }
    var action: GuardAction { policy.decide(opinions, context).action }

    init(seed: Int, missing: Double = 0.1) throws {
      self.seed = seed
      random = RandomPolicy(seed: seed)
      json = random.json()
      policy = try Policy(json: json.text())
      context = try random.context(policy)
      numbers = random.numbers(missing: missing)
    }
  }

  private func floorAlone(_ json: JSON) throws -> Policy {
    var fields = try #require(json.object)
    (fields["layers"], fields["roles"], fields["user"]) = (nil, nil, nil)
    return try Policy(json: JSON.object(fields).text())
  }

  @Test("the decision is what the documentation says")
  func oracle() throws {
    var seen: [GuardAction: Int] = [:]
    for seed in 0..<Self.cases {
      let c = try Case(seed: seed)
      let expected = PolicyOracle(policy: c.policy, context: c.context, opinions: c.opinions).action
      #expect(c.action == expected, "seed \(seed)")
      seen[expected, default: 0] += 1
    }
    for action in GuardAction.allCases { #expect(seen[action, default: 0] > 20, "\(action): too few cases") }
  }

  @Test("the floor is never relaxed: not by user, role, community, exemption or choice")
  func floor() throws {
    for seed in 0..<Self.cases {
      let c = try Case(seed: seed)
      let floor = try floorAlone(c.json).decide(c.opinions).action
      #expect(c.action >= floor, "seed \(seed)")
      // What permits and encourages never touches the floor.
      var permitted = c.numbers
      for i in permitted.indices {
        permitted[i]?.p[3] = 1
        permitted[i]?.p[4] = 1
      }
      #expect(
        try floorAlone(c.json).decide(RandomPolicy.opinions(permitted)).action == floor, "seed \(seed)")
      // A user who relaxes all as far as they like.
      var context = c.context
      context.user = UserLayer(
        relax: ["a": .emit, "b": .emit, "c": .emit, "floor": .emit],
        choose: ["a": "m1", "b": "m1", "c": "m1"])
      #expect(c.policy.decide(c.opinions, context).action >= floor, "seed \(seed)")
    }
  }

  @Test("a user relaxes only the layers that the policy names, and only so far")
  func relaxing() throws {
    var relaxed = 0
    for seed in 0..<Self.cases {
      let c = try Case(seed: seed)
      var context = PolicyContext(role: c.context.role)
      let before = c.policy.decide(c.opinions, context)
      context.user = UserLayer(relax: ["a": .emit, "b": .emit, "c": .emit, "floor": .emit])
      let after = c.policy.decide(c.opinions, context)
      #expect(after.action <= before.action)
      relaxed += after.action < before.action ? 1 : 0
      if c.policy.userMayRelax.isEmpty || before.layer == "floor" || before.layer == "c" {
        #expect(after.action == before.action, "seed \(seed)")
      }
      if before.rule == "missing" { #expect(after.action == before.action, "seed \(seed)") }
      if let mildest = c.policy.userMayRelax[before.layer] {
        #expect(after.action >= min(before.action, mildest), "seed \(seed)")
      }
    }
    #expect(relaxed > 20)
  }

  @Test("a further rule never makes an action milder, wherever it stands")
  func adding() throws {
    var changed = 0
    for seed in 0..<Self.cases {
      var c = try Case(seed: seed)
      var fields = try #require(c.json.object)
      let rule: JSON = .object([
        "name": "further", "then": c.random.action(), "from": c.random.threshold(),
        "when": .string(
          "\(c.random.random.pick(RandomPolicy.members))/\(c.random.random.pick(["bad", "poor"]))"),
      ])
      func adding(to layer: JSON) throws -> JSON {
        var layer = try #require(layer.object)
        let member = try #require(layer["members"]?.array?.first?.string)
        var own = try #require(rule.object)
        own["when"] = .string(member + "/bad")
        layer["rules"] = .array((layer["rules"]?.array ?? []) + [.object(own)])
        return .object(layer)
      }
      switch seed % 3 {
      case 0: fields["floor"] = try adding(to: #require(fields["floor"]))
      case 1:
        var layers = try #require(fields["layers"]?.array)
        layers[seed / 3 % 3] = try adding(to: layers[seed / 3 % 3])
        fields["layers"] = .array(layers)
      default:
        // A layer more; roles that pick layers do not have it.
        fields["layers"] = .array(
          try #require(fields["layers"]?.array) + [["name": "d", "missing": "emit", "rules": [rule]]])
      }
      let stricter = try Policy(json: JSON.object(fields).text()).decide(c.opinions, c.context).action
      #expect(stricter >= c.action, "seed \(seed)")
      changed += stricter > c.action ? 1 : 0
      // The user's own rules too.
      var context = c.context
      context.user?.layer = nil
      #expect(c.policy.decide(c.opinions, context).action <= c.action, "seed \(seed)")
    }
    #expect(changed > 20)
  }

  @Test("what tightens never makes an action milder")
  func tightening() throws {
    for seed in 0..<Self.cases {
      var c = try Case(seed: seed)
      var context = c.context
      var user = context.user ?? UserLayer()
      for name in ["a", "b", "c", "floor"] {
        user.tighten[name] = max(user.tighten[name] ?? .emit, c.random.random.pick(GuardAction.allCases))
      }
      context.user = user
      #expect(c.policy.decide(c.opinions, context).action >= c.action, "seed \(seed)")
    }
  }

  @Test("more of a prohibition or of what is discouraged never makes an action milder")
  func monotone() throws {
    var changed = 0
    for seed in 0..<2 * Self.cases {
      var c = try Case(seed: seed)
      var worse = c.numbers
      for i in worse.indices {
        guard var one = worse[i] else { continue }
        for k in 0..<3 where c.random.chance(0.4) {
          one.p[k] += (1 - one.p[k]) * Float(c.random.random.unit())
        }
        if let any = one.any, c.random.chance(0.5) {
          one.any = any + (1 - any) * Float(c.random.random.unit())
        }
        worse[i] = one
      }
      let action = c.policy.decide(RandomPolicy.opinions(worse), c.context).action
      #expect(action >= c.action, "seed \(seed)")
      changed += action > c.action ? 1 : 0
    }
    #expect(changed > 100)
  }

  @Test("opinions may come in any order, and so may a layer's members unless it goes by priority")
  func order() throws {
    for seed in 0..<Self.cases {
      var c = try Case(seed: seed)
      var opinions = c.opinions
      c.random.random.shuffle(&opinions)
      #expect(c.policy.decide(opinions, c.context) == c.policy.decide(c.opinions, c.context), "seed \(seed)")

      var fields = try #require(c.json.object)
      func reversed(_ layer: JSON) throws -> JSON {
        var layer = try #require(layer.object)
        guard layer["combine"] != "priority" else { return .object(layer) }
        layer["members"] = .array(try #require(layer["members"]?.array).reversed())
        return .object(layer)
      }
      fields["members"] = .array(try #require(fields["members"]?.array).reversed())
      fields["floor"] = try reversed(#require(fields["floor"]))
      fields["layers"] = .array(try #require(fields["layers"]?.array).reversed().map(reversed))
      let policy = try Policy(json: JSON.object(fields).text())
      #expect(policy.decide(c.opinions, c.context).action == c.action, "seed \(seed)")
    }
  }

  @Test("of missing members follows what the layer says; nobody relaxes it")
  func missing() throws {
    for seed in 0..<Self.cases {
      let c = try Case(seed: seed)
      let none = c.policy.decide([], c.context)
      let role = c.policy.roles.first { $0.name == c.context.role }
      let layers = [c.policy.floor] + c.policy.layers.filter { role?.layers?.contains($0.name) ?? true }
      let failed = layers.map(\.missing).max()!
      #expect(none.action >= failed, "seed \(seed)")
      if c.context.user == nil, role?.tighten.isEmpty ?? true {
        #expect(none.action == failed, "seed \(seed)")
        if failed > .emit { #expect(none.rule == "missing" && !none.members.isEmpty, "seed \(seed)") }
      }
    }
  }

  @Test("a silent member neither objects nor accepts nor is missing: it is as if it were no member")
  func silent() throws {
    var (changed, acted) = (0, 0)
    for seed in 0..<Self.cases {
      var c = try Case(seed: seed, missing: 0)
      var numbers = c.numbers
      for i in numbers.indices { numbers[i]?.isSilent = c.random.chance(0.4) }
      let opinions = RandomPolicy.opinions(numbers)
      // Where nothing follows of missing members, one that is missing is as if it were none.
      var fields = try #require(c.json.object)
      func lenient(_ layer: JSON?) throws -> JSON {
        var layer = try #require(layer?.object)
        layer["missing"] = "emit"
        return .object(layer)
      }
      fields["missing"] = "emit"
      fields["floor"] = try lenient(fields["floor"])
      fields["layers"] = .array(try #require(fields["layers"]?.array).map(lenient))
      let policy = try Policy(json: JSON.object(fields).text())
      var context = c.context
      context.user?.layer = nil
      let heard = opinions.filter { $0.standing != .silent }
      #expect(policy.decide(opinions, context) == policy.decide(heard, context), "seed \(seed)")
      // And nothing follows of its silence where much follows of its absence.
      let strict = c.policy.decide(opinions, context)
      #expect(strict == policy.decide(heard, context), "seed \(seed)")
      #expect(strict.members.allSatisfy { name in heard.contains { $0.provenance.member == name } })
      changed += strict.action != c.policy.decide(heard, context).action ? 1 : 0
      acted += strict.action > .emit ? 1 : 0
    }
    #expect(changed > 100 && acted > 100)
  }

  @Test(
    "who is silent is not counted: quorum, share, unanimity, priority and weights are of those who are heard")
  func combinations() throws {
    func decision(_ combine: JSON, _ p: [Float?]) throws -> PolicyDecision {
      let policy: JSON = [
        "witan_policy": 1, "id": "tiny", "title": "Tiny", "version": "1", "missing": "terminate",
        "owner": ["who": "w", "adopted": "a", "contact": "c"],
        "members": .array(RandomPolicy.members.map { ["name": .string($0)] }),
        "floor": ["combine": combine, "objects": "hold"],
      ]
      let numbers = p.map { p in
        RandomPolicy.Numbers(p: [p ?? 0.9, 0, 0, 0, 0], any: nil, isSilent: p == nil)
      }
      return try Policy(json: policy.text()).decide(RandomPolicy.opinions(numbers))
    }
    let equal: JSON = ["weights": ["m1": 1, "m2": 1, "m3": 1, "m4": 1], "from": 0.6]
    for (combine, p, action) in [
      (["quorum": 3], [0.9, 0.9, nil, nil], .hold), (["quorum": 2], [0.9, 0.1, nil, nil], .emit),
      (["share": 0.5], [0.9, 0.1, nil, nil], .hold), (["share": 0.5], [0.9, 0.1, 0.1, nil], .emit),
      ("unanimity", [0.9, 0.9, nil, nil], .hold), ("unanimity", [0.9, 0.1, nil, nil], .emit),
      ("priority", [nil, 0.9, 0.1, 0.1], .hold), ("priority", [nil, 0.1, 0.9, 0.9], .emit),
      (equal, [0.7, nil, nil, 0.6], .hold), (equal, [0.7, nil, nil, 0.3], .emit),
      ("any", [nil, nil, nil, nil], .emit),
    ] as [(JSON, [Float?], GuardAction)] {
      #expect(try decision(combine, p).action == action, "\(combine.text()) \(p)")
    }
  }

  @Test("equal policies and opinions give equal decisions, and the decision names what holds")
  func naming() throws {
    for seed in 0..<Self.cases {
      let c = try Case(seed: seed)
      let decision = c.policy.decide(c.opinions, c.context)
      let again = try Policy(json: c.json.text(indent: true))
      #expect(again == c.policy && again.decide(c.opinions, c.context) == decision, "seed \(seed)")
      let standing = { (name: String) in c.opinions.first { $0.provenance.member == name }?.standing }
      #expect(decision.policy == PolicyIdentity(id: "random", version: "1"))
      #expect(decision.members.allSatisfy { standing($0) != .silent })
      #expect((decision.layer == "default") == (decision.action == .emit), "seed \(seed)")
      let layers = [c.policy.floor] + c.policy.layers + [c.context.user?.layer].compactMap { $0 }
      if let outcome = PolicyOutcome(rawValue: decision.rule) {
        // What is named has an action in the file.
        let own = try #require(layers.first { $0.name == decision.layer })
        #expect(own.action(outcome) > .emit, "seed \(seed) \(decision)")
        if decision.adjustedBy == nil { #expect(own.action(outcome) == decision.action, "seed \(seed)") }
      }
      switch decision.rule {
      case "default": #expect(decision.members.isEmpty)
      case "objects":
        let isMean = layers.first { $0.name == decision.layer }?.combination.word == "weights"
        #expect(decision.members.allSatisfy { isMean || standing($0) == .objects }, "seed \(seed)")
      case "contested":
        #expect(decision.members.allSatisfy { standing($0) == .objects }, "seed \(seed)")
      case "undecided":
        // Enough object, perhaps with those who cannot tell: they are named where there are any.
        let standings = Set(decision.members.map(standing))
        let isMean = layers.first { $0.name == decision.layer }?.combination.word == "weights"
        #expect(standings == [.undecided] || standings == [.objects] || isMean, "seed \(seed) \(decision)")
      case "missing":
        for name in decision.members {
          #expect(c.opinions.first { $0.provenance.member == name }?.isComplete != true, "seed \(seed)")
        }
      default: #expect(decision.rule.hasPrefix("rule-") && !decision.principles.isEmpty, "seed \(seed)")
      }
      if decision.rule != "default" { #expect(!decision.members.isEmpty, "seed \(seed) \(decision)") }
    }
  }
}
