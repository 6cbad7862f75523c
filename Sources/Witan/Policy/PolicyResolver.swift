/// Puts numbers for the names of a policy, and what role and user set.
struct PolicyResolver {
  private(set) var layers: [ResolvedLayer] = []
  /// The same as the policy has them, for their names.
  private(set) var named: [PolicyLayer] = []
  let lists = PolicyLists()
  private(set) var signals: [ResolvedSignal] = []
  /// What is debounced, as the guard's rules over the levels of `PolicyDebounce`.
  private(set) var debounces: [ResolvedRule] = []
  /// What can want an action, layer after layer in the order of `ResolvedLayer.writeCauses`.
  private(set) var causes: [ResolvedCause] = []
  private let indices: [String: Int]

  init(_ policy: Policy, _ context: PolicyContext) {
    indices = Dictionary(
      policy.members.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
    let role = context.role.flatMap { policy.role($0) }
    let user = context.user
    func tightened(_ name: String) -> ResolvedLayer.Limit? {
      let byRole = role?.tighten[name].map { ResolvedLayer.Limit(action: $0, by: .role) }
      let byUser = user?.tighten[name].map { ResolvedLayer.Limit(action: $0, by: .user) }
      return [byRole, byUser].compactMap { $0 }.max { $0.action < $1.action }
    }
    func relaxed(_ name: String) -> ResolvedLayer.Limit? {
      let byRole = role?.relax[name].map { ResolvedLayer.Limit(action: $0, by: .role) }
      var byUser: ResolvedLayer.Limit?
      // The user goes as far as the policy lets them.
      if let mildest = policy.userMayRelax[name], let wanted = user?.relax[name] {
        byUser = ResolvedLayer.Limit(action: max(mildest, wanted), by: .user)
      }
      return [byRole, byUser].compactMap { $0 }.min { $0.action < $1.action }
    }
    add(policy.floor, tightened: tightened(PolicyLayer.floorName))
    for layer in policy.layers where role?.layers?.contains(layer.name) ?? true {
      add(
        layer, relaxed: relaxed(layer.name), tightened: tightened(layer.name),
        chosen: user?.choose[layer.name])
    }
    if let own = user?.layer { add(own) }
  }

  private mutating func add(
    _ layer: PolicyLayer, relaxed: ResolvedLayer.Limit? = nil, tightened: ResolvedLayer.Limit? = nil,
    chosen: String? = nil
  ) {
    var members = layer.members
    var left: Set<String> = []
    if layer.combination == .choice, let chosen, members.contains(chosen) {
      left = Set(members).subtracting([chosen])
      members = [chosen]
    }
    var weights: [Float] = []
    if case .weights(let byName, _) = layer.combination { weights = members.map { byName[$0] ?? 0 } }
    func counting(_ signals: [PolicySignal]) -> [PolicySignal] {
      signals.filter { !left.contains($0.member) }
    }
    var resolved = ResolvedLayer(
      objects: layer.objects, contested: layer.contested, undecided: layer.undecided, missing: layer.missing,
      combination: ResolvedLayer.Combination(layer.combination),
      members: lists.keep(members.compactMap { indices[$0] }), weights: lists.keep(weights),
      exemptions: lists.keep(numbers(counting(layer.exemptions), isExemption: true)),
      rules: lists.keep([]), relaxed: relaxed, tightened: tightened)
    if layer.debounce.window > 1 {
      resolved.firstOutcome = debounces.count
      for action in [layer.undecided, layer.contested, layer.objects] {
        watch(layer.debounce, resolved.adjusted(action).0)
      }
    }
    var rules: [ResolvedLayer.Rule] = []
    for rule in layer.rules {
      var watched: Int?
      if rule.debounce.window > 1 || rule.signals.contains(where: { $0.until != nil }) {
        watched = debounces.count
        watch(rule.debounce, resolved.adjusted(rule.action).0)
      }
      rules.append(
        ResolvedLayer.Rule(
          signals: lists.keep(numbers(counting(rule.signals), isExemption: false)),
          exemptions: lists.keep(numbers(counting(rule.exemptions), isExemption: true)), action: rule.action,
          watched: watched))
    }
    resolved.rules = lists.keep(rules)
    addCauses(&resolved)
    layers.append(resolved)
    named.append(layer)
  }

  private mutating func addCauses(_ layer: inout ResolvedLayer) {
    layer.firstCause = causes.count
    let index = layers.count
    func cause(
      _ cause: PolicyChoice.Cause, _ adjusted: (GuardAction, PolicyChoice.Adjustment), _ watched: Int?
    ) -> ResolvedCause {
      ResolvedCause(
        choice: PolicyChoice(action: adjusted.0, layer: index, cause: cause, adjustment: adjusted.1),
        watched: watched)
    }
    let first = layer.firstOutcome
    causes += [
      cause(.outcome(.objects), layer.adjusted(layer.objects), first.map { $0 + 2 }),
      cause(.outcome(.contested), layer.adjusted(layer.contested), first.map { $0 + 1 }),
      cause(.outcome(.undecided), layer.adjusted(layer.undecided), first),
    ]
    for (i, rule) in layer.rules.enumerated() {
      causes.append(cause(.rule(i), layer.adjusted(rule.action), rule.watched))
    }
    causes.append(cause(.outcome(.missing), layer.adjusted(layer.missing, isRelaxable: false), nil))
  }

  private mutating func watch(_ debounce: Debounce, _ action: GuardAction) {
    // What asks and stops is for the policy to keep in force, so nothing is latched here.
    debounces.append(
      ResolvedRule(
        output: debounces.count, on: PolicyDebounce.on, off: PolicyDebounce.lasting, needed: debounce.needed,
        window: debounce.window, action: action.holdsBack ? .hold : .annotate))
  }

  /// The signals' places in `signals`, where new ones are added.
  private mutating func numbers(_ list: [PolicySignal], isExemption: Bool) -> [Int] {
    var out: [Int] = []
    for signal in list {
      guard let member = indices[signal.member] else { continue }
      let resolved = ResolvedSignal(member: member, signal: signal, isExemption: isExemption)
      if let i = signals.firstIndex(of: resolved) {
        out.append(i)
      } else {
        out.append(signals.count)
        signals.append(resolved)
      }
    }
    return out
  }
}

extension ResolvedLayer.Combination {
  /// Of a choice the members are those who were chosen, or all.
  fileprivate init(_ combination: PolicyCombination) {
    switch combination {
    case .any, .choice: self = .any
    case .unanimity: self = .unanimity
    case .priority: self = .priority
    case .quorum(let n): self = .quorum(n)
    case .share(let share): self = .share(share)
    case .weights(_, let from): self = .weights(from: from)
    }
  }
}
