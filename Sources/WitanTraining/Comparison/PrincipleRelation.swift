public import Witan

/// How often two principles of different constitutions apply to the same texts.
public struct PrincipleRelation: Sendable, Hashable {
  /// A principle of a member.
  public struct Principle: Sendable, Hashable {
    public let member: String
    public let label: Label
    /// Texts to which it applies.
    public let texts: Int
  }

  public let first: Principle
  public let second: Principle
  /// Texts to which both apply.
  public let both: Int
  /// Such a text: the one of which both are surest.
  public let example: String

  /// Whether one speaks against what the other permits or encourages.
  public var isConflict: Bool { first.label.isAgainst != second.label.isAgainst }

  /// The share of the texts of either to which both apply (Jaccard). [0, 1]
  public var overlap: Double { Double(both) / Double(max(1, first.texts + second.texts - both)) }
}

extension Label {
  /// Whether its texts are prohibited or discouraged; classes without a stance count as neither and never
  /// stand in a relation.
  var isAgainst: Bool { stance == .prohibit || stance == .discourage }
}

/// A principle by its member's and its own number.
struct PrincipleKey: Hashable, Sendable {
  let member: Int
  let label: Int
}

struct RelationKey: Hashable, Sendable {
  let first: PrincipleKey
  let second: PrincipleKey
}

struct RelationCounts: Sendable {
  var both = 0
  var surest: Float = -1
  var example = ""
  var (first, second): (Label, Label)
}

extension PanelComparison {
  mutating func addRelations(_ text: String, _ opinions: [Opinion]) {
    let flagged = opinions.enumerated().flatMap {
      member, opinion -> [(key: PrincipleKey, label: Label, p: Float)] in
      // A prohibition counts where its constitution objects, what speaks for a text where it does not.
      let objects = opinion.standing == .objects
      return opinion.scores.labels.enumerated().compactMap { index, label in
        let p = opinion.scores.probabilities[index]
        guard let stance = label.stance, p >= label.threshold else { return nil }
        guard stance == .discourage || (stance == .prohibit) == objects else { return nil }
        return (key: PrincipleKey(member: member, label: index), label: label, p: p)
      }
    }
    for a in flagged { flags[a.key, default: 0] += 1 }
    for (i, a) in flagged.enumerated() {
      for b in flagged[(i + 1)...] where b.key.member != a.key.member {
        let key = RelationKey(first: a.key, second: b.key)
        var counts = relations[key] ?? RelationCounts(first: a.label, second: b.label)
        counts.both += 1
        let surety = min(a.p, b.p)
        if surety > counts.surest { (counts.surest, counts.example) = (surety, text) }
        relations[key] = counts
      }
    }
  }

  /// Pairs of principles, of different members, that apply to the same texts: those of which one speaks against
  /// what the other permits or encourages (`conflicts`), else those that go together. Most texts first.
  public func relations(conflicts: Bool) -> [PrincipleRelation] {
    func principle(_ key: PrincipleKey, _ label: Label) -> PrincipleRelation.Principle {
      .init(member: members[key.member].provenance.member, label: label, texts: flags[key] ?? 0)
    }
    let all = relations.map { key, counts in
      PrincipleRelation(
        first: principle(key.first, counts.first), second: principle(key.second, counts.second),
        both: counts.both, example: counts.example)
    }
    func order(_ r: PrincipleRelation) -> (Int, Double, String) {
      let names = [r.first.member, r.first.label.id, r.second.member, r.second.label.id]
      return (-r.both, -r.overlap, names.joined(separator: "\t"))
    }
    return all.filter { $0.isConflict == conflicts }.sorted { order($0) < order($1) }
  }
}
