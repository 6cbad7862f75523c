/// A layer in one context: members and signals as numbers, and the limits that role and user set.
struct ResolvedLayer: Sendable, Hashable {
  struct Rule: Sendable, Hashable {
    let name: String
    let signals: [Int]
    let exemptions: [Int]
    let action: GuardAction
  }

  /// An action that role or user set, and which of them.
  struct Limit: Sendable, Hashable {
    let action: GuardAction
    let by: PolicyChoice.Adjustment
  }

  let layer: PolicyLayer
  let members: [Int]
  let weights: [Float]  // [members], for the combination of this name
  let exemptions: [Int]
  let rules: [Rule]
  /// At most this, but for missing members.
  let relaxed: Limit?
  /// At least this, where the layer wants anything.
  let tightened: Limit?

  /// What the layer wants of `state`. O(members + signals), no allocation
  func choice(_ state: PolicyState) -> PolicyChoice {
    var best = PolicyChoice()
    func take(_ action: GuardAction, _ cause: PolicyChoice.Cause) {
      if action > best.action { (best.action, best.cause) = (action, cause) }
    }
    if !exemptions.contains(where: { state.signals[$0] }) {
      let (action, outcome) = combined(state)
      take(action, .outcome(outcome))
      for i in rules.indices
      where rules[i].action > best.action && rules[i].signals.contains(where: { state.signals[$0] })
        && !rules[i].exemptions.contains(where: { state.signals[$0] })
      {
        take(rules[i].action, .rule(i))
      }
    }
    if let relaxed, relaxed.action < best.action {
      (best.action, best.adjustment) = (relaxed.action, relaxed.by)
    }
    if layer.missing > best.action,
      members.contains(where: { state.votes[$0] == .absent || state.isPartial[$0] })
    {
      best = PolicyChoice(action: layer.missing, cause: .outcome(.missing))
    }
    if let tightened, best.action > .emit, tightened.action > best.action {
      (best.action, best.adjustment) = (tightened.action, tightened.by)
    }
    return best
  }

  /// The action of the combined opinions and the outcome that it is of.
  ///
  /// Each outcome's action holds for the more severe ones too: what follows when some object is never
  /// more than what follows when all do.
  private func combined(_ state: PolicyState) -> (GuardAction, PolicyOutcome) {
    var (objecting, abstaining, present) = (0, 0, 0)
    for m in members {
      switch state.votes[m] {
      case .absent, .silent: continue
      case .accepts: break
      case .abstains: abstaining += 1
      case .objects: objecting += 1
      }
      present += 1
    }
    guard present > 0 else { return (.emit, .undecided) }
    let reached = objecting == present || isReached(objecting, present, state, abstainersObject: false)
    let possible = reached || isReached(objecting + abstaining, present, state, abstainersObject: true)
    let isSplit = objecting > 0 && objecting < present

    var action = GuardAction.emit
    if possible { action = max(action, layer.undecided) }
    if objecting > 0, members.count > 1 { action = max(action, layer.contested) }
    if reached { action = max(action, layer.objects) }
    // The outcome that holds and wants it; else, where it comes from a milder outcome, the gravest.
    if reached && (layer.objects == action || !isSplit || layer.contested < action) {
      return (action, .objects)
    }
    if isSplit && (layer.contested == action || !possible || abstaining == 0) { return (action, .contested) }
    return (action, possible && abstaining > 0 ? .undecided : .contested)
  }

  /// Whether so many objections of so many members are what the combination wants.
  private func isReached(
    _ objecting: Int, _ present: Int, _ state: PolicyState, abstainersObject: Bool
  ) -> Bool {
    switch layer.combination {
    case .any: return objecting > 0
    case .choice: return objecting > 0
    case .quorum(let n): return objecting >= min(n, present)
    case .share(let share): return objecting > 0 && Float(objecting) >= share * Float(present)
    case .unanimity:
      return objecting > 0 && !members.contains { state.votes[$0] == .accepts }
    case .priority:
      for m in members where state.votes[m] == .objects || state.votes[m] == .accepts {
        return state.votes[m] == .objects
      }
      return abstainersObject
    case .weights(_, let from):
      var (sum, total): (Float, Float) = (0, 0)
      for (i, m) in members.enumerated() where state.votes[m].isHeard {
        let isWhole = abstainersObject && state.votes[m] != .accepts
        sum += weights[i] * (isWhole ? 1 : state.objections[m])
        total += weights[i]
      }
      return total > 0 && sum >= from * total
    }
  }
}
