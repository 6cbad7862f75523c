/// From what a policy wants, word after word, to what is in force: questions that wait for an answer, and what somebody
/// let pass, cause by cause. So an answer about one rule is none about another: each holds text back as it would by
/// itself. A value: a copy is a fork.
struct PolicyHold: Sendable {
  /// In force. While nothing but what was let pass is on it is `annotate`.
  private(set) var choice = PolicyChoice()
  /// The word that brought what holds text back now, or the first of those that added up to it; Int.max while
  /// nothing does.
  private(set) var onset = Int.max
  private let causes: [ResolvedCause]
  private var isOn: [Bool]  // [causes], after the last word, while anything is in force or was let pass
  /// The first word that each keeps back; Int.max for those that keep nothing back.
  private var onsets: [Int]  // [causes]
  private var isReleased: [Bool]  // [causes]
  /// Whether anything is in force or was let pass.
  private var isActive = false

  init(_ decider: PolicyDecider) {
    causes = decider.causes
    isOn = Array(repeating: false, count: causes.count)
    onsets = Array(repeating: .max, count: causes.count)
    isReleased = isOn
  }

  var action: GuardAction { choice.action }

  /// Forgets everything, for a new text.
  mutating func reset() {
    (choice, onset, isActive) = (PolicyChoice(), .max, false)
    for i in causes.indices { (isOn[i], onsets[i], isReleased[i]) = (false, .max, false) }
  }

  /// Takes what a policy chose after a word where nothing holds text back, as mostly; false where `take` has to look at
  /// the causes. Apart from it since it needs no monitor, which the call would copy.
  mutating func follows(_ chosen: PolicyChoice) -> Bool {
    if isActive || chosen.action.holdsBack || choice.action == .terminate { return false }
    choice = chosen
    return true
  }

  /// Takes what `monitor` says after a word. `onset` is that word or, at the end of a text, the first that waited for
  /// more; where a debounce turned something on with the word, the first of those that added up counts. Whether what is
  /// in force now holds text back and did not before, or for another reason. A question stays until it is answered, a
  /// stop for ever. O(policy) where anything holds back, no allocation
  mutating func take(_ monitor: borrowing PolicyMonitor, onset word: Int) -> Bool {
    if choice.action == .terminate || follows(monitor.last) { return false }
    monitor.writeCauses(&isOn)
    var first = Int.max
    for i in causes.indices where causes[i].choice.action.holdsBack {
      if isOn[i] {
        if !isReleased[i], onsets[i] == .max { onsets[i] = min(word, monitor.newOnset(causes[i])) }
      } else {
        isReleased[i] = false
        if causes[i].choice.action != .ask { onsets[i] = .max }
      }
      first = min(first, onsets[i])
    }
    // What goes on holding back keeps what is held, whoever began it.
    onset = first == .max ? .max : min(onset, first)
    return settle(monitor.last)
  }

  /// Lets pass what is in force now; it acts again when it has ended and come back. That as many object as a layer wants
  /// says that some do: whoever lets it pass lets pass the milder outcomes of this layer. What else is on holds text back as
  /// before. Whether there was anything to release.
  mutating func release(_ monitor: inout PolicyMonitor) -> Bool {
    guard choice.action == .hold || choice.action == .ask else { return false }
    for i in causes.indices where choice.covers(causes[i].choice) {
      (onsets[i], isReleased[i]) = (.max, isOn[i])
      monitor.release(causes[i])
    }
    onset = onsets.min() ?? .max
    _ = settle(monitor.last)
    return true
  }

  /// Finds what is in force: of the most severe what was before, then what the policy chose, then the first. Whether it
  /// holds text back and is new.
  private mutating func settle(_ chosen: PolicyChoice) -> Bool {
    var best: PolicyChoice?
    var (passed, marked): (PolicyChoice?, PolicyChoice?)
    for i in causes.indices {
      let cause = causes[i].choice
      if cause.action.holdsBack {
        if isReleased[i], cause.action > passed?.action ?? .emit { passed = cause }
        guard onsets[i] != .max else { continue }
        let isPreferred = cause == choice || (cause == chosen && best != choice)
        if best.map({ cause.action > $0.action || (cause.action == $0.action && isPreferred) }) ?? true {
          best = cause
        }
      } else if isOn[i], cause.action == .annotate, marked == nil {
        marked = cause
      }
    }
    isActive = best != nil || passed != nil
    passed?.action = .annotate
    let before = choice
    choice = best ?? passed ?? marked ?? PolicyChoice()
    return best != nil && choice != before
  }
}

extension PolicyChoice {
  /// Whether whoever lets this pass lets `other` pass too.
  fileprivate func covers(_ other: PolicyChoice) -> Bool {
    guard layer == other.layer else { return false }
    guard case .outcome(.objects) = cause else { return cause == other.cause }
    return switch other.cause {
    case .outcome(.objects), .outcome(.contested), .outcome(.undecided): true
    default: false
    }
  }
}
