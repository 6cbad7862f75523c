import Witan

extension ThresholdOrigin {
  /// What verdicts say of it; nothing of thresholds that nobody takes for a promise.
  var verdictField: String? { self == .training ? nil : rawValue }
}

extension Classifier {
  /// The promise behind the verdict, where it still holds.
  var verdictPromise: String? {
    guard thresholdOrigin == .conformal else { return nil }
    return promises.first { !spec.hasAny || $0.output == "any" }?.statement
  }
}

extension Terminal {
  /// Says once where thresholds come from, when that is not what a reader would hope.
  static func note(on origin: ThresholdOrigin) {
    switch origin {
    case .synthetic:
      note(
        "note: thresholds come from synthetic text; on real text more is flagged. 'witan calibrate' sets them "
          + "on a sample of yours.")
    case .void:
      note(
        "note: the thresholds were calibrated on other scores than the model has here, so their promise does "
          + "not hold; run 'witan calibrate' again.")
    case .training, .conformal: break
    }
  }

  /// Says once that prediction sets do not hold for these scores, where that is so.
  static func note(on sets: ConformalSets) {
    guard !sets.void.isEmpty else { return }
    note(
      "note: the prediction sets were calibrated on other scores than the model has here, so there are no "
        + "findings; run 'witan calibrate --labelled' again.")
  }
}
