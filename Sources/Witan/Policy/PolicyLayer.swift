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

  /// Where the layer looks at several words of a stream: the words of the file for it, its outcomes first.
  public var smoothing: [(rule: String?, words: String)] {
    let outcomes = debounce == .consecutive(1) ? [] : [(rule: String?.none, words: debounce.text)]
    return outcomes
      + rules.compactMap { rule in
        let until = rule.signals[0].until.map { "until \(JSON($0).text())" }
        let words = [rule.debounce == .consecutive(1) ? nil : rule.debounce.text, until].compactMap { $0 }
        return words.isEmpty ? nil : (rule.name, words.joined(separator: ", "))
      }
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
