/// How far the opinions of a panel are apart, and who stands where.
public struct Dissent: Sendable, Hashable {
  /// The members' names by where they stand, in the panel's order.
  public let objects: [String]
  public let undecided: [String]
  public let accepts: [String]
  public let supports: [String]
  /// The standard deviation of the members' `objection`. [0, 0.5]; 0 for a panel of one
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
    let n = Float(max(1, opinions.count))
    let mean = opinions.reduce(0) { $0 + $1.objection } / n
    spread = (opinions.reduce(0) { $0 + ($1.objection - mean) * ($1.objection - mean) } / n).squareRoot()
    let against = Float(objects.count)
    let decided = against + Float(accepts.count + supports.count)
    division = decided == 0 ? 0 : 2 * min(against, decided - against) / decided
  }

  /// Whether some object and others, who can tell, do not.
  public var isContested: Bool { division > 0 }
}
