internal import Witan

/// A policy in one context. Immutable after init.
final class PolicyHandle: Handled {
  static var kind: UInt32 { 11 }

  let decider: PolicyDecider

  init(_ decider: PolicyDecider) { self.decider = decider }
}
