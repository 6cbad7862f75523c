/// What one community, the floor or a user wants: an action for each outcome of its members' opinions, and rules
/// about single principles. Of all that apply, the most severe action counts.
public struct PolicyLayer: Sendable, Hashable {
  public static let floorName = "floor"
  public static let userName = "user"

  public let name: String
  /// Whose layer it is; empty where nobody said.
  public let who: String
  /// Members whose opinions are combined, in the order of the file.
  public let members: [String]
  public let combination: PolicyCombination
  public let objects: GuardAction
  public let contested: GuardAction
  public let undecided: GuardAction
  public let missing: GuardAction
  /// In streams: the words that must agree before `objects`, `contested` and `undecided` follow. Rules have their own.
  public let debounce: Debounce
  public let rules: [PolicyRule]
  /// Principles that permit or encourage; while one of them applies, the layer wants nothing, but what follows
  /// of missing members. Empty in the floor.
  public let exemptions: [PolicySignal]

  /// What in it looks at several words of a stream, as in `Policy.debounces`. O(rules)
  public var debounces: [String: String] {
    var out: [String: String] = [:]
    if debounce.window > 1 { out[name] = debounce.text }
    for rule in rules {
      let until = rule.signals[0].until.map { "until \(JSON($0).text())" }
      let words = [rule.debounce.window > 1 ? rule.debounce.text : nil, until].compactMap { $0 }
      if !words.isEmpty { out["\(name): \(rule.name)"] = words.joined(separator: ", ") }
    }
    return out
  }

  /// What follows an outcome.
  public func action(_ outcome: PolicyOutcome) -> GuardAction {
    switch outcome {
    case .objects: objects
    case .contested: contested
    case .undecided: undecided
    case .missing: missing
    }
  }
}
