public import Witan

/// What `StreamCalibration` promises, and how it checks it.
public struct CalibrationOptions: Sendable {
  /// Kinds of texts for each of which the promise can be made by itself.
  public enum Division: String, Sendable, CaseIterable {
    /// Texts of one `group`.
    case group
    /// Texts of about one length.
    case length
  }

  /// The share of benign streams or texts that may be flagged, in (0, 1).
  public var rate: Double
  /// What the sample's values are of.
  public var reads: StreamMaxima.Reads
  /// Words of the windows that the sample was graded by, beside or in place of the whole text so far.
  public var windows: [Int] = []
  /// Grades whose mean the guard judged the sample by; see `GuardOptions.topGrades`.
  public var topGrades = 1
  /// Share of the sample that is kept to check the promise, from 0 to below 1.
  public var heldOut: Double
  /// Which texts are held out.
  public var seed: UInt64
  /// The promise holds for all texts together, and for the classes of each of these.
  public var divisions: Set<Division>
  /// Classes of about equal size that lengths are divided into.
  public var lengthClasses: Int

  public init(
    rate: Double, reads: StreamMaxima.Reads = .word, heldOut: Double = 0, seed: UInt64 = 1,
    divisions: Set<Division> = [], lengthClasses: Int = 10
  ) {
    self.rate = rate
    self.reads = reads
    self.heldOut = heldOut
    self.seed = seed
    self.divisions = divisions
    self.lengthClasses = lengthClasses
  }

  /// What is flagged or not.
  public var unit: FalseFlagPromise.Unit { reads == .end ? .text : .stream }

  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(rate > 0 && rate < 1, "must be above 0 and below 1", "fpr")
    try demand(heldOut >= 0 && heldOut < 1, "must be at least 0 and below 1", "held-out")
    try demand(1...100 ~= lengthClasses, "must be in 1...100", "length-classes")
  }
}
