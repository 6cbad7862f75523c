/// What a principle says of the texts that fall under it.
public enum Stance: String, Sendable, CaseIterable {
  case prohibit, discourage, permit, encourage
}

/// The side of a conversation that a principle applies to.
public enum Side: String, Sendable, CaseIterable {
  /// What a person asks.
  case prompt
  /// What a model answers.
  case response
  /// The answer in the light of its prompt.
  case exchange
}

/// One output of a classifier: a class of a data set, or a principle of a constitution.
public struct Label: Sendable, Hashable {
  /// The name in data and in results.
  public var id: String
  /// For people; the id when nothing better was given.
  public var title: String
  /// For principles only.
  public var stance: Stance?
  public var side: Side?
  /// For prohibited principles: whether their texts are like those of the others, so that one output
  /// learns them together (see `ModelSpec.calibrate`); `any` is never below a label that is not pooled.
  public var isPooled: Bool
  /// The probability from which a text counts as flagged, in (0, 1].
  public var threshold: Float

  public init(
    id: String, title: String? = nil, stance: Stance? = nil, side: Side? = nil,
    isPooled: Bool = true, threshold: Float = 0.5
  ) {
    self.id = id
    self.title = title ?? id
    self.stance = stance
    self.side = side
    self.isPooled = isPooled
    self.threshold = threshold
  }
}
