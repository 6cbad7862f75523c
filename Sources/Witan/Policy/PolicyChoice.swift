/// What a policy chose, in numbers: the layer and what in it.
struct PolicyChoice: Sendable, Hashable, BitwiseCopyable {
  enum Cause: Sendable, Hashable, BitwiseCopyable {
    case nothing
    case outcome(PolicyOutcome)
    case rule(Int)
  }

  /// Who changed what the layer wanted.
  enum Adjustment: Sendable, Hashable, BitwiseCopyable {
    case none, role, user
  }

  var action = GuardAction.emit
  /// Among the resolved layers; -1 where none wants anything.
  var layer = -1
  var cause = Cause.nothing
  var adjustment = Adjustment.none
}
