/// What the features of a model are: the part of the format that text passes through.
///
/// Version 1: word 1-2-grams and in-word character 3-5-grams with edge marks over folded text, each
/// hashed to one row. Golden vectors freeze it; a change is a new version.
public struct FeatureSpec: Sendable, Hashable {
  /// The only version there is.
  public static let currentVersion = 1
  /// Tables of 2^8 to 2^22 rows are accepted.
  public static let log2BucketsRange = 8...22

  public let version: Int
  /// log2 of the number of rows.
  public let log2Buckets: Int

  /// Throws `invalidValue` or `unsupported` when a value is outside its range.
  public init(version: Int = Self.currentVersion, log2Buckets: Int) throws(WitanError) {
    guard version == Self.currentVersion else {
      throw WitanError(
        .unsupported, "feature version \(version) is unknown; this program reads version 1",
        at: "features.version")
    }
    guard Self.log2BucketsRange.contains(log2Buckets) else {
      throw WitanError(
        .invalidValue, "\(log2Buckets) is not in 8...22: the table has 2^8 to 2^22 rows",
        at: "features.log2_buckets")
    }
    self.version = version
    self.log2Buckets = log2Buckets
  }

  public var buckets: Int { 1 << log2Buckets }
}
