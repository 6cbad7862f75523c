/// How far the opinions of a panel are apart, and who stands where.
public struct Dissent: Sendable, Hashable {
  /// The members' names by where they stand, in the panel's order.
  public let objects: [String]
  public let undecided: [String]
  public let accepts: [String]
  public let supports: [String]
  /// Those that have no rules about such texts: they count on no side.
  public let silent: [String]
  /// The standard deviation of the `objection` of those that are not silent. [0, 0.5]; 0 for one alone
  public let spread: Float
  /// How evenly those who can tell are split between objecting and not: twice the share of the smaller
  /// side. 0 where all agree, 1 where they are halved.
  public let division: Float

  /// O(opinions)
  public init(_ opinions: [Opinion]) {
    func members(_ standing: Standing) -> [String] {
      opinions.filter { $0.standing == standing }.map(\.provenance.member)
    }
    (objects, undecided) = (members(.objects), members(.undecided))
    (accepts, supports) = (members(.accepts), members(.supports))
    silent = members(.silent)
    let heard = opinions.filter { $0.standing != .silent }.map(\.objection)
    let n = Float(max(1, heard.count))
    let mean = heard.reduce(0, +) / n
    spread = (heard.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
    let against = Float(objects.count)
    let decided = against + Float(accepts.count + supports.count)
    division = decided == 0 ? 0 : 2 * min(against, decided - against) / decided
  }

  /// Whether some object and others, who can tell, do not.
  public var isContested: Bool { division > 0 }
}
