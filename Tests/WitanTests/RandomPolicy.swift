import Testing
import Witan

/// Random policies, contexts and opinions for properties that hold of all.
struct RandomPolicy {
  static let members = ["m1", "m2", "m3", "m4"]
  static let actions = GuardAction.allCases.map(\.rawValue)
  static let labels = [
    Label(id: "bad", stance: .prohibit, threshold: 0.5),
    Label(id: "worse", stance: .prohibit, threshold: 0.3),
    Label(id: "poor", stance: .discourage, threshold: 0.6),
    Label(id: "fine", stance: .permit, threshold: 0.5),
    Label(id: "good", stance: .encourage, threshold: 0.4),
  ]

  /// The same principles, about prompts alone.
  static let promptLabels = labels.map {
    Label(id: $0.id, stance: $0.stance, side: .prompt, threshold: $0.threshold)
  }

  /// The probabilities of one member's outputs.
  struct Numbers: Equatable {
    var p: [Float]
    /// nil: the member has no output of this kind.
    var any: Float?
    var abstains: Range<Float>?
    var isComplete = true
    /// Whether all its principles are about prompts; the texts of these cases are answers.
    var isSilent = false

    var labels: [Label] { isSilent ? RandomPolicy.promptLabels : RandomPolicy.labels }
  }

  var random: SeededRandom
  /// Whether layers and rules have a debounce now and then.
  var debounces = false

  init(seed: Int) { random = SeededRandom(seed: UInt64(seed), purpose: "policy") }

  mutating func chance(_ share: Double) -> Bool { random.unit() < share }

  mutating func action() -> JSON { chance(0.3) ? "emit" : .string(random.pick(Self.actions)) }

  mutating func threshold() -> JSON { JSON(Double(1 + random.below(20)) / 20) }

  mutating func some(_ items: [String]) -> [String] {
    var items = items
    random.shuffle(&items)
    return Array(items.prefix(1 + random.below(items.count)))
  }

  mutating func principles(_ members: [String], _ ids: [String]) -> JSON {
    var out: [String] = []
    for _ in 0...random.below(2) {
      let name = random.pick(members) + "/" + random.pick(ids)
      if !out.contains(name) { out.append(name) }
    }
    return JSON(out)
  }

  mutating func debounce() -> JSON {
    let window = 1 + random.below(4)
    return chance(0.5) ? JSON(window) : .string("\(1 + random.below(window))/\(window)")
  }

  /// What a layer says; `exempts` where it may be silenced.
  mutating func layer(exempts: Bool, mayChoose: Bool) -> [String: JSON] {
    let own = some(Self.members)
    var layer: [String: JSON] = ["members": JSON(own), "objects": action()]
    var kinds: [JSON] = [
      "any", "unanimity", "priority", ["quorum": JSON(1 + random.below(own.count))], ["share": threshold()],
    ]
    if mayChoose { kinds.append("choice") }
    var weights: [String: JSON] = [:]
    for name in own { weights[name] = JSON(1 + random.below(3)) }
    kinds.append(["weights": .object(weights), "from": threshold()])
    layer["combine"] = random.pick(kinds)
    if chance(0.5), own.count > 1 { layer["contested"] = action() }
    if chance(0.5) { layer["undecided"] = action() }
    if chance(0.5) { layer["missing"] = action() }
    // Any stance may exempt here: the program has to see to it that prohibitions do not.
    let ids = Self.labels.map(\.id)
    if exempts, chance(0.3) {
      layer["unless"] = principles(Self.members, ids)
      if chance(0.5) { layer["unless_from"] = threshold() }
    }
    var rules: [JSON] = []
    for i in 0..<random.below(4) {
      var rule: [String: JSON] = [
        "name": .string("rule-\(i)"), "then": action(),
        "when": principles(own, ["bad", "worse", "poor", "any"]),
      ]
      if chance(0.5) { rule["from"] = threshold() }
      if exempts, chance(0.3) { rule["unless"] = principles(Self.members, ids) }
      if debounces, chance(0.6) { rule["debounce"] = debounce() }
      // 0.2 is at most every model's own threshold.
      if debounces, chance(0.4), rule["from"]?.number ?? 1 >= 0.2 { rule["until"] = 0.2 }
      rules.append(.object(rule))
    }
    layer["rules"] = .array(rules)
    if debounces, chance(0.6),
      ["objects", "contested", "undecided"].contains(where: { layer[$0] ?? "emit" != "emit" })
    {
      layer["debounce"] = debounce()
    }
    return layer
  }

  /// A policy with layers `a`, `b`, `c` and roles `r`, `s`.
  mutating func json() -> JSON {
    var policy: [String: JSON] = [
      "witan_policy": 1, "id": "random", "title": "Random", "version": "1", "missing": action(),
      "owner": ["who": "w", "adopted": "a", "contact": "c"],
      "members": .array(Self.members.map { ["name": .string($0)] }),
      "floor": .object(layer(exempts: false, mayChoose: false)),
    ]
    var layers: [JSON] = []
    for name in ["a", "b", "c"] {
      layers.append(.object(layer(exempts: true, mayChoose: true).merging(["name": .string(name)]) { $1 }))
    }
    policy["layers"] = .array(layers)
    var roles: [JSON] = []
    for name in ["r", "s"] {
      var role: [String: JSON] = ["name": .string(name)]
      if chance(0.5) { role["layers"] = JSON(some(["a", "b", "c"])) }
      if chance(0.5) { role["relax"] = [random.pick(["a", "b", "c"]): action()] }
      if chance(0.5) { role["tighten"] = [random.pick(["a", "b", "c", "floor"]): action()] }
      roles.append(.object(role))
    }
    policy["roles"] = .array(roles)
    if chance(0.7) { policy["user"] = ["may_relax": ["a": action(), "b": action()]] }
    return .object(policy)
  }

  mutating func policy() throws -> Policy { try Policy(json: json().text()) }

  mutating func context(_ policy: Policy) throws -> PolicyContext {
    var user = UserLayer()
    if chance(0.5) {
      let json = layer(exempts: true, mayChoose: false).filter {
        $0.key != "unless" && $0.key != "unless_from"
      }
      user = try policy.userLayer(json: JSON.object(json).text())
    }
    for name in ["a", "b", "c"] {
      if chance(0.4) { user.relax[name] = random.pick(GuardAction.allCases) }
      if chance(0.2) { user.tighten[name] = random.pick(GuardAction.allCases) }
      if chance(0.4) { user.choose[name] = random.pick(Self.members) }
    }
    return PolicyContext(role: chance(0.6) ? random.pick(["r", "s"]) : nil, user: chance(0.7) ? user : nil)
  }

  /// Numbers for each member, nil for one that is missing.
  mutating func numbers(missing: Double = 0.1, silent: Double = 0.1) -> [Numbers?] {
    Self.members.map { _ in
      if chance(missing) { return nil }
      var out = Numbers(p: Self.labels.map { _ in Float(random.below(21)) / 20 })
      if chance(0.7) { out.any = Float(random.below(21)) / 20 }
      if out.any != nil, chance(0.4) { out.abstains = 0.35..<0.5 }
      out.isComplete = !chance(missing)
      out.isSilent = chance(silent)
      return out
    }
  }

  static func provenance(_ name: String) -> Provenance { Provenance(member: name, constitution: name) }

  static func opinions(_ numbers: [Numbers?]) -> [Opinion] {
    zip(members, numbers).compactMap { name, numbers in
      guard let numbers else { return nil }
      let scores = Scores(
        labels: numbers.labels, probabilities: numbers.p, any: numbers.any, features: 1, replacements: 0,
        isTruncated: false)
      func opinion(_ finding: Finding?) -> Opinion {
        Opinion(
          provenance: provenance(name), scores: scores, anyThreshold: numbers.any == nil ? nil : 0.5,
          side: .response,
          origin: .synthetic, isComplete: numbers.isComplete, finding: finding)
      }
      let plain = opinion(nil)
      return numbers.abstains.map { $0.contains(plain.objection) } ?? false ? opinion(.cannotTell) : plain
    }
  }
}
