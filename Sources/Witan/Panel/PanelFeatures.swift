/// The members of a panel whose features are of one kind: text is folded, cut and hashed once for all of them.
struct PanelFeatures: Sendable {
  /// A table of as many buckets as some of these members have, and where its sums stand in the panel's row.
  struct Table: Sendable {
    let fused: FusedTable
    let firstLane: Int
    /// How much smaller its ids are than those of the features: a bucket is the top bits of a hash.
    let shift: UInt32
    /// The features, of this table's size.
    let spec: FeatureSpec

    var lanes: Int { Head.padded(fused.columns) }
  }

  /// Where the tables of such members stand among all.
  struct Tables: BitwiseCopyable {
    let first: Int
    let count: Int
  }

  /// What is hashed: as many buckets as the largest table has.
  let spec: FeatureSpec
  let tables: [Table]
}
