internal import Foundation
internal import Witan

/// How a classifier is trained. The defaults are what the benchmarks use.
public struct TrainingOptions: Sendable {
  /// Decides the split, the order of examples and which features are dropped.
  public var seed: UInt64 = 1
  /// At most this many passes over the data; training stops early when the dev loss rises.
  public var maximumEpochs = 40
  /// Passes without a lower dev loss after which training stops.
  public var patience = 2
  /// Share of the examples held out when no dev part is given.
  public var devShare = 0.1
  /// The architecture and step sizes, or where a search begins.
  public var recipe = Recipe()
  /// Word rates to try instead of the recipe's; the lowest dev loss wins.
  public var wordRates: [Float] = []
  /// Seconds to search recipes in, on the dev part; nil for none.
  public var autotune: Double?
  /// Parts of cross-validation: each is held out once, and all together judge the recipe, the number of
  /// passes and the calibration. 1 holds out `devShare` once; 0 leaves it to `autotune`, which takes five
  /// where time allows.
  public var folds = 0
  /// Networks that are trained on all examples and averaged into one. nil takes three where the cross entropy
  /// of a choice is lowered without hidden units and there is not much text, else one; `autotune` spends the
  /// time that is left on more.
  public var members: Int?
  /// Whether rows that hold nothing are left out of the file: less than half the size on small data, for
  /// a few nanoseconds more a pushed word.
  public var packsTable = true
  /// Whether each class weighs the same, however many examples it has.
  public var balancesClasses = false
  /// Whether the model is to say how unsure it is of each logit: a Laplace posterior of its last layer.
  public var estimatesDoubt = false
  /// How the readings of a stream count together, where training gets any; over 16 words, at temperature 1.
  public var streamLoss = ProbeLoss.window
  /// Threads that train; the result does not depend on it.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// A teacher whose probabilities are learnt beside the labels; nil for the labels alone.
  public var distillation: Distillation?
  /// How outputs learn from each other, for opinions of groups; nil for each by itself.
  package var sharing: Sharing?
  /// The model whose weights training goes on from; nil begins anew. `start(from:)` sets it.
  public internal(set) var warmStart: WarmStart?

  /// Step size of hidden layers: AdaGrad's, in units of their weights.
  static let layerRate: Float = 0.02

  public init() {}

  /// Throws `invalidValue` when a number is outside its range.
  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ field: String, _ range: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, "is not \(range)", at: "options.\(field)") }
    }
    try demand(maximumEpochs >= 1, "maximumEpochs", "at least 1")
    try demand(patience >= 1, "patience", "at least 1")
    try demand(0...0.9 ~= recipe.featureDropout, "recipe.featureDropout", "in 0...0.9")
    try demand(
      recipe.learningRate > 0 && recipe.learningRate.isFinite, "recipe.learningRate", "above 0")
    try demand(0...0.9 ~= devShare, "devShare", "in 0...0.9")
    try demand(wordRates.allSatisfy { $0 > 0 }, "wordRates", "above 0")
    try demand(autotune ?? 1 > 0, "autotune", "above 0 seconds")
    try demand(0...100 ~= folds, "folds", "in 0...100")
    try demand(1...100 ~= members ?? 1, "members", "in 1...100")
    try demand(threads >= 1, "threads", "at least 1")
    if let warmStart { try warmStart.check(recipe, searches: autotune != nil) }
  }

  /// What suits synthetic text, measured on real requests: it is less varied than a data set, so few
  /// large steps do. 2^17 rows: with 20 columns a model of 2.6 MB, 0.003 mean AUROC above 2^16.
  public static var forConstitutions: TrainingOptions {
    var options = TrainingOptions()
    options.maximumEpochs = 10
    options.recipe.learningRate = 0.025
    options.recipe.featureDropout = 0.75
    options.recipe.log2Buckets = 17
    options.recipe.wordRate = 2
    options.patience = 3
    options.packsTable = false
    return options
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
