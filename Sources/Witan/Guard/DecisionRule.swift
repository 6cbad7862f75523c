/// When an output of a classifier counts as on, and what follows.
///
/// It turns **on** at a word whose probability is at least `on`, if with it as many of the last words
/// were as `debounce` wants. It turns **off** at a word whose probability is below `off`, if too few of
/// the last words were at least `on`. Between the two it stays as it is (hysteresis). A rule that asks or
/// terminates stays on until it is answered.
public struct DecisionRule: Sendable, Hashable {
  /// The threshold, in (0, 1]; nil is the model's own.
  public var on: Float?
  /// The threshold of turning off, in (0, on]; nil is the one of turning on.
  public var off: Float?
  public var debounce: Debounce
  public var action: GuardAction

  public init(
    on: Float? = nil, off: Float? = nil, debounce: Debounce = .consecutive(1),
    action: GuardAction = .terminate
  ) {
    self.on = on
    self.off = off
    self.debounce = debounce
    self.action = action
  }

  /// The rule with numbers in place of nil. Throws `invalidValue` that names the field at `place`.
  func resolved(threshold: Float, output: Int, place: String) throws(WitanError) -> ResolvedRule {
    func demand(_ condition: Bool, _ message: String, _ field: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: "\(place).\(field)") }
    }
    let on = on ?? threshold
    let off = off ?? on
    try demand(on > 0 && on <= 1, "is not in (0, 1]", "on")
    try demand(off > 0 && off <= on, "is not above 0 and at most 'on' (\(on))", "off")
    try demand(
      debounce.isValid, "is not N or K/M with 1 <= K <= M <= \(Debounce.maximumWords)", "debounce")
    return ResolvedRule(
      output: output, on: on, off: off, needed: debounce.needed, window: debounce.window, action: action)
  }
}
