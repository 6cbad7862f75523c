/// From a policy's choices, one a word, to what is in force: questions that wait for an answer, and text that somebody
/// let pass. A value: a copy is a fork.
struct PolicyHold: Sendable {
  /// In force. After `release` it is `annotate` while the choice that was let pass lasts.
  private(set) var choice = PolicyChoice()
  /// The word that brought what holds text back now; Int.max while nothing does.
  private(set) var onset = Int.max
  private var released: PolicyChoice?

  var action: GuardAction { choice.action }

  /// Takes the choice after word `number`. Whether what is in force now holds text back and did not before, or for
  /// another reason. A question stays until it is answered, a stop for ever.
  mutating func take(_ new: PolicyChoice, word number: Int) -> Bool {
    if choice.action == .terminate || (choice.action == .ask && new.action <= .ask) { return false }
    guard new.action.holdsBack else {
      (choice, onset, released) = (new, .max, nil)
      return false
    }
    if new == released { return false }
    let isNew = new != choice
    if onset == .max { onset = number }
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
