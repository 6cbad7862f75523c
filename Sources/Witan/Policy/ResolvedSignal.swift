/// A signal with its member as a number.
struct ResolvedSignal: Sendable, Hashable {
  let member: Int
  let signal: PolicySignal
  /// Exemptions count for principles that permit or encourage only, so that more of a prohibition never makes an
  /// action milder.
  let isExemption: Bool
}
