extension PolicyLayer {
  /// What the layer does, a sentence for each outcome and rule.
  var sentences: [String] {
    var out: [String] = []
    if objects > .emit || contested > .emit || undecided > .emit {
      if combination == .choice && members.count > 1 {
        out.append(
          "The user chooses which of \(joined(members, "or")) speaks; while nobody is chosen, one objection is enough."
        )
      }
      if objects > .emit { out.append("When \(condition), \(objects.consequence).") }
      if contested > .emit {
        out.append(
          objects > .emit
            ? "When some of them object and others do not, this follows: \(contested.consequence)."
            : "When at least one of \(joined(members, "and")) objects, \(contested.consequence).")
      } else if objects > .emit && members.count > 1 {
        out.append("That they disagree has no consequence of its own.")
      }
      if undecided > .emit {
        out.append(
          objects > .emit
            ? "When it hangs on members that cannot tell, this follows: \(undecided.consequence)."
            : "When \(condition), or could with those who cannot tell, this follows: \(undecided.consequence)."
        )
      }
      if objects > .emit && max(contested, undecided) > objects {
        out.append("What follows when some object is never more than what follows when all do.")
      }
      if let words = debounce.sentence("it") { out.append("In a stream it follows \(words).") }
    }
    for rule in rules {
      let isNamed = rule.name != rule.signals.map(\.name).joined(separator: ", ")
      out.append(
        (isNamed ? "The rule '\(rule.name)': when " : "When ")
          + "\(found(rule.signals)), \(rule.action.consequence)"
          + (rule.exemptions.isEmpty ? "." : ", unless \(found(rule.exemptions))."))
      if let words = rule.debounce.sentence("that") {
        out.append("In a stream it does so \(words).")
      }
      if let until = rule.signals[0].until {
        out.append("In a stream it goes on until the probability falls below \(Self.number(until)).")
      }
    }
    if !exemptions.isEmpty {
      out.append(
        "All this is silent while \(found(exemptions)); only principles that permit or encourage count for that."
      )
    } else if rules.contains(where: { !$0.exemptions.isEmpty }) {
      out.append("Only principles that permit or encourage can exempt.")
    }
    let who = members.count == 1 ? "\(members[0]) is" : "one of \(joined(members, "and")) is"
    out.append(
      "When \(who) missing or incomplete, \(missing.consequence): it fails \(missing > .annotate ? "closed" : "open")."
    )
    return out
  }

  /// When the layer objects, after "When".
  private var condition: String {
    let all = joined(members, "and")
    if members.count == 1 { return "\(members[0]) objects" }
    switch combination {
    case .any: return "one of \(all) objects"
    case .quorum(let n):
      return n == members.count ? "\(all) object" : "at least \(n) of \(all) object, or all who are there"
    case .share(let share):
      return "at least \(Self.number(share * 100)) % of those who are there of \(all) object"
    case .unanimity: return "all of \(all) who can tell object"
    case .weights(let weights, let from):
      let list = members.map { "\($0) counts \(Self.number(weights[$0] ?? 0))" }
      return "the weighted mean of the probabilities with which \(all) object (\(joined(list, "and"))) "
        + "reaches \(Self.number(from)), or all of them object"
    case .priority: return "the first of \(joined(members, "then")) who can tell objects"
    case .choice: return "there is an objection"
    }
  }

  /// "baseline finds fraud (at 0.3 or more)", for one or several.
  private func found(_ signals: [PolicySignal]) -> String {
    let list = signals.map { signal in
      let what = signal.principle == GuardOptions.any ? "any of its prohibitions" : "'\(signal.principle)'"
      return "\(signal.member) finds \(what)"
    }
    let from =
      signals[0].from.map { "a probability of \(Self.number($0)) or more" } ?? "the model's own threshold"
    return "\(joined(list, "or")) (at \(from))"
  }

  /// 2 for 2.0, and no more digits than a Float has.
  private static func number(_ x: Float) -> String { JSON(x).text() }
}

extension GuardAction {
  /// What the action does with a whole text, as the end of a sentence: nothing more of it comes.
  package var consequenceOfWhole: String {
    switch self {
    case .emit, .annotate, .ask: consequence
    case .hold: "the text is held back"
    case .terminate: "the text is refused"
    }
  }

  /// What the action does with a text that is still written, as the end of a sentence.
  package var consequence: String {
    switch self {
    case .emit: "the text passes"
    case .annotate: "the text passes with a mark"
    case .hold: "the text is held back until its score has fallen"
    case .ask: "the text is held back until somebody has answered"
    case .terminate: "the text is stopped"
    }
  }
}

extension Debounce {
  /// The words of a stream at which `what` must hold, as the end of a sentence; nil where one is enough and none before
  /// counts.
  fileprivate func sentence(_ what: String) -> String? {
    if window == 1 { return nil }
    if needed == 1 { return "from the first such word on, and for \(window - 1) more after the last" }
    return needed == window
      ? "once \(what) holds for \(window) words one after the other"
      : "once \(what) holds for \(needed) of the last \(window) words"
  }
}

/// "a, b and c".
func joined(_ items: [String], _ word: String) -> String {
  guard items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " \(word) " + items[items.count - 1]
}
