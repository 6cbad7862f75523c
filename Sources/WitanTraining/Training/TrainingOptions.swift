internal import Witan

/// How a linear classifier is trained. The defaults are what the benchmarks use.
public struct TrainingOptions: Sendable {
  /// Decides the split, the order of examples and which features are dropped.
  public var seed: UInt64 = 1
  /// At most this many passes over the data; training stops early when the dev loss rises.
  public var maximumEpochs = 40
  /// Passes without a lower dev loss after which training stops.
  public var patience = 3
  /// Share of feature occurrences left out of each step, so that no single one is relied on.
  public var featureDropout = 0.3
  /// First step size of AdaGrad.
  public var learningRate: Float = 0.02
  /// How much faster words and pairs learn than character n-grams. Each is tried; the lowest dev loss
  /// wins: clean short questions want words, misspelt tweets want characters.
  public var wordRates: [Float] = [1, 6]
  /// Share of the examples held out when no dev part is given.
  public var devShare = 0.1
  /// log2 of the table's rows; nil chooses them so that the table stays below 2 MB (8 MB above 20
  /// outputs).
  public var log2Buckets: Int? = nil

  public init() {}

  /// Throws `invalidValue` when a number is outside its range.
  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ field: String, _ range: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, "is not \(range)", at: "options.\(field)") }
    }
    try demand(maximumEpochs >= 1, "maximumEpochs", "at least 1")
    try demand(patience >= 1, "patience", "at least 1")
    try demand(0...0.9 ~= featureDropout, "featureDropout", "in 0...0.9")
    try demand(learningRate > 0 && learningRate.isFinite, "learningRate", "above 0")
    try demand(0...0.9 ~= devShare, "devShare", "in 0...0.9")
    try demand(!wordRates.isEmpty && wordRates.allSatisfy { $0 > 0 }, "wordRates", "one or more above 0")
  }

  /// What suits synthetic text, measured on real requests: it is less varied than a data set, so few
  /// large steps do. 2^17 rows: with 20 columns a model of 2.6 MB, 0.003 mean AUROC above 2^16.
  public static var forConstitutions: TrainingOptions {
    var options = TrainingOptions()
    options.maximumEpochs = 10
    options.learningRate = 0.12
    options.featureDropout = 0.2
    options.wordRates = [2]
    options.log2Buckets = 17
    return options
  }

  /// The most rows whose table of `width` columns stays below the size that the default promises.
  static func log2Buckets(forWidth width: Int) -> Int {
    let limit = width <= 20 ? 1_900_000 : 8_000_000
    return (14...20).last { (1 << $0) * width <= limit } ?? 14
  }
}

/// What training says while it runs.
public struct TrainingProgress: Sendable {
  public let epoch: Int
  public let maximumEpochs: Int
  public let trainLoss: Double
  public let devLoss: Double?
  /// "train" while the epoch count is found, "refit" on all examples afterwards.
  public let phase: String
  /// Examples of this epoch that are done, of how many; 0 of 0 when the trainer does not count them.
  public let examplesDone: Int
  public let examplesTotal: Int

  package init(
    epoch: Int, maximumEpochs: Int, trainLoss: Double, devLoss: Double?, phase: String,
    examplesDone: Int = 0, examplesTotal: Int = 0
  ) {
    (self.epoch, self.maximumEpochs, self.phase) = (epoch, maximumEpochs, phase)
    (self.trainLoss, self.devLoss) = (trainLoss, devLoss)
    (self.examplesDone, self.examplesTotal) = (examplesDone, examplesTotal)
  }
}
