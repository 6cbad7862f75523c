import ArgumentParser
import Witan
import WitanTraining

/// The options of training that `train` and `compile` share; each has defaults of its own.
struct TrainingFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Search for so long for the recipe with the lowest dev loss; the other options are where it begins.",
      valueName: "seconds"))
  var autotune: Double?
  @Option(name: .long, help: "At most this many passes over the data.")
  var epochs: Int?
  @Option(name: .long, help: "First step size.")
  var learningRate: Float?
  @Option(name: .long, help: "Passes without a lower dev loss after which training stops.")
  var patience: Int?
  @Option(name: .long, help: "Share of features left out of each step, 0 to 0.9.")
  var dropout: Double?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: "How much faster words learn than character n-grams; of several the best on the dev part is taken.")
  var wordRate: [Float] = []
  @Option(name: .long, help: "log2 of the table's rows, 8 to 22.")
  var log2Buckets: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Units of a hidden layer, or of two as in 64,32; none by default.", valueName: "units")
  )
  var hidden: String?
  @Flag(
    name: .long, inversion: .prefixedNo, help: "Whether there are character n-grams beside the words.")
  var characters: Bool?
  @Flag(
    name: .long, inversion: .prefixedNo,
    help: "Whether there are triples of words and the place of the first words.")
  var phrases: Bool?
  @Flag(
    name: .long, inversion: .prefixedNo,
    help: "Whether features count by how well they tell labels apart.")
  var weighted: Bool?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Judge recipes by cross-validation with so many parts, for small data; --autotune does it by itself.",
      valueName: "parts"))
  var folds: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Train so many networks and average them into one of the same size; by default 3 where it is cheap, and "
        + "with --autotune what time allows.",
      valueName: "networks"))
  var ensemble: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is lowered for one choice: cross-entropy, one-vs-rest or squared-hinge; by default the number of "
        + "labels and the amount of text decide.", valueName: "name"),
    transform: objectiveNamed)
  var objective: Objective?
  @Flag(name: .long, help: "Let each class weigh the same, however many examples it has.")
  var balance = false
  @Flag(
    name: .long,
    help: "Store how unsure the model is of each logit, after a Laplace posterior; see docs/doubt.md.")
  var doubt = false
  @Option(name: .long, help: "Threads that train; the model does not depend on it. By default all cores.")
  var threads: Int?

  func validate() throws {
    guard autotune ?? 1 > 0 else { throw ValidationError("--autotune must be above 0 seconds.") }
    guard epochs ?? 1 >= 1 else { throw ValidationError("--epochs must be at least 1.") }
    guard patience ?? 1 >= 1 else { throw ValidationError("--patience must be at least 1.") }
    guard threads ?? 1 >= 1 else { throw ValidationError("--threads must be at least 1.") }
    guard 1...100 ~= folds ?? 1 else { throw ValidationError("--folds must be in 1...100.") }
    guard 1...100 ~= ensemble ?? 1 else { throw ValidationError("--ensemble must be in 1...100.") }
    guard learningRate ?? 1 > 0 else { throw ValidationError("--learning-rate must be above 0.") }
    guard 0...0.9 ~= dropout ?? 0 else { throw ValidationError("--dropout must be in 0...0.9.") }
    guard wordRate.allSatisfy({ $0 > 0 }) else { throw ValidationError("--word-rate must be above 0.") }
    if let log2Buckets, !FeatureSpec.log2BucketsRange.contains(log2Buckets) {
      throw ValidationError("--log2-buckets must be in 8...22.")
    }
    _ = try units()
  }

  func units() throws -> [Int]? {
    guard let hidden else { return nil }
    let layers = hidden == "none" ? [] : hidden.split(separator: ",").map { Int($0) ?? 0 }
    guard layers.count <= 2, layers.allSatisfy({ 1...ModelSpec.maximumUnits ~= $0 }) else {
      throw ValidationError(
        "--hidden must be one or two numbers in 1...\(ModelSpec.maximumUnits), as in 64,32.")
    }
    return layers
  }

  /// `defaults` with what was given.
  func options(_ defaults: TrainingOptions, seed: UInt64) -> TrainingOptions {
    var options = defaults
    options.seed = seed
    options.autotune = autotune
    options.maximumEpochs = epochs ?? options.maximumEpochs
    options.patience = patience ?? options.patience
    options.folds = folds ?? options.folds
    options.members = ensemble ?? options.members
    options.balancesClasses = balance
    options.estimatesDoubt = doubt
    options.threads = threads ?? options.threads
    options.recipe.learningRate = learningRate ?? options.recipe.learningRate
    options.recipe.featureDropout = dropout ?? options.recipe.featureDropout
    options.recipe.objective = objective ?? options.recipe.objective
    options.recipe.log2Buckets = log2Buckets ?? options.recipe.log2Buckets
    options.recipe.hidden = (try? units()) ?? options.recipe.hidden
    options.recipe.characters = characters ?? options.recipe.characters
    options.recipe.phrases = phrases ?? options.recipe.phrases
    options.recipe.weighted = weighted ?? options.recipe.weighted
    if !wordRate.isEmpty { options.wordRates = wordRate }
    return options
  }
}

private func objectiveNamed(_ name: String) throws -> Objective {
  guard let objective = Objective(rawValue: name) else {
    throw ValidationError(
      "--objective must be \(Objective.allCases.map(\.rawValue).joined(separator: ", ")).")
  }
  return objective
}
