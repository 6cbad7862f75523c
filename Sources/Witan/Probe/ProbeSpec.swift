/// The architecture of a probe:
///
///     x    = one token's hidden state                        [dimensions]
///     h    = max(0, hidden x + hidden_bias)                  [units], if there is a hidden layer
///     z    = output h + bias                                 [labels], kept as a multiple of 2^-16
///     zbar = mean of the last `window` z, or an exponential average of them
///     p    = sigmoid(slope * zbar + offset)
///
/// Activations are not standardised: training folds that into the first layer.
public struct ProbeSpec: Sendable, Hashable {
  /// How the logits of a stream are averaged.
  public enum Smoothing: Sendable, Hashable {
    /// The mean of the last so many tokens, or of all while there are fewer. At least 1.
    case window(Int)
    /// a_t = a_(t-1) + rate * (z_t - a_(t-1)), a_1 = z_1. The rate is in (0, 1].
    case exponential(rate: Float)

    /// Logits that have to be kept.
    var length: Int { if case .window(let count) = self { count } else { 1 } }
  }

  /// Bounds of what an untrusted file may ask for.
  public static let maximumDimensions = 65_536
  public static let maximumUnits = 4096
  public static let maximumLabels = 256
  public static let maximumWindow = 4096

  /// Length of a hidden state.
  public let dimensions: Int
  /// Units of the hidden layer; 0 for a linear probe.
  public let units: Int
  public let labels: [Label]
  public let smoothing: Smoothing
  /// How each label is combined with a text classifier's; empty for a probe that stands alone. [labels]
  public let combination: [CombinedScore]

  /// Throws `invalidValue`, naming the field.
  public init(
    dimensions: Int, units: Int = 0, labels: [Label], smoothing: Smoothing = .window(16),
    combination: [CombinedScore] = []
  ) throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(
      1...Self.maximumDimensions ~= dimensions, "is not in 1...\(Self.maximumDimensions)", "dimensions")
    try demand(0...Self.maximumUnits ~= units, "is not in 0...\(Self.maximumUnits)", "units")
    try demand(
      1...Self.maximumLabels ~= labels.count, "has not 1 to \(Self.maximumLabels) entries", "labels")
    try demand(Set(labels.map(\.id)).count == labels.count, "names one label twice", "labels")
    for label in labels {
      try demand(!label.id.isEmpty, "a label has no name", "labels")
      try demand(
        label.threshold > 0 && label.threshold <= 1, "is not in (0, 1]", "labels.\(label.id).threshold")
    }
    switch smoothing {
    case .window(let count):
      try demand(1...Self.maximumWindow ~= count, "is not in 1...\(Self.maximumWindow)", "window")
    case .exponential(let rate): try demand(rate > 0 && rate <= 1, "is not in (0, 1]", "rate")
    }
    try demand(
      combination.isEmpty || combination.count == labels.count, "has not one entry for each label",
      "combination")
    (self.dimensions, self.units, self.labels) = (dimensions, units, labels)
    (self.smoothing, self.combination) = (smoothing, combination)
  }

  /// The same probe with other smoothing. Throws `invalidValue`.
  public func with(smoothing: Smoothing) throws(WitanError) -> ProbeSpec {
    try ProbeSpec(
      dimensions: dimensions, units: units, labels: labels, smoothing: smoothing, combination: combination)
  }

  /// The same probe combined with a text classifier. Throws `invalidValue`.
  public func with(combination: [CombinedScore]) throws(WitanError) -> ProbeSpec {
    try ProbeSpec(
      dimensions: dimensions, units: units, labels: labels, smoothing: smoothing, combination: combination)
  }
}
