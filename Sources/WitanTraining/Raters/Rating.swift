/// What one rater said of a text.
public struct Rating: Sendable, Hashable {
  /// How far the label applies, in [0, 1]: 0 and 1 for no and yes, or a place on a scale.
  public var degree: Float
  /// What is known of the rater: `rater` (who), `group`, or any field of the data, as `gender`.
  public var fields: [String: String]

  public init(degree: Float, fields: [String: String]) {
    (self.degree, self.fields) = (degree, fields)
  }

  /// Who said it, where known.
  public var rater: String? { fields["rater"] }
}
