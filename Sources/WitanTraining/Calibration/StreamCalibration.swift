public import Witan

/// Thresholds that keep false flags on benign streams below a promised rate, from a sample of them.
///
/// The promise is on a stream as a whole, not on its tokens: the threshold of an output is the conformal
/// quantile (`ConformalThreshold`) of the largest value that the output shows in each stream. It holds for
/// streams that come from where the sample came from, and for nothing else.
public struct StreamCalibration: Sendable {
  public let options: CalibrationOptions
  /// One for each output that was asked for.
  public let outputs: [CalibratedOutput]
  /// Texts that set the thresholds, those of them that differ, and their digest.
  public let sampleSize: Int
  public let distinct: Int
  public let digest: String
  let hadEmbeddings: Bool

  /// Calibrates the outputs named, labels' ids or `any`, each by itself: what one promises says nothing of
  /// two together. `sample` holds the values of all outputs of `classifier`, read as `options` say.
  ///
  /// Throws `invalidValue` when an option is out of range or an output unknown, `data` when the sample cannot
  /// carry the promise; the error says how large it would have to be. O(outputs * n log n)
  public init(
    _ classifier: Classifier, _ sample: StreamSample, outputs names: [String], _ options: CalibrationOptions
  ) throws(WitanError) {
    try options.check()
    let spec = classifier.spec
    self.options = options
    let (calibration, heldOut) =
      options.heldOut > 0 ? sample.split(holdingOut: options.heldOut, seed: options.seed) : (sample, nil)
    sampleSize = calibration.count
    distinct = calibration.distinct
    digest = calibration.digest
    hadEmbeddings = classifier.embeddings != nil
    var outputs: [CalibratedOutput] = []
    for name in names where !outputs.contains(where: { $0.name == name }) {
      let isAny = spec.hasAny && name == FalseFlagPromise.any
      guard let index = isAny ? spec.labels.count : spec.labels.firstIndex(where: { $0.id == name }) else {
        throw WitanError(
          .invalidValue,
          "the model has no output '\(name)'; it has "
            + (spec.labels.map(\.id) + (spec.hasAny ? [FalseFlagPromise.any] : [])).joined(separator: ", "))
      }
      outputs.append(
        try CalibratedOutput(
          name, index, before: isAny ? spec.anyThreshold : spec.labels[index].threshold, calibration, heldOut,
          options))
    }
    self.outputs = outputs
  }

  /// The file of the model with the new thresholds, and with what they promise in its metadata. Thresholds of
  /// other outputs stay, and their promises. Throws as `Classifier(bytes:)`. O(file)
  public func calibrated(_ bytes: [UInt8]) throws(WitanError) -> [UInt8] {
    let model = try Classifier(bytes: bytes)
    let new = Dictionary(uniqueKeysWithValues: outputs.map { ($0.name, $0.threshold) })
    var records: [JSON] = []
    let earlier = try model.metadata[FalseFlagPromise.key].map(JSON.init(parsing:))
    if let earlier, earlier["void"] == nil {
      records = (earlier["outputs"]?.array ?? []).filter { new[$0["output"]?.string ?? ""] == nil }
    }
    records += outputs.map { record($0) }
    var metadata = model.metadata
    metadata[FalseFlagPromise.key] = JSON.object(["outputs": .array(records)]).text()
    let spec = model.spec
    return try ModelFile.with(
      bytes, thresholds: spec.labels.map { new[$0.id] ?? $0.threshold },
      any: (spec.hasAny ? new[FalseFlagPromise.any] : nil) ?? spec.anyThreshold, metadata: metadata)
  }
}
