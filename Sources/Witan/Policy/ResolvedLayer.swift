/// A layer in one context: members and signals as numbers, and the limits that role and user set. Lists are those of
/// `PolicyLists`, names those of the policy: nothing here counts references, as it is read at each word of a stream.
struct ResolvedLayer: @unchecked Sendable, BitwiseCopyable {
  struct Rule: @unchecked Sendable, BitwiseCopyable {
    let signals: UnsafeBufferPointer<Int>
    let exemptions: UnsafeBufferPointer<Int>
    let action: GuardAction
    /// Its place among what is debounced; nil for rules that act at once.
    let watched: Int?
  }

  /// `PolicyCombination` without names.
  enum Combination: Sendable, BitwiseCopyable {
    case any, unanimity, priority
    case quorum(Int)
    case share(Float)
    case weights(from: Float)
  }

  /// What the votes come to.
  struct Outcomes: Sendable, BitwiseCopyable {
    /// So many object, or cannot tell, that it could be enough.
    var isPossible = false
    /// Some object, in a layer of two members or more.
    var isContested = false
    /// As many object as the combination wants.
    var isReached = false
    /// Some of those who are there object and others do not.
    var isSplit = false
    /// Some of those who are there cannot tell.
    var isOpen = false
  }

  /// An action that role or user set, and which of them.
  struct Limit: Sendable, BitwiseCopyable {
    let action: GuardAction
    let by: PolicyChoice.Adjustment
  }

  let objects: GuardAction
  let contested: GuardAction
  let undecided: GuardAction
  let missing: GuardAction
  let combination: Combination
  let members: UnsafeBufferPointer<Int>
  let weights: UnsafeBufferPointer<Float>  // [members], for the combination of this name
  let exemptions: UnsafeBufferPointer<Int>
  var rules: UnsafeBufferPointer<Rule>
  /// At most this, but for missing members.
  let relaxed: Limit?
  /// At least this, where the layer wants anything.
  let tightened: Limit?
  /// Where "undecided", "contested" and "objects" are among what is debounced; nil where they follow at once.
  var firstOutcome: Int?

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
      where rules[i].action > best.action && isOn(rules[i], state)
        && !rules[i].exemptions.contains(where: { state.signals[$0] })
      {
        take(rules[i].action, .rule(i))
      }
    }
    if let relaxed, relaxed.action < best.action {
      (best.action, best.adjustment) = (relaxed.action, relaxed.by)
    }
    if missing > best.action,
      members.contains(where: { state.votes[$0] == .absent || state.isPartial[$0] })
    {
      best = PolicyChoice(action: missing, cause: .outcome(.missing))
    }
    if let tightened, best.action > .emit, tightened.action > best.action {
      (best.action, best.adjustment) = (tightened.action, tightened.by)
    }
    return best
  }

  private func isOn(_ rule: Rule, _ state: PolicyState) -> Bool {
    if state.isDebounced, let place = rule.watched { return state.debounced[place] }
    return rule.signals.contains { state.signals[$0] }
  }

  /// The most that follows of an action of this layer: relaxed, then tightened.
  func adjusted(_ action: GuardAction) -> GuardAction {
    let wanted = min(action, relaxed?.action ?? action)
    return wanted == .emit ? .emit : max(wanted, tightened?.action ?? wanted)
  }

  /// The action of the combined opinions and the outcome that it is of.
  ///
  /// Each outcome's action holds for the more severe ones too: what follows when some object is never
  /// more than what follows when all do.
  private func combined(_ state: PolicyState) -> (GuardAction, PolicyOutcome) {
    var found = outcomes(state)
    if state.isDebounced, let first = firstOutcome {
      (found.isPossible, found.isContested) = (state.debounced[first], state.debounced[first + 1])
      found.isReached = state.debounced[first + 2]
      // What is on by words before this one is named by what it was.
      found.isSplit = found.isContested && (found.isSplit || !found.isReached)
      found.isOpen = found.isOpen || !(found.isContested || found.isReached)
    }
    var action = GuardAction.emit
    if found.isPossible { action = max(action, undecided) }
    if found.isContested { action = max(action, contested) }
    if found.isReached { action = max(action, objects) }
    // The outcome that holds and wants it; else, where it comes from a milder outcome, the gravest.
    if found.isReached && (objects == action || !found.isSplit || contested < action) {
      return (action, .objects)
    }
    if found.isSplit && (contested == action || !found.isPossible || !found.isOpen) {
      return (action, .contested)
    }
    return (action, found.isPossible && found.isOpen ? .undecided : .contested)
  }

  /// What the votes come to, as of this word alone. O(members), no allocation
  func outcomes(_ state: PolicyState) -> Outcomes {
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
    guard present > 0 else { return Outcomes() }
    let reached = objecting == present || isReached(objecting, present, state, abstainersObject: false)
    return Outcomes(
      isPossible: reached || isReached(objecting + abstaining, present, state, abstainersObject: true),
      isContested: objecting > 0 && members.count > 1, isReached: reached,
      isSplit: objecting > 0 && objecting < present, isOpen: abstaining > 0)
  }

  /// Whether so many objections of so many members are what the combination wants.
  private func isReached(
    _ objecting: Int, _ present: Int, _ state: PolicyState, abstainersObject: Bool
  ) -> Bool {
    switch combination {
    case .any: return objecting > 0
    case .quorum(let n): return objecting >= min(n, present)
    case .share(let share): return objecting > 0 && Float(objecting) >= share * Float(present)
    case .unanimity:
      return objecting > 0 && !members.contains { state.votes[$0] == .accepts }
    case .priority:
      for m in members where state.votes[m] == .objects || state.votes[m] == .accepts {
        return state.votes[m] == .objects
      }
      return abstainersObject
    case .weights(let from):
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
