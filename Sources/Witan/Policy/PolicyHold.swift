/// From a policy's choices, one a word, to what is in force: questions that wait for an answer, and text that somebody
/// let pass. A value: a copy is a fork.
struct PolicyHold: Sendable {
  /// In force. After `release` it is `annotate` while the choice that was let pass lasts.
  private(set) var choice = PolicyChoice()
  /// The word that brought what holds text back now, or the first of those that added up to it; Int.max while
  /// nothing does.
  private(set) var onset = Int.max
  private var released: PolicyChoice?

  var action: GuardAction { choice.action }

  /// Takes the choice after a word. `onset` is that word or, where a debounce turned something on with it, the first of
  /// those that added up. Whether what is in force now holds text back and did not before, or for another reason. A
  /// question stays until it is answered, a stop for ever.
  mutating func take(_ new: PolicyChoice, onset: Int) -> Bool {
    if choice.action == .terminate || (choice.action == .ask && new.action <= .ask) {
      if new.action.holdsBack { self.onset = min(self.onset, onset) }
      return false
    }
    guard new.action.holdsBack else {
      (choice, self.onset, released) = (new, .max, nil)
      return false
    }
    if new == released { return false }
    let isNew = new != choice
    self.onset = min(self.onset, onset)
    (choice, released) = (new, nil)
    return isNew
  }

  /// Lets pass what is held or asked about now; it acts again when it has ended and come back. Whether there was any.
  mutating func release() -> Bool {
    guard choice.action == .hold || choice.action == .ask else { return false }
    released = choice
    choice.action = .annotate
    onset = .max
    return true
  }
}
