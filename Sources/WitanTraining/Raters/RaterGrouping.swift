public import Witan

/// Which raters share an opinion: those with the same value of a field, or of like severity.
public struct RaterGrouping: Sendable {
  /// Fields of ratings; each value of each of them is a group. `severity` makes groups of what raters said.
  public var fields: [String]
  /// Groups of `severity`.
  public var severityGroups = 4
  /// Groups with fewer ratings have no opinion of their own.
  public var leastRatings = 50

  /// Throws `invalidValue` for fields that are none, or there twice.
  public init(fields: [String]) throws(WitanError) {
    guard !fields.isEmpty, Set(fields).count == fields.count, !fields.contains("") else {
      throw WitanError(.invalidValue, "is not one or more different fields of ratings", at: "by")
    }
    self.fields = fields
  }

  /// The groups that ratings make, with the labels of their outputs behind the pooled one.
  struct Found {
    var labels: [Label]
    var opinions: OpinionGroups
    /// `field=value` of groups with too few ratings, and how many these are.
    var leftOut: [(name: String, ratings: Int)]
  }

  /// Throws `data` when no rating has a field, and when less than two groups have enough ratings.
  func find(in texts: [RatedText]) throws(WitanError) -> Found {
    guard 2...64 ~= severityGroups else {
      throw WitanError(.invalidValue, "is not in 2...64", at: "severity groups")
    }
    guard leastRatings >= 1 else { throw WitanError(.invalidValue, "is not at least 1", at: "least ratings") }
    let members =
      fields.contains(OpinionGroups.severityField) ? Severity(texts).groups(severityGroups) : [:]
    var found = Found(
      labels: [Label(id: OpinionGroups.pooledLabel, title: "all raters")],
      opinions: OpinionGroups(pooled: 0, groups: []), leftOut: [])
    var groups: [OpinionGroups.Group] = []
    for field in fields {
      var sums: [String: (count: Int, sum: Double)] = [:]
      for rating in texts.lazy.flatMap(\.ratings) {
        guard let name = Self.group(of: rating, field: field, members: members) else { continue }
        let old = sums[name] ?? (0, 0)
        sums[name] = (old.count + 1, old.sum + Double(rating.degree))
      }
      guard !sums.isEmpty else {
        let known = Set(texts.lazy.flatMap(\.ratings).flatMap(\.fields.keys)).sorted()
        throw WitanError(
          .data,
          field == OpinionGroups.severityField
            ? "no text has two ratings with a \"rater\", which severity is told from"
            : "no rating has the field \"\(field)\"; there are \(known.isEmpty ? "none" : known.joined(separator: ", "))",
          at: "by")
      }
      // A rater's number is a name too: 2 before 10.
      for name in sums.keys.sorted(by: { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }) {
        let (count, sum) = sums[name]!
        guard count >= leastRatings else {
          found.leftOut.append(("\(field)=\(name)", count))
          continue
        }
        let id = fields.count == 1 && name != OpinionGroups.pooledLabel ? name : "\(field)=\(name)"
        groups.append(
          OpinionGroups.Group(
            output: found.labels.count, field: field, name: name, ratings: count,
            mean: Float(sum / Double(count))))
        found.labels.append(
          Label(id: field == OpinionGroups.severityField ? "\(field)=\(name)" : id, title: "\(field) \(name)")
        )
      }
    }
    guard groups.count > 1 else {
      throw WitanError(
        .data,
        "only \(groups.count) group(s) have \(leastRatings) ratings or more; opinions are compared between two or "
          + "more. The largest others: "
          + found.leftOut.sorted { $0.ratings > $1.ratings }.prefix(5).map { "\($0.name) (\($0.ratings))" }
          .joined(separator: ", "), at: "by")
    }
    found.opinions = OpinionGroups(pooled: 0, groups: groups, members: members)
    return found
  }

  /// The group that a rating belongs to; nil when that is not known.
  static func group(of rating: Rating, field: String, members: [String: String]) -> String? {
    field == OpinionGroups.severityField ? rating.rater.flatMap { members[$0] } : rating.fields[field]
  }
}

extension OpinionGroups {
  /// What the members of each group said of a text. [groups][ratings]
  func votes(_ text: RatedText) -> [[Float]] {
    groups.map { group in
      text.ratings.filter { RaterGrouping.group(of: $0, field: group.field, members: members) == group.name }
        .map(\.degree)
    }
  }
}
