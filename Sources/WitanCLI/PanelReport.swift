import Witan
import WitanTraining

/// A verdict in words that need no explanation: who stands where and why, then how far they are apart.
struct PanelReport {
  let verdict: PanelVerdict
  /// The text, to show its words; empty when it was not kept.
  let text: [UInt8]

  /// Columns of the names of constitutions.
  private static let nameWidth = 36
  /// Columns of where they stand.
  private static let standingWidth = 18
  private static let wordsShown = 5
  private static let principlesShown = 3

  /// A line for each opinion and one more for its words, then the sentence of `dissent`; others may add lines.
  var lines: [String] {
    verdict.opinions.flatMap { opinion in
      let standing = opinion.standing
      let said = Terminal.styled(standing.words.padded(Self.standingWidth), standing.style)
      let reasons = reasons(opinion)
      let first =
        "  " + opinion.provenance.title.padded(Self.nameWidth) + "  " + said
        + reasons.map(\.text).joined(separator: "; ")
      let words = words(opinion, of: reasons.flatMap(\.outputs))
      let second = String(repeating: " ", count: Self.nameWidth + Self.standingWidth + 4) + "because of: "
      return [first.trimmed] + (words.isEmpty ? [] : [second + words.joined(separator: ", ")])
    } + ["", dissent]
  }

  /// What an opinion rests on, and the outputs that say so.
  private struct Reason {
    let text: String
    var outputs: [String] = []
  }

  /// The principles that reached their thresholds and speak for where the constitution stands, with how probable each
  /// is; then those that speak against it.
  private func reasons(_ opinion: Opinion) -> [Reason] {
    func named(_ stances: [Stance]) -> [Label] {
      opinion.flagged.filter { $0.stance.map(stances.contains) ?? false }
    }
    func titles(_ labels: [Label]) -> String {
      labels.prefix(Self.principlesShown).map(\.title).joined(separator: ", ")
        + (labels.count > Self.principlesShown ? " and \(labels.count - Self.principlesShown) more" : "")
    }
    let isAgainst = opinion.standing == .objects || opinion.standing == .undecided
    let (against, discouraged, others) = (
      named([.prohibit]), named([.discourage]), named([.permit, .encourage])
    )
    let own = isAgainst ? against : others
    var out = own.prefix(Self.principlesShown).map { label in
      Reason(
        text: Self.probability(label.title, opinion.scores[label.id] ?? 0, label.threshold),
        outputs: [label.id])
    }
    if own.count > out.count { out.append(Reason(text: "\(own.count - out.count) more")) }
    if isAgainst && own.isEmpty, let any = opinion.scores.any, let threshold = opinion.anyThreshold {
      out = [
        Reason(text: Self.probability("its prohibitions taken together", any, threshold), outputs: ["any"])
      ]
    }
    if !discouraged.isEmpty {
      out.append(Reason(text: "discourages \(titles(discouraged))", outputs: discouraged.map(\.id)))
    }
    let beside = isAgainst ? others : against
    if !beside.isEmpty {
      let text = isAgainst ? "though it allows \(titles(beside))" : "though it may be \(titles(beside))"
      out.append(Reason(text: text, outputs: isAgainst ? [] : beside.map(\.id)))
    }
    return out
  }

  /// "Harassment (very likely, 93 %)"; where the threshold is lower than such words, how it is reached.
  static func probability(_ title: String, _ p: Float, _ threshold: Float) -> String {
    let share = percent(Double(p), digits: p < 0.1 ? 1 : 0)
    switch p {
    case 0.9...: return "\(title) (very likely, \(share))"
    case 0.66...: return "\(title) (likely, \(share))"
    case 0.33...: return "\(title) (about as likely as not, \(share))"
    default: return "\(title) (\(share), and \(percent(Double(threshold), digits: 1)) is enough)"
    }
  }

  /// The words that these outputs rest on most, each once.
  private func words(_ opinion: Opinion, of outputs: [String]) -> [String] {
    var seen = Set<String>()
    var words: [String] = []
    for evidence in opinion.evidence.sorted(by: { $0.value > $1.value })
    where outputs.contains(evidence.output) && evidence.bytes.upperBound <= text.count {
      let word = String(decoding: text[evidence.bytes], as: UTF8.self)
      if words.count < Self.wordsShown, seen.insert(word.lowercased()).inserted { words.append(word) }
    }
    return words
  }

  /// The disagreement in a sentence.
  var dissent: String {
    let d = verdict.dissent
    let sides = [
      (d.objects, "objects", "object"), (d.undecided, "cannot tell", "cannot tell"),
      (d.accepts, "does not object", "do not object"), (d.supports, "supports it", "support it"),
      (d.silent, "has no rule here", "have no rule here"),
    ].filter { !$0.0.isEmpty }
    let all = verdict.opinions.count
    if sides.count == 1 { return all == 1 ? "It \(sides[0].1)." : "All \(all) \(sides[0].2)." }
    let parts = sides.map { "\(titles($0.0)) \($0.0.count == 1 ? $0.1 : $0.2)" }.joined(separator: "; ")
    return (d.isContested ? "They disagree: " : "Nobody disagrees: ") + parts + "."
  }

  /// The titles of members, or how many they are.
  private func titles(_ members: [String]) -> String {
    guard members.count <= 3 else { return "\(members.count) of \(verdict.opinions.count)" }
    return members.map { member in
      "'\(verdict.opinions.first { $0.provenance.member == member }?.provenance.title ?? member)'"
    }.joined(separator: ", ")
  }
}

extension Standing {
  fileprivate var style: String {
    switch self {
    case .objects: "1;31"
    case .undecided: "33"
    case .accepts: "39"
    case .supports: "32"
    case .silent: "2"
    }
  }
}

extension String {
  /// Without spaces at the end.
  fileprivate var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}
