import Foundation
import Witan
import WitanTraining

/// A verdict in words that need no explanation: who stands where and why, then how far they are apart.
struct PanelReport {
  let verdict: PanelVerdict
  /// The text, to show its words; empty when it was not kept.
  let text: [UInt8]
  /// Whether the text was graded while it was written.
  var isStream = false

  /// Columns of the names of constitutions.
  private static let nameWidth = 36
  /// Columns of where they stand.
  private static let standingWidth = 18
  private static let wordsShown = 5
  private static let principlesShown = 3

  /// A line for each opinion, one more with the member's name, as policies have it, and the words, then the sentence of `dissent`, then the decision where a
  /// policy made one.
  var lines: [String] {
    verdict.opinions.flatMap { opinion in
      let standing = opinion.standing
      let said = Terminal.styled(standing.words.padded(Self.standingWidth), standing.style)
      let reasons = reasons(opinion)
      let first =
        "  " + opinion.provenance.title.padded(Self.nameWidth) + "  " + said + reasons.joined(separator: "; ")
      let words = words(opinion)
      let name = ("    " + opinion.provenance.member).padded(Self.nameWidth + Self.standingWidth + 4)
      return [
        first.trimmed, (name + (words.isEmpty ? "" : "because of: " + words.joined(separator: ", "))).trimmed,
      ]
    } + ["", dissent] + (verdict.decision.map { $0.lines(ofStream: isStream, title) } ?? [])
  }

  /// What the opinion rests on: principles that reached their thresholds, with how probable each is.
  private func reasons(_ opinion: Opinion) -> [String] {
    let isAgainst = opinion.standing == .objects || opinion.standing == .undecided
    func named(_ stances: [Stance]) -> [Label] {
      opinion.flagged.filter { $0.stance.map(stances.contains) ?? false }
    }
    let own = isAgainst ? named([.prohibit]) : named([.permit, .encourage])
    var out = own.prefix(Self.principlesShown)
      .map { Self.probability($0.named, opinion.scores[$0.id] ?? 0, $0.threshold) }
    if own.count > out.count { out.append("\(own.count - out.count) more") }
    if isAgainst && out.isEmpty, let any = opinion.scores.any, let threshold = opinion.anyThreshold {
      out = [Self.probability("its prohibitions taken together", any, threshold)]
    }
    let beside = isAgainst ? named([.permit, .encourage]) : []
    if !beside.isEmpty {
      out.append("though " + beside.map(\.named).joined(separator: ", ") + " speaks for it")
    }
    let discouraged = named([.discourage])
    if !discouraged.isEmpty { out.append("discourages " + discouraged.map(\.named).joined(separator: ", ")) }
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

  /// The words that the opinion rests on most, each once: of the outputs that `reasons` names.
  private func words(_ opinion: Opinion) -> [String] {
    let stances: [Stance] =
      opinion.standing == .objects || opinion.standing == .undecided
      ? [.prohibit, .discourage] : [.permit, .encourage, .discourage]
    let named = Set(opinion.flagged.filter { $0.stance.map(stances.contains) ?? false }.map(\.id) + ["any"])
    var seen = Set<String>()
    var words: [String] = []
    for evidence in opinion.evidence.sorted(by: { $0.value > $1.value })
    where words.count < Self.wordsShown && named.contains(evidence.output)
      && evidence.bytes.upperBound <= text.count
    {
      let word = String(decoding: text[evidence.bytes], as: UTF8.self)
        .trimmingCharacters(in: .punctuationCharacters.union(.whitespaces))
      guard !word.isEmpty else { continue }
      if seen.insert(word.lowercased()).inserted { words.append(word) }
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
    return members.map { "'\(title($0))'" }.joined(separator: ", ")
  }

  private func title(_ member: String) -> String {
    verdict.opinions.first { $0.provenance.member == member }?.provenance.title ?? member
  }
}

extension Label {
  /// The title for people and, where it says something else, the id that policies and commands take.
  var named: String { title == id || title.isEmpty ? id : "\(title) [\(id)]" }
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
