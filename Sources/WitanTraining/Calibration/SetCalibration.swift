public import Witan

/// Prediction sets that hold the truth as often as promised, for texts that fall under an output and for texts that
/// do not, each class by itself (`ConformalQuantile`), from labelled texts.
///
/// The promise holds for texts that come from where the sample came from, and for nothing else.
public struct SetCalibration: Sendable {
  /// An output for which the sample carries no promise.
  public struct Refusal: Sendable {
    public let output: String
    /// Why, and how many texts it takes.
    public let reason: String
  }

  public let options: SetCalibrationOptions
  /// One for each output that was calibrated.
  public let outputs: [CalibratedSets]
  /// Outputs that were not named and that the sample cannot carry.
  public let refused: [Refusal]
  /// Texts that set the bounds, and their digest.
  public let sampleSize: Int
  public let digest: String
  let side: Side?
  let hadEmbeddings: Bool

  /// Calibrates the outputs named, labels' ids or `any`; nil for all that the sample can carry. Each is a promise
  /// by itself: what one says nothing of is two together.
  ///
  /// Throws `invalidValue` when an option is out of range or an output unknown, `data` when the sample cannot
  /// carry alpha for an output that was named, or for none; the error says how large it would have to be.
  /// O(outputs * n log n)
  public init(
    _ classifier: Classifier, _ sample: LabelledSample, outputs names: [String]? = nil,
    _ options: SetCalibrationOptions
  ) throws(WitanError) {
    try options.check()
    let spec = classifier.spec
    self.options = options
    let (calibration, heldOut) =
      options.heldOut > 0 ? sample.split(holdingOut: options.heldOut, seed: options.seed) : (sample, nil)
    sampleSize = calibration.count
    digest = calibration.digest
    side = sample.side
    hadEmbeddings = classifier.embeddings != nil
    let all = (spec.hasAny ? [FalseFlagPromise.any] : []) + spec.labels.map(\.id)
    var (outputs, refused): ([CalibratedSets], [Refusal]) = ([], [])
    for name in names ?? all where !outputs.contains(where: { $0.name == name }) {
      guard let index = spec.outputIndex(name) else {
        throw WitanError(
          .invalidValue, "the model has no output '\(name)'; it has \(all.joined(separator: ", "))")
      }
      do {
        outputs.append(try CalibratedSets(name, index, calibration, heldOut, options))
      } catch {
        let place = error.place.isEmpty ? name : error.place
        guard names == nil, error.code == .data, place != "group" else {
          throw WitanError(error.code, error.message, at: place)
        }
        refused.append(Refusal(output: name, reason: error.message))
      }
    }
    guard !outputs.isEmpty else {
      throw WitanError(.data, refused[0].reason, at: refused[0].output)
    }
    (self.outputs, self.refused) = (outputs, refused)
  }

  /// The file of the model with these sets in its metadata; scores and thresholds stay, and the sets of other outputs.
  /// Throws as `Classifier(bytes:)`. O(file)
  public func calibrated(_ bytes: [UInt8]) throws(WitanError) -> [UInt8] {
    let model = try Classifier(bytes: bytes)
    let new = Set(outputs.map(\.name))
    var records: [JSON] = []
    let earlier = try model.metadata[ConformalSets.key].map(JSON.init(parsing:))
    if let earlier, earlier["void"] == nil {
      records = (earlier["outputs"]?.array ?? []).filter { !new.contains($0["output"]?.string ?? "") }
    }
    records += outputs.map { record($0) }
    var metadata = model.metadata
    metadata[ConformalSets.key] = JSON.object(["outputs": .array(records)]).text()
    let spec = model.spec
    return try ModelFile.with(
      bytes, thresholds: spec.labels.map(\.threshold), any: spec.anyThreshold, metadata: metadata)
  }
}
