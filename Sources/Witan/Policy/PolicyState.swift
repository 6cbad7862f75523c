/// What a policy knows of the opinions on one text: a vote of each member, and which signals are on.
struct PolicyState: Sendable {
  /// How a member's opinion counts.
  enum Vote: UInt8, Sendable, BitwiseCopyable {
    /// There is none that could count.
    case absent
    /// It has no rules about such texts: it counts on no side, and nothing is missing.
    case silent
    case accepts
    case abstains
    case objects

    /// Whether it is one of those whose opinions are combined.
    var isHeard: Bool { self != .absent && self != .silent }
  }

  var votes: [Vote]  // [members]
  /// Whether the opinion rests on less than the whole text or the whole model. It votes all the same.
  var isPartial: [Bool]  // [members]
  /// The probability of the objection, for weighted means; of those that are heard.
  var objections: [Float]  // [members]
  var signals: [Bool]  // [signals]
  /// Whether a signal is at least where a rule that is on lets go.
  var lasting: [Bool]  // [signals]
  /// Which rules and outcomes with a debounce are on, by the words so far.
  var debounced: [Bool]  // [watched]
  /// Whether these count. A whole text is decided on at once.
  var isDebounced = false

  init(members: Int, signals: Int, watched: Int = 0) {
    votes = Array(repeating: .absent, count: members)
    isPartial = Array(repeating: false, count: members)
    objections = Array(repeating: 0, count: members)
    self.signals = Array(repeating: false, count: signals)
    lasting = self.signals
    debounced = Array(repeating: false, count: watched)
  }
}
