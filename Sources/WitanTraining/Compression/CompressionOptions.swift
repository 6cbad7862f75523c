internal import Witan

/// What to do to the table of a model. Rows that hold only zeros are dropped in any case, where the map
/// of the others costs less than they do; alone, that changes no score.
public struct CompressionOptions: Sendable, Hashable {
  /// 8 or 4; nil leaves what the model has.
  public var bits: Int?
  /// How often the number of buckets is halved.
  public var folds = 0
  /// Share of the rows that hold something to drop, those first that do least.
  public var pruneShare = 0.0

  public init(bits: Int? = nil, folds: Int = 0, pruneShare: Double = 0) {
    self.bits = bits
    self.folds = folds
    self.pruneShare = pruneShare
  }

  /// Throws `invalidValue` when a number is outside its range for `spec`.
  func check(_ spec: ModelSpec) throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ field: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: field) }
    }
    try demand(bits == nil || bits == 8 || bits == 4, "is neither 8 nor 4", "bits")
    let most = spec.features.log2Buckets - FeatureSpec.log2BucketsRange.lowerBound
    try demand(
      0...most ~= folds, "is not in 0...\(most): the table has 2^\(spec.features.log2Buckets) buckets",
      "folds")
    try demand(pruneShare >= 0 && pruneShare < 1, "is not in 0..<1", "pruneShare")
  }
}
