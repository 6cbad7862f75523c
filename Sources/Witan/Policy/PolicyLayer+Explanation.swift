extension PolicyLayer {
  /// What the layer does, a sentence for each outcome and rule.
  var sentences: [String] {
    var out: [String] = []
    if objects > .emit || contested > .emit || undecided > .emit {
      out.append(objectionSentence)
      if members.count > 1 {
        out.append(
          contested > .emit
            ? "When some of them object and others do not, this follows: \(contested.consequence)."
            : "That they disagree has no consequence of its own.")
      }
      if undecided > .emit {
        out.append(
          "When it hangs on members that cannot tell, this follows: \(undecided.consequence).")
      }
      if max(contested, undecided) > objects {
        out.append("What follows when some object is never more than what follows when all do.")
      }
      if let words = debounce.sentence { out.append("In a stream it follows once it holds for \(words).") }
    }
    for rule in rules {
      let isNamed = rule.name != rule.signals.map(\.name).joined(separator: ", ")
      out.append(
        (isNamed ? "The rule '\(rule.name)': when " : "When ")
          + "\(found(rule.signals)), \(rule.action.consequence)"
          + (rule.exemptions.isEmpty ? "." : ", unless \(found(rule.exemptions))."))
      if let words = rule.debounce.sentence {
        out.append("In a stream it does so once that holds for \(words).")
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

  private var objectionSentence: String {
    let all = joined(members, "and")
    let then = objects.consequence
    if members.count == 1 { return "When \(members[0]) objects, \(then)." }
    switch combination {
    case .any: return "When one of \(all) objects, \(then)."
    case .quorum(let n):
      return n == members.count
        ? "When \(all) object, \(then)."
        : "When at least \(n) of \(all) object, or all who are there, \(then)."
    case .share(let share):
      return "When at least \(Self.number(share * 100)) % of those who are there of \(all) object, \(then)."
    case .unanimity: return "When all of \(all) who can tell object, \(then)."
    case .weights(let weights, let from):
      let list = members.map { "\($0) counts \(Self.number(weights[$0] ?? 0))" }
      return "When the weighted mean of the probabilities with which \(all) object (\(joined(list, "and"))) "
        + "reaches \(Self.number(from)), or all of them object, \(then)."
    case .priority:
      return "The first of \(joined(members, "then")) who can tell decides: when it objects, \(then)."
    case .choice:
      return
        "The user chooses which of \(joined(members, "or")) speaks; while nobody is chosen, one objection is "
        + "enough. When there is an objection, \(then)."
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
  /// The words of a stream that must agree, as the end of a sentence; nil where one is enough and none before counts.
  fileprivate var sentence: String? {
    if window == 1 { return nil }
    return needed == window ? "\(window) words one after the other" : "\(needed) of the last \(window) words"
  }
}

/// "a, b and c".
func joined(_ items: [String], _ word: String) -> String {
  guard items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " \(word) " + items[items.count - 1]
}
