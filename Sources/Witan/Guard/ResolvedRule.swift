/// A rule whose numbers are all known and checked.
struct ResolvedRule: Sendable, Hashable {
  let output: Int
  let on: Float
  let off: Float
  let needed: Int
  let window: Int
  let action: GuardAction

  /// The bits of the words that count.
  var mask: UInt64 { UInt64.max >> UInt64(64 - window) }
}
