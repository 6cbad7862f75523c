public import Witan

/// A model that `Compressor` made.
public struct CompressedModel: Sendable {
  public let spec: ModelSpec
  /// The file.
  public let bytes: [UInt8]
  let packing: TablePacking
  let record: [String: JSON]

  /// Rows that held something and were dropped.
  public var droppedRows: Int { record["rows_dropped"]?.int ?? 0 }

  /// `record` is what the metadata `witan.compression` tells of the making, beside the table's form.
  init(
    _ original: Classifier, _ weights: ModelWeights, _ packing: TablePacking, log2Buckets: Int,
    record: [String: JSON]
  ) throws(WitanError) {
    spec = try original.spec.with(log2Buckets: log2Buckets, table: packing.spec)
    var weights = weights
    (weights.table, weights.kept) = (packing.rows, packing.kept)
    (weights.scale, weights.squares) = (packing.scale, packing.squares)
    var told = record
    told["bits"] = JSON(packing.spec.bits)
    told["log2_buckets"] = JSON(log2Buckets)
    told["rows"] = JSON(packing.spec.keptRows ?? spec.features.buckets)
    if let before = original.metadata["witan.compression"] { told["before"] = try JSON(parsing: before) }
    var metadata = original.metadata
    metadata["witan.compression"] = JSON.object(told).text()
    // Scores stay bit for bit only when nothing but rows of zeros goes; else no promise outlives them.
    let isSame = packing.spec.bits == 8 && log2Buckets == original.spec.features.log2Buckets
    let changesScores = !isSame || told["rows_dropped"]?.int != 0
    for key in [FalseFlagPromise.key, ConformalSets.key] where changesScores {
      guard let promised = metadata[key], case .object(var fields) = try JSON(parsing: promised) else {
        continue
      }
      fields["void"] = "compressed"
      metadata[key] = JSON.object(fields).text()
    }
    self.packing = packing
    self.record = record
    bytes = ModelFile.encode(spec: spec, weights: weights, metadata: metadata)
  }
}
