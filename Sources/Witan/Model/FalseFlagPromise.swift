/// A promise on how often benign text is flagged, by a threshold that a sample of benign text set.
///
/// The metadata `witan.calibration` of a model holds them: {"outputs": [one for each output that was
/// calibrated]}, and "void" when scores changed afterwards.
public struct FalseFlagPromise: Sendable, Hashable {
  /// What is flagged or not.
  public enum Unit: String, Sendable, CaseIterable {
    /// A stream, when any of its reads reaches the threshold.
    case stream
    /// A text, when its score at the end does.
    case text
  }

  /// The name of the output that says whether any prohibited principle applies.
  package static let any = "any"

  /// A label's id, or `any`.
  public let output: String
  public let unit: Unit
  /// The share of benign streams or texts that is flagged at most, on average over samples. In (0, 1)
  public let rate: Double
  /// Streams or texts in the sample.
  public let sampleSize: Int
  /// The promise in words.
  public let statement: String
  /// Whether the model read word-piece vectors when it was calibrated.
  let hadEmbeddings: Bool
  /// Whether the model's scores are those that were calibrated.
  let isForScores: Bool
}

extension FalseFlagPromise {
  package static let key = "witan.calibration"

  /// The promises in a model's metadata; none when there are no such data. Throws `format` or
  /// `invalidValue`, naming the field.
  static func read(_ metadata: [String: String], _ spec: ModelSpec) throws(WitanError) -> [Self] {
    guard let text = metadata[key] else { return [] }
    let json: JSON
    do {
      json = try JSON(parsing: text)
    } catch {
      throw WitanError(error.code, error.message, at: "__metadata__.\(key)")
    }
    guard let outputs = json["outputs"]?.array else {
      throw WitanError(.format, "is missing or no list", at: "__metadata__.\(key).outputs")
    }
    var promises: [Self] = []
    for (i, item) in outputs.enumerated() {
      let promise = try Self(item, spec, isForScores: json["void"] == nil, at: "\(key).outputs[\(i)]")
      guard !promises.contains(where: { $0.output == promise.output }) else {
        throw WitanError(.invalidValue, "stands there twice", at: "__metadata__.\(key).outputs[\(i)].output")
      }
      promises.append(promise)
    }
    return promises
  }

  private init(
    _ json: JSON, _ spec: ModelSpec, isForScores: Bool, at place: String
  ) throws(WitanError) {
    func fault(_ field: String, _ message: String) -> WitanError {
      WitanError(.invalidValue, message, at: "__metadata__.\(place).\(field)")
    }
    let output = json["output"]?.string ?? ""
    let label = spec.labels.first { $0.id == output }
    let isAny = spec.hasAny && output == Self.any
    guard label != nil || isAny else { throw fault("output", "is no output of the model") }
    guard let unit = json["per"]?.string.flatMap(Unit.init) else {
      throw fault("per", "is not stream or text")
    }
    guard let rate = json["fpr"]?.number, rate > 0, rate < 1 else {
      throw fault("fpr", "is not above 0 and below 1")
    }
    guard let sampleSize = json["n"]?.int, sampleSize > 0 else {
      throw fault("n", "is not a whole number above 0")
    }
    guard let statement = json["promise"]?.string, statement.utf8.count <= 1000 else {
      throw fault("promise", "is not a string of at most 1000 bytes")
    }
    guard let hadEmbeddings = json["embeddings"]?.bool else {
      throw fault("embeddings", "is not true or false")
    }
    let threshold = isAny ? spec.anyThreshold : label!.threshold
    guard let calibrated = json["threshold"]?.number, Float(calibrated) == threshold else {
      throw fault("threshold", "is not the threshold of the spec, \(threshold); calibrate the model again")
    }
    self.output = output
    self.unit = unit
    self.rate = rate
    self.sampleSize = sampleSize
    self.statement = statement
    self.hadEmbeddings = hadEmbeddings
    self.isForScores = isForScores
  }
}
