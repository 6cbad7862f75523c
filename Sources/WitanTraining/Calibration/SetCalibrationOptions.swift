internal import Witan

/// What `SetCalibration` promises, and how it checks it.
public struct SetCalibrationOptions: Sendable {
  /// The share of the texts of each class whose set may lack the truth, in (0, 1).
  public var alpha: Double
  /// Share of the sample that is kept to check the promise, from 0 to below 1.
  public var heldOut: Double
  /// Which texts are held out.
  public var seed: UInt64
  /// Whether the promise holds for the texts of each group by themselves too.
  public var isPerGroup: Bool

  public init(alpha: Double, heldOut: Double = 0, seed: UInt64 = 1, isPerGroup: Bool = false) {
    (self.alpha, self.heldOut, self.seed, self.isPerGroup) = (alpha, heldOut, seed, isPerGroup)
  }

  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(alpha > 0 && alpha < 1, "must be above 0 and below 1", "alpha")
    try demand(heldOut >= 0 && heldOut < 1, "must be at least 0 and below 1", "held-out")
  }
}
