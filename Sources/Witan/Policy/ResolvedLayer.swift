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
  /// Where its causes are among all: objects, contested, undecided, the rules, missing.
  var firstCause = 0

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
    if missing > best.action, isMissing(state) {
      best = PolicyChoice(action: missing, cause: .outcome(.missing))
    }
    if let tightened, best.action > .emit, tightened.action > best.action {
      (best.action, best.adjustment) = (tightened.action, tightened.by)
    }
    return best
  }

  /// Writes which of the layer's causes are on, each for itself. O(members + signals), no allocation
  ///
  /// [isOn: causes]
  func writeCauses(_ state: PolicyState, _ isOn: inout [Bool]) {
    let isSilent = exemptions.contains { state.signals[$0] }
    let found = isSilent ? Outcomes() : counting(state)
    isOn[firstCause] = found.isReached
    isOn[firstCause + 1] = found.isContested
    isOn[firstCause + 2] = found.isPossible
    for i in rules.indices {
      isOn[firstCause + 3 + i] =
        !isSilent && self.isOn(rules[i], state)
        && !rules[i].exemptions.contains { state.signals[$0] }
    }
    isOn[firstCause + 3 + rules.count] = isMissing(state)
  }

  private func isMissing(_ state: PolicyState) -> Bool {
    members.contains { state.votes[$0] == .absent || state.isPartial[$0] }
  }

  private func isOn(_ rule: Rule, _ state: PolicyState) -> Bool {
    if state.isDebounced, let place = rule.watched { return state.debounced[place] }
    return rule.signals.contains { state.signals[$0] }
  }

  /// What follows of an action of this layer: relaxed, then tightened, and by whom.
  func adjusted(_ action: GuardAction, isRelaxable: Bool = true) -> (GuardAction, PolicyChoice.Adjustment) {
    var (action, by) = (action, PolicyChoice.Adjustment.none)
    if isRelaxable, let relaxed, relaxed.action < action { (action, by) = (relaxed.action, relaxed.by) }
    if let tightened, action > .emit, tightened.action > action {
      (action, by) = (tightened.action, tightened.by)
    }
    return (action, by)
  }

  /// The action of the combined opinions and the outcome that it is of; of several the gravest.
  ///
  /// Each outcome's action holds for the more severe ones too: what follows when some object is never
  /// more than what follows when all do.
  private func combined(_ state: PolicyState) -> (GuardAction, PolicyOutcome) {
    let found = counting(state)
    var (action, outcome) = (GuardAction.emit, PolicyOutcome.objects)
    if found.isReached { action = objects }
    if found.isContested, contested > action { (action, outcome) = (contested, .contested) }
    if found.isPossible, undecided > action { (action, outcome) = (undecided, .undecided) }
    return (action, outcome)
  }

  /// What the votes come to, by words before this one too where they are debounced.
  private func counting(_ state: PolicyState) -> Outcomes {
    guard state.isDebounced, let first = firstOutcome else { return outcomes(state) }
    return Outcomes(
      isPossible: state.debounced[first], isContested: state.debounced[first + 1],
      isReached: state.debounced[first + 2])
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
      isContested: objecting > 0 && members.count > 1, isReached: reached)
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
