/// What a constitution's prediction set says of a text: whether it falls under what the constitution prohibits.
public enum Finding: String, Sendable, CaseIterable {
  /// The set holds "falls under" alone.
  case fallsUnder = "falls_under"
  /// The set holds "does not" alone.
  case doesNot = "does_not"
  /// The set holds both or neither: an abstention.
  case cannotTell = "cannot_tell"

  /// "falls under", "does not", "cannot tell".
  public var words: String {
    switch self {
    case .fallsUnder: "falls under"
    case .doesNot: "does not"
    case .cannotTell: "cannot tell"
    }
  }
}
