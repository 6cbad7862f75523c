import ArgumentParser
import Witan
import WitanTraining

/// A model that training goes on from.
struct WarmStartFlags: ParsableArguments {
  @Option(
    name: .customLong("warm-start"),
    help: ArgumentHelp(
      "Go on from the weights of this model; architecture and labels are its own, new labels are added.",
      valueName: "model"))
  var model: String?

  /// `training` are the flags beside it.
  func validate(_ training: TrainingFlags) throws {
    if model != nil, training.autotune != nil {
      throw ValidationError("--autotune changes the architecture, which --warm-start takes from the model.")
    }
  }

  /// The model; nil when none was named. Throws `invalidValue`, naming the flag of `training` that asks for
  /// another architecture.
  func warmStart(_ training: TrainingFlags) throws -> WarmStart? {
    guard let model else { return nil }
    let warmStart = try WarmStart(path: model)
    let (spec, features) = (warmStart.spec, warmStart.spec.features)
    func demand<T: Equatable>(_ flag: String, _ given: T?, _ own: T) throws(WitanError) {
      guard let given, given != own else { return }
      throw WitanError(
        .invalidValue, "contradicts the model of --warm-start, which has \(own); leave it out", at: flag)
    }
    func name(_ flag: String, _ given: Bool?) -> String { given == false ? "--no-\(flag)" : "--\(flag)" }
    try demand("--log2-buckets", training.log2Buckets, features.log2Buckets)
    try demand("--hidden", training.units(), spec.hidden)
    for (flag, given, own) in [
      ("characters", training.characters, features.hasCharacters),
      ("phrases", training.phrases, features.hasTriples), ("weighted", training.weighted, spec.isWeighted),
    ] where given != nil && given != own {
      throw WitanError(
        .invalidValue, "contradicts the model of --warm-start; leave it out", at: name(flag, given))
    }
    return warmStart
  }

  /// What the examples are: the model's task, which `given` may only repeat.
  func task(_ given: ModelSpec.Task?, of warmStart: WarmStart) throws(WitanError) -> ModelSpec.Task {
    let own = warmStart.spec.task
    guard given == nil || given == own else {
      throw WitanError(
        .invalidValue,
        "contradicts the model of --warm-start, whose task is '\(own == .singleLabel ? "choice" : "labels")'",
        at: "--task")
    }
    return own
  }

  /// The table that the model was trained with; nil for one without.
  func table(
    _ flags: EmbeddingsFlags, of warmStart: WarmStart
  ) throws(WitanError) -> StaticEmbeddings? {
    guard let dense = warmStart.spec.dense else {
      guard flags.embeddings == nil || flags.embeddings == "none" else {
        throw WitanError(
          .invalidValue, "contradicts the model of --warm-start, which has none; leave it out",
          at: "--embeddings")
      }
      return nil
    }
    let table = try flags.table()
    guard let table, DenseSpec(table) == dense else {
      throw WitanError(
        .invalidValue,
        "the model of --warm-start was trained with the embeddings '\(dense.name)' (\(dense.digest)); "
          + "give that table", at: "--embeddings")
    }
    return table
  }

  /// A line on what training gained over the model.
  func report(_ summary: TrainingSummary) -> String {
    guard let initial = summary.initialDevLoss, let last = summary.devLoss.min() else { return "" }
    return summary.epochs == 0
      ? "no pass lowered the dev loss of the model that training began from, \(fixed(initial, 4)); its "
        + "weights stay\n" : "dev loss \(fixed(last, 4)), before training \(fixed(initial, 4))\n"
  }
}
