/// When a layer objects, by its members who do. Those who cannot tell count neither way; those who are silent, as
/// they have no rules about such texts, count as if they were no members.
public enum PolicyCombination: Sendable, Hashable {
  /// One objection is enough.
  case any
  /// So many objections are, or all of the members that are there, where there are fewer.
  case quorum(Int)
  /// This share of the members that are there must object, in (0, 1].
  case share(Float)
  /// All who can tell must object, and at least one.
  case unanimity
  /// The weighted mean of the probabilities of objection must reach `from`, or all object.
  case weights([String: Float], from: Float)
  /// The first of the members who can tell decides.
  case priority
  /// The member decides whom the user chose; while nobody was chosen, one objection is enough.
  case choice

  /// The word in the file.
  public var word: String {
    switch self {
    case .any: "any"
    case .quorum: "quorum"
    case .share: "share"
    case .unanimity: "unanimity"
    case .weights: "weights"
    case .priority: "priority"
    case .choice: "choice"
    }
  }
}
