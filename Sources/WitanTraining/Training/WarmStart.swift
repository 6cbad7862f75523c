internal import Crypto
internal import Foundation
public import Witan

/// A model whose weights training goes on from: for new examples of the same task, or for more labels.
///
/// Architecture, labels and the weights of features are the model's. Features that it never saw get a
/// weight from the new examples, new labels begin at their base rates. What compression left out of the
/// model's table is learnt as the rest; the result is not compressed.
public struct WarmStart: Sendable {
  public let spec: ModelSpec
  /// SHA-256 of the model's file.
  public let digest: String
  let weights: ModelWeights

  /// Reads the model at `path`. Throws `io`, and as `init(bytes:)`, at `path`.
  public init(path: String) throws(WitanError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw WitanError(.io, "cannot be read: \(error.localizedDescription)", at: path)
    }
    do {
      try self.init(bytes: Array(data))
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads a model. Throws `format`, `unsupported` (of fastText: its features are others) or
  /// `invalidValue`, naming the field. O(buckets x columns).
  public init(bytes: [UInt8]) throws(WitanError) {
    spec = try Classifier(bytes: bytes).spec
    weights = try ModelFile.plainWeights(bytes)
    digest = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }

  /// The model's labels, then those that only the examples have, by name.
  ///
  /// Throws `data` when the model makes one choice and an example's degrees do not sum to 1.
  func spec(adding examples: [Example]) throws(WitanError) -> ModelSpec {
    if spec.task == .singleLabel, let other = examples.first(where: { !$0.isChoice }) {
      throw WitanError(
        .data,
        "the model makes one choice, but the degrees of '\(other.text.prefix(40))' sum to "
          + "\(other.labels.values.reduce(0, +)), not to 1")
    }
    let names = Set(examples.flatMap(\.labels.keys)).subtracting(spec.labels.map(\.id)).sorted()
    return try spec.with(labels: spec.labels + names.map { Label(id: $0) })
  }

  /// The model's architecture with the labels of `base`, which begin with the model's.
  ///
  /// Throws `invalidValue` when `base` has another task or other labels, or when `embeddings` is not the
  /// table that the model was trained with.
  func spec(like base: ModelSpec, _ embeddings: StaticEmbeddings?) throws(WitanError) -> ModelSpec {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(base.task == spec.task, "is not that of the model, \(spec.task.rawValue)", "task")
    try demand(base.hasAny == spec.hasAny, "is not that of the model", "has_any")
    try demand(
      base.labels.map(\.id).starts(with: spec.labels.map(\.id)), "do not begin with those of the model",
      "labels")
    if let dense = spec.dense {
      try demand(
        embeddings.map { DenseSpec($0) } == dense,
        "the model was trained with the embeddings '\(dense.name)' (\(dense.digest)); give them",
        "dense.digest")
    } else {
      try demand(embeddings == nil, "the model was trained without embeddings; give none", "dense")
    }
    return try spec.with(labels: base.labels)
  }

  /// The recipe with the architecture of the model.
  func recipe(_ recipe: Recipe) -> Recipe {
    var copy = recipe
    copy.characters = spec.features.hasCharacters
    copy.phrases = spec.features.hasTriples
    copy.weighted = spec.isWeighted
    copy.hidden = spec.hidden
    copy.log2Buckets = spec.features.log2Buckets
    return copy
  }

  /// Throws `invalidValue`, naming the option, when `recipe` asks for another architecture than the model's.
  func check(_ recipe: Recipe, searches: Bool) throws(WitanError) {
    let own = self.recipe(recipe)
    let faults = [
      ("characters", own.characters != recipe.characters), ("phrases", own.phrases != recipe.phrases),
      ("weighted", own.weighted != recipe.weighted), ("hidden", own.hidden != recipe.hidden),
      ("log2Buckets", own.log2Buckets != recipe.log2Buckets),
    ]
    if let fault = faults.first(where: \.1) {
      throw WitanError(
        .invalidValue, "is not that of the model that training begins from", at: "options.recipe.\(fault.0)")
    }
    if searches {
      throw WitanError(
        .invalidValue, "would change the architecture of the model that training begins from",
        at: "options.autotune")
    }
  }
}

extension TrainingOptions {
  /// Lets training go on from a model, and takes its architecture. The step size stays that of a new
  /// beginning: smaller ones (a tenth to two fifths) took more passes to no lower loss.
  public mutating func start(from warmStart: WarmStart) {
    self.warmStart = warmStart
    recipe = warmStart.recipe(recipe)
  }

  /// The architecture for the labels of `base`: the warm start's, else what `recipe` says.
  func spec(
    _ recipe: Recipe, like base: ModelSpec, _ embeddings: StaticEmbeddings?
  ) throws(WitanError) -> ModelSpec {
    if let warmStart { return try warmStart.spec(like: base, embeddings) }
    return try recipe.spec(like: base, embeddings: embeddings)
  }
}

extension FeatureWeights {
  /// Those of `data`; of a warm start the model's, and those of `data` for rows that it never saw.
  static func start(_ data: TrainingSet, _ spec: ModelSpec, _ warmStart: WarmStart?) -> FeatureWeights {
    let fresh = FeatureWeights(data, spec)
    guard let warmStart, warmStart.spec.isWeighted else { return fresh }
    let (width, table) = (warmStart.spec.columns, warmStart.weights.table)
    return FeatureWeights(
      squares: fresh.squares.indices.map { row in
        let known = table[row * width + width - 1]
        return known > 0 ? UInt8(known) : fresh.squares[row]
      })
  }
}

extension ModelSpec {
  /// The same architecture with other labels, its table stored plainly. Throws `invalidValue`.
  func with(labels: [Label]) throws(WitanError) -> ModelSpec {
    try ModelSpec(
      features: features, task: task, labels: labels, hasAny: hasAny, anyThreshold: anyThreshold,
      hidden: hidden, isWeighted: isWeighted, dense: dense)
  }
}
