import Witan

/// The decision as docs/policy.md tells it, in plain words and slowly: an oracle for the program.
struct PolicyOracle {
  let policy: Policy
  let context: PolicyContext
  let opinions: [Opinion]
  /// Of a stream: whether what is called so in a layer is on, by whether it holds at this word and whether it lasts.
  var debounced: (PolicyLayer, String, Debounce, Bool, Bool) -> Bool = { _, _, _, holds, _ in holds }

  func opinion(_ member: String) -> Opinion? { opinions.first { $0.provenance.member == member } }

  func isOn(_ signal: PolicySignal, exempting: Bool, lasts: Bool = false) -> Bool {
    guard let opinion = opinion(signal.member), opinion.standing != .silent else { return false }
    if signal.principle == "any" {
      guard let any = opinion.scores.any, let own = opinion.anyThreshold else { return false }
      return any >= (lasts ? signal.until : nil) ?? signal.from ?? own
    }
    guard let p = opinion.scores[signal.principle],
      let label = opinion.scores.labels.first(where: { $0.id == signal.principle })
    else { return false }
    let permits = label.stance == .permit || label.stance == .encourage
    return p >= (lasts ? signal.until : nil) ?? signal.from ?? label.threshold && (permits || !exempting)
  }

  /// Whether the combination is satisfied by `objectors` of `present`, of whom `abstainers` cannot tell.
  func isEnough(
    _ combination: PolicyCombination, _ objectors: [String], _ abstainers: [String], _ present: [String],
    all: [String]
  ) -> Bool {
    switch combination {
    case .any, .choice: return !objectors.isEmpty
    case .quorum(let n): return !objectors.isEmpty && objectors.count >= min(n, present.count)
    case .share(let s): return !objectors.isEmpty && Float(objectors.count) >= s * Float(present.count)
    case .unanimity: return !objectors.isEmpty && present.allSatisfy { (objectors + abstainers).contains($0) }
    case .priority:
      let first = present.first { !abstainers.contains($0) }
      return first.map(objectors.contains) ?? false
    case .weights(let w, let from):
      let total = present.reduce(Float(0)) { $0 + w[$1]! }
      let sum = present.reduce(Float(0)) { $0 + w[$1]! * opinion($1)!.objection }
      return total > 0 && sum >= from * total
    }
  }

  func action(_ layer: PolicyLayer, relaxedTo limit: GuardAction?, raisedTo least: GuardAction?)
    -> GuardAction
  {
    var members = layer.members
    var silenced: [String] = []
    if layer.combination == .choice, let chosen = context.user?.choose[layer.name], members.contains(chosen) {
      silenced = members.filter { $0 != chosen }
      members = [chosen]
    }
    func isAnyOn(_ signals: [PolicySignal], exempting: Bool, lasts: Bool = false) -> Bool {
      signals.contains { !silenced.contains($0.member) && isOn($0, exempting: exempting, lasts: lasts) }
    }
    let present = members.filter { opinion($0).map { $0.standing != .silent } ?? false }
    let objectors = present.filter { opinion($0)!.standing == .objects }
    let abstainers = present.filter { opinion($0)!.standing == .undecided }
    var wanted = GuardAction.emit
    let isExempt = isAnyOn(layer.exemptions, exempting: true)
    func on(_ name: String, _ debounce: Debounce, _ holds: Bool, _ lasts: Bool) -> Bool {
      debounced(layer, name, debounce, holds && !isExempt, lasts && !isExempt) && !isExempt
    }
    do {
      let enough =
        isEnough(layer.combination, objectors, abstainers, present, all: members)
        || (!present.isEmpty && objectors == present)
      var possible = enough
      if case .weights(let w, let from) = layer.combination {
        let rest = present.filter { !(objectors + abstainers).contains($0) }
        let total = present.reduce(Float(0)) { $0 + w[$1]! }
        let sum = present.reduce(Float(0)) { $0 + w[$1]! * (rest.contains($1) ? opinion($1)!.objection : 1) }
        possible = possible || (rest.count < present.count && sum >= from * total)
      } else if case .priority = layer.combination {
        possible = possible || (!present.isEmpty && abstainers.count == present.count)
      } else {
        let either = present.filter { (objectors + abstainers).contains($0) }
        possible = possible || isEnough(layer.combination, either, [], present, all: members)
      }
      let split = !objectors.isEmpty && members.count > 1
      if on("undecided", layer.debounce, possible, possible) { wanted = max(wanted, layer.undecided) }
      if on("contested", layer.debounce, split, split) { wanted = max(wanted, layer.contested) }
      if on("objects", layer.debounce, enough, enough) { wanted = max(wanted, layer.objects) }
      for rule in layer.rules {
        let isFree = !isAnyOn(rule.exemptions, exempting: true)
        let holds = isAnyOn(rule.signals, exempting: false) && isFree
        let lasts = isAnyOn(rule.signals, exempting: false, lasts: true) && isFree
        if on(rule.name, rule.debounce, holds, lasts) && isFree { wanted = max(wanted, rule.action) }
      }
    }
    if let limit { wanted = min(wanted, limit) }
    if members.contains(where: { opinion($0)?.isComplete != true && opinion($0)?.standing != .silent }) {
      wanted = max(wanted, layer.missing)
    }
    if let least, wanted > .emit { wanted = max(wanted, least) }
    return wanted
  }

  var action: GuardAction {
    let role = policy.roles.first { $0.name == context.role }
    func most(_ a: GuardAction?, _ b: GuardAction?) -> GuardAction? { [a, b].compactMap { $0 }.max() }
    let least = { (name: String) in most(role?.tighten[name], context.user?.tighten[name]) }
    var wanted = action(policy.floor, relaxedTo: nil, raisedTo: least("floor"))
    for layer in policy.layers where role?.layers == nil || role!.layers!.contains(layer.name) {
      var limits = [role?.relax[layer.name]]
      if let mildest = policy.userMayRelax[layer.name], let own = context.user?.relax[layer.name] {
        limits.append(max(mildest, own))
      }
      wanted = max(
        wanted, action(layer, relaxedTo: limits.compactMap { $0 }.min(), raisedTo: least(layer.name)))
    }
    if let own = context.user?.layer { wanted = max(wanted, action(own, relaxedTo: nil, raisedTo: nil)) }
    return wanted
  }
}
