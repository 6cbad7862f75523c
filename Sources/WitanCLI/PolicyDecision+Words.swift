import Witan

extension PolicyDecision {
  /// What to do, then who says so and why, as two lines. `title` gives a member's title; `ofStream`: of a text that was
  /// graded while it was written.
  func lines(ofStream: Bool, _ title: (String) -> String) -> [String] {
    let name = policy.map { "The policy '\($0.id)' \($0.version)" } ?? "The policy"
    let first = "\(name): \(ofStream ? action.consequence : action.consequenceOfWhole) (\(action.rawValue))."
    guard layer != "default" else { return [first, "  Nothing in it applies."] }
    let layerWords =
      switch layer {
      case PolicyLayer.floorName: "the floor"
      case PolicyLayer.userName: "the user's own rules"
      default: "the layer '\(layer)'"
      }
    var second = "  Chosen by \(layerWords), \(ruleWords)"
    if !members.isEmpty {
      second += rule == PolicyOutcome.missing.rawValue ? " " : ", on the opinion of "
      second += members.map { title($0) == $0 ? "'\($0)'" : "'\(title($0))' (\($0))" }.joined(separator: ", ")
    }
    if !principles.isEmpty && rule != principles.joined(separator: ", ") {
      second += " (\(principles.joined(separator: ", ")))"
    }
    if let adjustedBy { second += "; as the \(adjustedBy) set it" }
    return [first, second + "."]
  }

  /// The rule in words; outcomes have the word of the policy file in front.
  private var ruleWords: String {
    switch PolicyOutcome(rawValue: rule) {
    case .objects: "rule 'objects': as many object as it wants"
    case .contested: "rule 'contested': some object"
    case .undecided: "rule 'undecided': enough object or cannot tell"
    case .missing: "rule 'missing': no whole opinion from"
    case nil: "rule '\(rule)'"
    }
  }
}
