/// Reads floors, layers and users' settings, in the light of the members that a policy names.
struct PolicyLayerParser {
  let members: [String]
  /// What follows where a member is missing and the layer does not say.
  let missing: GuardAction

  func layer(_ reader: PolicyReader, as name: String, keys: [String]) throws(PolicyFault) -> PolicyLayer {
    try reader.allowKeys(keys)
    let own = try reader.child("members")?.names(of: "member", in: members) ?? members
    let combination = try combination(reader.child("combine"), own, isFloor: name == PolicyLayer.floorName)
    var rules: [PolicyRule] = []
    for item in try reader.child("rules")?.items() ?? [] {
      let rule = try rule(
        item, own, keys: Policy.keys[name == PolicyLayer.floorName ? "floor.rule" : "rule"]!)
      guard !rules.contains(where: { $0.name == rule.name }) else {
        throw item.fault(
          "is called '\(rule.name)' as another rule of this layer; give it a 'name' of its own")
      }
      rules.append(rule)
    }
    func action(_ key: String, _ other: GuardAction = .emit) throws(PolicyFault) -> GuardAction {
      try reader.child(key)?.action() ?? other
    }
    if let contested = reader.child("contested"), own.count < 2 {
      throw contested.fault("has no meaning in a layer of one member")
    }
    let layer = PolicyLayer(
      name: name, who: try reader.optionalText("who") ?? "", members: own, combination: combination,
      objects: try action("objects"), contested: try action("contested"), undecided: try action("undecided"),
      missing: try action("missing", missing), debounce: try reader.debounce(), rules: rules,
      exemptions: try signals(reader, "unless", "unless_from", members))
    if let debounce = reader.child("debounce"), max(layer.objects, layer.contested, layer.undecided) == .emit
    {
      throw debounce.fault(
        "is of 'objects', 'contested' and 'undecided', of which nothing follows here; a rule has its own")
    }
    guard reader.child("objects") != nil || reader.child("contested") != nil || !rules.isEmpty else {
      throw reader.fault(
        "does nothing; say what follows when its members object ('objects'), or write 'rules'")
    }
    return layer
  }

  private func rule(
    _ reader: PolicyReader, _ own: [String], keys: [String]
  ) throws(PolicyFault) -> PolicyRule {
    try reader.allowKeys(keys)
    _ = try reader.need("when")
    let signals = try signals(reader, "when", "from", own)
    let name = try reader.optionalText("name") ?? signals.map(\.name).joined(separator: ", ")
    guard PolicyOutcome(rawValue: name) == nil, name != "default" else {
      throw try reader.need("name").fault("is '\(name)', which is the name of an outcome")
    }
    return PolicyRule(
      name: name, signals: signals, action: try reader.need("then").action(),
      exemptions: try self.signals(reader, "unless", "unless_from", members), debounce: try reader.debounce())
  }

  /// `member/principle`, one or a list, with the threshold that stands beside them.
  private func signals(
    _ reader: PolicyReader, _ key: String, _ thresholdKey: String, _ known: [String]
  ) throws(PolicyFault) -> [PolicySignal] {
    let from = try reader.child(thresholdKey)?.threshold()
    let until = key == "when" ? try reader.child("until")?.threshold() : nil
    if let until, let from, until > from {
      throw try reader.need("until").fault(
        "is above 'from' (\(JSON(from).text())), so it would never be reached")
    }
    guard let list = reader.child(key) else {
      if from != nil {
        throw try reader.need(thresholdKey).fault("is a threshold of '\(key)', which is missing")
      }
      return []
    }
    var out: [PolicySignal] = []
    for item in try list.itemsOrOne() {
      let text = try item.text()
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw item.fault("is '\(text)'; it should be member/principle")
      }
      let member = String(parts[0])
      guard known.contains(member) else {
        let near = Spelling.nearest(to: member, in: known).map { "; did you mean '\($0)'?" } ?? "."
        let whose = members.contains(member) ? "no member of this layer" : "no member"
        throw item.fault(
          "names '\(member)', which is \(whose)\(near) (there are \(known.joined(separator: ", ")))")
      }
      guard key == "when" || parts[1] != GuardOptions.any else {
        throw item.fault("is an objection; only principles that permit or encourage can exempt")
      }
      let signal = PolicySignal(member: member, principle: String(parts[1]), from: from, until: until)
      guard !out.contains(signal) else { throw item.fault("is '\(text)', which stands twice") }
      out.append(signal)
    }
    return out
  }

  private func combination(
    _ reader: PolicyReader?, _ own: [String], isFloor: Bool
  ) throws(PolicyFault) -> PolicyCombination {
    guard let reader else { return .any }
    if reader.json.string != nil {
      let words = ["any", "unanimity", "priority", "choice", "quorum", "share", "weights"]
      switch try reader.name(of: "combination", in: words) {
      case "any": return .any
      case "unanimity": return .unanimity
      case "priority": return .priority
      case "choice":
        if isFloor { throw reader.fault("is 'choice', but nobody chooses who speaks for the floor") }
        return .choice
      case let word: throw reader.fault("needs a value: {\(word): ...}; docs/policy.md explains it")
      }
    }
    try reader.allowKeys(Policy.keys["combine"]!)
    let kinds = ["quorum", "share", "weights"].filter { reader.child($0) != nil }
    guard kinds.count == 1 else {
      throw reader.fault("should be any, unanimity, priority, choice, or one of {quorum, share, weights}")
    }
    if kinds[0] != "weights", let from = reader.child("from") { throw from.fault("goes with 'weights' only") }
    switch kinds[0] {
    case "quorum": return .quorum(try reader.need("quorum").count(in: 1...own.count))
    case "share": return .share(try reader.need("share").threshold())
    default:
      let table = try reader.need("weights")
      try table.allowKeys(own)
      var weights: [String: Float] = [:]
      for name in own {
        let weight = try table.need(name)
        guard let number = weight.json.number, number > 0, number <= 1000 else {
          throw weight.fault("should be a number above 0 and at most 1000")
        }
        weights[name] = Float(number)
      }
      return .weights(weights, from: try reader.need("from").threshold())
    }
  }
}
