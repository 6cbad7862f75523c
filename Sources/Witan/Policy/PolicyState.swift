/// What a policy knows of the opinions on one text: a vote of each member, and which signals are on.
struct PolicyState: Sendable {
  /// How a member's opinion counts.
  enum Vote: UInt8, Sendable, BitwiseCopyable {
    /// There is none that could count.
    case absent
    case accepts
    case abstains
    case objects
  }

  var votes: [Vote]  // [members]
  /// Whether the opinion rests on less than the whole text or the whole model. It votes all the same.
  var isPartial: [Bool]  // [members]
  /// The probability of the objection, for weighted means; 0 of those that are absent.
  var objections: [Float]  // [members]
  var signals: [Bool]  // [signals]

  init(members: Int, signals: Int) {
    votes = Array(repeating: .absent, count: members)
    isPartial = Array(repeating: false, count: members)
    objections = Array(repeating: 0, count: members)
    self.signals = Array(repeating: false, count: signals)
  }
}
