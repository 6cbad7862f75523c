import CAllocationCounter
import Testing
import Witan

/// Debounce and hysteresis of policies over streams: what the documentation says, and that they touch nothing else.
struct PolicyDebounceTests {
  /// What is on in a stream, told from all its words, slowly.
  private final class Words {
    private var history: [String: [(holds: Bool, lasts: Bool)]] = [:]

    func take(_ layer: PolicyLayer, _ name: String, _ debounce: Debounce, _ holds: Bool, _ lasts: Bool)
      -> Bool
    {
      let key = "\(layer.name) \(name)"
      history[key, default: []].append((holds, lasts))
      var isOn = false
      for i in history[key]!.indices {
        let last = history[key]![max(0, i + 1 - debounce.window)...i]
        let isEnough = last.count { $0.holds } >= debounce.needed
        if !isOn {
          isOn = isEnough && last.last!.holds
        } else if !last.last!.lasts && !isEnough {
          isOn = false
        }
      }
      return isOn
    }
  }

  private struct Case {
    let policy: Policy
    let context: PolicyContext
    let json: JSON
    let numbers: [RandomPolicy.Numbers?]
    /// One reading a word: [words][members].
    var words: [[RandomPolicy.Numbers?]] = []

    init(_ seed: Int, words count: Int = 12) throws {
      var random = RandomPolicy(seed: seed)
      random.debounces = true
      json = random.json()
      policy = try Policy(json: json.text())
      context = try random.context(policy)
      numbers = random.numbers().map { member in
        var member = member
        // A monitor demands every output that a rule may name.
        if member?.any == nil { member?.any = 0.25 }
        return member
      }
      var now = numbers
      for _ in 0..<count {
        for i in now.indices {
          // Grades of a stream do not leap at every word.
          for k in RandomPolicy.labels.indices where random.chance(0.5) {
            now[i]?.p[k] = Float(random.random.below(21)) / 20
          }
          if random.chance(0.5) { now[i]?.any = Float(random.random.below(21)) / 20 }
        }
        words.append(now)
      }
    }

    func monitor(_ policy: Policy, _ context: PolicyContext) throws -> PolicyMonitor {
      let sources = zip(RandomPolicy.members, numbers).compactMap { name, n in
        n.map {
          PolicySource(
            provenance: RandomPolicy.provenance(name), labels: $0.labels, anyThreshold: 0.5,
            isComplete: $0.isComplete, abstains: $0.abstains)
        }
      }
      var monitor = try PolicyMonitor(policy, context, sources: sources)
      monitor.begin(as: .response)
      return monitor
    }

    /// The action after each word.
    func actions(_ policy: Policy, _ context: PolicyContext, _ words: [[RandomPolicy.Numbers?]]) throws
      -> [GuardAction]
    {
      var monitor = try monitor(policy, context)
      return words.map { word in
        PolicyDebounceTests.reading(word).withUnsafeBufferPointer { monitor.decide($0) }
      }
    }

    func actions(_ policy: Policy? = nil, _ context: PolicyContext? = nil) throws -> [GuardAction] {
      try actions(policy ?? self.policy, context ?? self.context, words)
    }
  }

  private static func reading(_ word: [RandomPolicy.Numbers?]) -> [Float] {
    word.compactMap { $0 }.flatMap { $0.p + ($0.any.map { [$0] } ?? []) }
  }

  @Test("after each word the decision is what the documentation says, and at the end that on the whole text")
  func oracle() throws {
    var (later, longer) = (0, 0)
    for seed in 0..<1500 {
      let c = try Case(seed)
      var monitor = try c.monitor(c.policy, c.context)
      let words = Words()
      for word in c.words {
        let opinions = RandomPolicy.opinions(word)
        let oracle = PolicyOracle(
          policy: c.policy, context: c.context, opinions: opinions, debounced: words.take)
        let expected = oracle.action
        var end = monitor
        let action = Self.reading(word).withUnsafeBufferPointer { monitor.decide($0) }
        #expect(action == expected, "seed \(seed)")
        let decision = monitor.decision
        #expect(decision.action == action && (decision.layer == "default") == (action == .emit))
        if decision.rule != "default" { #expect(!decision.members.isEmpty, "seed \(seed) \(decision)") }
        let whole = c.policy.decide(opinions, c.context)
        #expect(Self.reading(word).withUnsafeBufferPointer { end.decide($0, isEnd: true) } == whole.action)
        #expect(end.decision == whole, "seed \(seed)")
        later += action < whole.action ? 1 : 0
        longer += action > whole.action ? 1 : 0
      }
    }
    #expect(later > 500 && longer > 200, "\(later) \(longer)")
  }

  /// The policy with the debounces and `until` of `layers` removed or, by `random`, put anew.
  private func redebounced(_ json: JSON, _ random: inout RandomPolicy) throws -> Policy {
    var fields = try #require(json.object)
    fields["layers"] = .array(
      try #require(fields["layers"]?.array).map { layer in
        var layer = layer.object ?? [:]
        if layer["debounce"] != nil { layer["debounce"] = random.debounce() }
        layer["rules"] = .array(
          (layer["rules"]?.array ?? []).map { rule in
            var rule = rule.object ?? [:]
            rule["until"] = nil
            rule["debounce"] = random.debounce()
            return .object(rule)
          })
        return .object(layer)
      })
    return try Policy(json: JSON.object(fields).text())
  }

  @Test("no debounce of a community or a user relaxes the floor, at any word")
  func floor() throws {
    var acted = 0
    for seed in 0..<1000 {
      let c = try Case(seed)
      var fields = try #require(c.json.object)
      (fields["layers"], fields["roles"], fields["user"]) = (nil, nil, nil)
      let floor = try c.actions(Policy(json: JSON.object(fields).text()), PolicyContext())
      var random = RandomPolicy(seed: seed + 10_000)
      for policy in [c.policy, try redebounced(c.json, &random), try redebounced(c.json, &random)] {
        for (mine, least) in zip(try c.actions(policy), floor) { #expect(mine >= least, "seed \(seed)") }
      }
      acted += floor.count { $0 > .emit }
    }
    #expect(acted > 1000)
  }

  @Test("a layer's debounce touches no other layer: without the layer nothing is more severe")
  func layers() throws {
    for seed in 0..<600 {
      let c = try Case(seed)
      let all = try c.actions()
      // Each layer by itself, and the user's; together they are the policy.
      var fields = try #require(c.json.object)
      let layers = try #require(fields["layers"]?.array)
      let floor = fields["floor"]
      var most = [GuardAction](repeating: .emit, count: c.words.count)
      var user = c.context.user
      user?.layer = nil
      func take(_ part: [GuardAction]) { most = zip(most, part).map { max($0, $1) } }
      fields["user"] = c.json["user"]
      for (i, _) in layers.enumerated() {
        // A floor that wants nothing.
        fields["floor"] = ["missing": "emit", "rules": [["when": "m1/bad", "from": 1, "then": "emit"]]]
        let kept = layers.enumerated().map { j, layer -> JSON in
          guard i != j, let name = layer["name"] else { return layer }
          return ["name": name, "missing": "emit", "rules": [["when": "m1/bad", "then": "emit"]]]
        }
        fields["layers"] = .array(kept)
        take(
          try c.actions(
            Policy(json: JSON.object(fields).text()), PolicyContext(role: c.context.role, user: user)))
      }
      fields["layers"] = .array(
        layers.map {
          ["name": $0["name"] ?? "", "missing": "emit", "rules": [["when": "m1/bad", "then": "emit"]]]
        })
      fields["floor"] = floor
      take(try c.actions(Policy(json: JSON.object(fields).text())))
      #expect(all == most, "seed \(seed)")
    }
  }

  @Test("a user debounces their own rules alone")
  func users() throws {
    let json = try PolicyParsingTests.changed(
      PolicyParsingTests.minimal, ["user"], ["may_relax": ["house": "emit"]])
    let policy = try Policy(json: json.text())
    let own = try policy.userLayer(
      json:
        #"{"objects": "hold", "debounce": 3, "rules": [{"when": "two/x", "then": "hold", "debounce": "2/4"}]}"#
    )
    #expect(own.layer?.debounce == .consecutive(3) && own.layer?.rules[0].debounce == .of(2, 4))
    for (settings, place) in [
      (#"{"relax": {"house": {"debounce": 3}}}"#, "relax.house"), (#"{"debounce": 3}"#, "debounce"),
      (#"{"debounce": {"floor": 3}, "objects": "hold"}"#, "debounce"),
    ] {
      let error = #expect(throws: WitanError.self) { try policy.userLayer(json: settings) }
      #expect(error?.place == place || (place == "debounce" && error?.place == "policy"), "\(settings)")
    }
  }

  @Test("more of a prohibition at any word never makes an action milder at any word")
  func monotone() throws {
    var changed = 0
    for seed in 0..<1500 {
      let c = try Case(seed)
      var random = RandomPolicy(seed: seed + 20_000)
      let worse = c.words.map { word in
        word.map { member in
          var member = member
          for k in 0..<3 where random.chance(0.3) { member?.p[k] = 1 }
          if random.chance(0.3), member?.any != nil { member?.any = 1 }
          return member
        }
      }
      let (before, after) = (try c.actions(), try c.actions(c.policy, c.context, worse))
      for (old, new) in zip(before, after) { #expect(new >= old, "seed \(seed)") }
      changed += before == after ? 0 : 1
    }
    #expect(changed > 300)
  }

  @Test("faults name their place")
  func faults() throws {
    let rule = ["layers", "0", "rules", "0"]
    for (path, value, place, message) in [
      (rule + ["debounce"], "4/2", "layers[1].rules[1].debounce", "1 <= K <= M <= 64"),
      (rule + ["debounce"], 0, "layers[1].rules[1].debounce", "1 <= K"),
      (rule + ["debounce"], 65, "layers[1].rules[1].debounce", "1 <= K"),
      (rule + ["debounce"], "two", "layers[1].rules[1].debounce", "number of words"),
      (rule + ["debounce"], "+2/+4", "layers[1].rules[1].debounce", "number of words"),
      (rule + ["until"], 0, "layers[1].rules[1].until", "above 0"),
      (
        ["layers", "0"], ["name": "house", "debounce": 2, "rules": [["when": "one/bad", "then": "ask"]]],
        "layers[1].debounce", "a rule has its own"
      ),
      (
        rule, ["when": "one/bad", "from": 0.5, "until": 0.6, "then": "ask"], "layers[1].rules[1].until",
        "above 'from'"
      ),
    ] as [([String], JSON, String, String)] {
      let json = try PolicyParsingTests.changed(PolicyParsingTests.minimal, path, value)
      let error = #expect(throws: WitanError.self) { try Policy(json: json.text()) }
      #expect(
        error?.place == place && error?.message.contains(message) == true, "\(String(describing: error))")
    }
    // Above the model's own threshold, which only a model tells.
    let json = try PolicyParsingTests.changed(PolicyParsingTests.minimal, rule + ["until"], 0.6)
    let policy = try Policy(json: json.text())
    let source = PolicySource(
      provenance: RandomPolicy.provenance("one"), labels: RandomPolicy.labels, anyThreshold: 0.5)
    let error = #expect(throws: WitanError.self) { try PolicyMonitor(policy, sources: [source]) }
    #expect(error?.place == "one/bad" && error?.message.contains("'until' (0.6)") == true)
  }

  @Test("deciding allocates nothing")
  func allocations() throws {
    for seed in 0..<40 {
      let c = try Case(seed)
      let readings = c.words.map(Self.reading)
      var monitor = try c.monitor(c.policy, c.context)
      for reading in readings { _ = reading.withUnsafeBufferPointer { monitor.decide($0) } }
      monitor.begin(as: .response)
      witan_allocations_start()
      for reading in readings { _ = reading.withUnsafeBufferPointer { monitor.decide($0) } }
      monitor.begin(as: .response)
      let count = witan_allocations_stop()
      #expect(count <= 0, "seed \(seed): \(count)")
    }
  }
}
