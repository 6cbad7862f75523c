/// What grades texts: a classifier of Witan, or of fastText.
public protocol TextModel: Sendable {
  associatedtype Stream: TextStream

  var labels: [Label] { get }
  var task: ModelSpec.Task { get }
  /// Whether a last output says that at least one prohibited principle applies.
  var hasAny: Bool { get }
  /// The probability of `any` from which a text counts as flagged.
  var anyThreshold: Float { get }

  /// A scorer of one text after the other; it belongs to one thread at a time.
  func makeStream() -> Stream
}

/// Scores one text after the other: bytes are pushed as they come, scores can be read at any time.
public protocol TextStream: AnyObject {
  func push(_ bytes: UnsafeBufferPointer<UInt8>)
  func push(_ text: String)
  /// Ends the text.
  func finish()
  /// Starts a new text.
  func reset()
  /// Starts the answer to a prompt; models that know no prompts pass over it.
  func begin(prompt: String?)
  /// The probabilities now: one for each label, then `any` if the model has it. Valid until the next
  /// call; no allocation.
  func read() -> UnsafeBufferPointer<Float>
  /// The scores now, as a value that can be kept.
  var scores: Scores { get }
}

extension TextStream {
  public func begin(prompt: String?) { reset() }
}

extension ScoringStream: TextStream {}

extension Classifier: TextModel {
  public var labels: [Label] { spec.labels }
  public var task: ModelSpec.Task { spec.task }
  public var hasAny: Bool { spec.hasAny }
  public var anyThreshold: Float { spec.anyThreshold }
}

/// Opens the model at `path`, of Witan or of fastText. Throws as `Classifier(path:)` does.
public func openModel(path: String) throws(WitanError) -> any TextModel {
  try openModel(storage: MappedFile(path: path), at: path)
}

/// Opens the model in `storage`; `path` is what errors name.
package func openModel(storage: MappedFile, at path: String) throws(WitanError) -> any TextModel {
  do {
    if FastTextModel.isFastText(storage.bytes) { return try FastTextModel(storage: storage) }
    return try Classifier(storage: storage, nil)
  } catch {
    throw WitanError(error.code, error.description, at: path)
  }
}
