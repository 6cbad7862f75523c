internal import Crypto
internal import Foundation
public import Witan

/// Makes a model smaller: fewer buckets, fewer rows, fewer bits. Everything but the table stays, and the
/// calibration is fitted again so that the probabilities stay near those of the original.
public struct Compressor {
  public let original: Classifier
  /// Bytes of the original file.
  public let byteCount: Int
  private let weights: ModelWeights
  private let table: CompressibleTable
  private let digest: String
  private let embeddings: StaticEmbeddings?
  private let texts: [String]
  private let targets: [Float]  // [texts x width] the original's calibrated probabilities

  /// Texts that the calibration is fitted on, at most.
  static let calibrationTexts = 4000

  /// `texts` are like those to be scored, the training examples say; labels are not read. They tell which
  /// rows are used how often, for folding and pruning, and what probabilities to keep to. Without them
  /// all rows count alike and the calibration stays.
  ///
  /// Throws as `Classifier(bytes:embeddings:)`. O(file + bytes of texts).
  public init(
    bytes: [UInt8], embeddings: StaticEmbeddings? = nil, texts: [String] = []
  ) throws(WitanError) {
    original = try Classifier(bytes: bytes, embeddings: embeddings)
    byteCount = bytes.count
    self.embeddings = embeddings
    weights = try ModelFile.plainWeights(bytes)
    table = CompressibleTable(
      original.spec, weights,
      counts: texts.isEmpty ? nil : RowImportance.counts(texts, original.spec.features))
    digest = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    let step = max(1, (texts.count + Self.calibrationTexts - 1) / Self.calibrationTexts)
    self.texts = stride(from: 0, to: texts.count, by: step).map { texts[$0] }
    targets = Self.probabilities(original.logits(of: self.texts), original.spec, weights)
  }

  /// The compressed model. O(table), and scoring `texts`.
  ///
  /// Throws `invalidValue` when an option is out of range, or when the file would not become smaller.
  public func compress(_ options: CompressionOptions) throws(WitanError) -> CompressedModel {
    try options.check(original.spec)
    var folded = table
    folded.fold(options.folds)
    let filled = folded.nonEmpty.count
    let model = try pruned(
      folded, Int(options.pruneShare * Double(filled)), options.bits ?? original.spec.table.bits)
    guard model.bytes.count < byteCount else {
      throw WitanError(
        .invalidValue,
        "would be \(model.bytes.count) bytes, no smaller than the \(byteCount) of the original; "
          + "use fewer bits, fold, or prune more")
    }
    return try isSameTable(model) ? model : calibrated(model)
  }

  /// The most accurate model on `examples` of at most `limit` bytes: of 8 and 4 bits and up to six folds,
  /// each pruned as far as it must be. Of equal accuracy the lower log loss. O(14 x (table + examples)).
  ///
  /// Throws `invalidValue` when none is so small, `data` as `Evaluation`.
  public func compress(
    toFit limit: Int, judgedBy examples: [Example]
  ) throws(WitanError) -> CompressedModel {
    var best: (model: CompressedModel, evaluation: Evaluation)?
    var smallest = Int.max
    let mostFolds = min(6, table.log2Buckets - FeatureSpec.log2BucketsRange.lowerBound)
    for folds in 0...mostFolds {
      var folded = table
      folded.fold(folds)
      for bits in original.spec.table.bits == 8 ? [8, 4] : [4] {
        var model = try fitted(folded, bits, limit)
        smallest = min(smallest, model.bytes.count)
        guard model.bytes.count <= limit, model.bytes.count < byteCount else { continue }
        if !isSameTable(model) { model = try calibrated(model) }
        guard model.bytes.count <= limit else { continue }
        let evaluation = try Evaluation(
          Classifier(bytes: model.bytes, embeddings: embeddings), examples, mistakes: 0)
        let isBetter =
          best.map {
            (evaluation.accuracy, -evaluation.logLoss) > ($0.evaluation.accuracy, -$0.evaluation.logLoss)
          } ?? true
        if isBetter { best = (model, evaluation) }
      }
    }
    guard let best else {
      throw WitanError(
        .invalidValue,
        smallest <= limit
          ? "\(limit) bytes ask for nothing: the original has \(byteCount)"
          : "\(limit) bytes are too few: the smallest that pruning and folding give is \(smallest)")
    }
    return best.model
  }

  /// The table pruned by as few rows as the limit asks for, but never by more than 98 of a hundred.
  private func fitted(
    _ folded: CompressibleTable, _ bits: Int, _ limit: Int
  ) throws(WitanError) -> CompressedModel {
    let filled = folded.nonEmpty.count
    let rowBytes = try TableSpec(bits: bits).rowBytes(columns: folded.width)
    var dropped = 0
    var model = try pruned(folded, dropped, bits)
    // The header's numbers get shorter with the rows, so that a few turns settle it.
    for _ in 0..<4 where model.bytes.count > limit {
      let sparse = model.packing.spec.keptRows == nil ? folded.buckets / 8 : 0
      let spare = model.packing.spec.keptRows == nil ? folded.buckets - filled : 0
      let excess = max(1, model.bytes.count + sparse + Self.slack - limit - spare * rowBytes)
      dropped = min(filled * 98 / 100, dropped + (excess + rowBytes - 1) / rowBytes)
      model = try pruned(folded, dropped, bits)
    }
    return model
  }

  /// Calibration may change the header's numbers by so many bytes.
  private static let slack = 64

  private func pruned(
    _ folded: CompressibleTable, _ dropped: Int, _ bits: Int
  ) throws(WitanError) -> CompressedModel {
    var table = folded
    if dropped > 0 { table.prune(dropped, RowImportance.measure(table, original.spec, weights)) }
    let packing = try TablePacking(table, bits: bits)
    return try CompressedModel(
      original, weights, packing, log2Buckets: table.log2Buckets,
      record: [
        "from": .string(digest), "folds": JSON(self.table.log2Buckets - table.log2Buckets),
        "rows_dropped": JSON(dropped), "texts": JSON(texts.count),
      ])
  }

  /// Whether nothing was lost: the scores are those of the original, bit for bit.
  private func isSameTable(_ model: CompressedModel) -> Bool {
    model.spec.features.log2Buckets == table.log2Buckets && model.packing.spec.bits == 8
      && model.droppedRows == 0
  }

  /// With slope and offset of each logit fitted to the original's probabilities on the texts, starting
  /// from what they were.
  private func calibrated(_ model: CompressedModel) throws(WitanError) -> CompressedModel {
    guard !texts.isEmpty else { return model }
    let spec = original.spec
    let classifier = try Classifier(bytes: model.bytes, embeddings: embeddings)
    var logits = classifier.logits(of: texts)
    let (slope, offset) = (weights.calibrationSlope, weights.calibrationOffset)
    for i in logits.indices { logits[i] = slope[i % spec.width] * logits[i] + offset[i % spec.width] }
    let ones = [Float](repeating: 1, count: texts.count)
    var changed = weights
    if spec.isSoftmax {
      let t = Calibrator.temperature(logits, targets, ones, width: spec.width)
      changed.calibrationSlope = slope.map { $0 / t }
      changed.calibrationOffset = offset.map { $0 / t }
    } else {
      for j in 0..<spec.width {
        let column = stride(from: j, to: logits.count, by: spec.width)
        let (a, b) = Calibrator.platt(
          column.map { logits[$0] }, column.map { targets[$0] }, ones, shifts: !spec.isBinary)
        changed.calibrationSlope[j] = a * slope[j]
        changed.calibrationOffset[j] = a * offset[j] + b
      }
    }
    return try CompressedModel(
      original, changed, model.packing, log2Buckets: model.spec.features.log2Buckets, record: model.record)
  }

  private static func probabilities(_ logits: [Float], _ spec: ModelSpec, _ weights: ModelWeights) -> [Float]
  {
    let (slope, offset, width) = (weights.calibrationSlope, weights.calibrationOffset, spec.width)
    var out = logits.enumerated().map { slope[$0.offset % width] * $0.element + offset[$0.offset % width] }
    out.withUnsafeMutableBufferPointer { z in
      for start in stride(from: 0, to: z.count, by: width) { spec.activate(z.baseAddress! + start) }
    }
    return out
  }
}
