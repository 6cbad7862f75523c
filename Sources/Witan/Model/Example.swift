/// A text with what is known of it: the unit of training and evaluation data.
public struct Example: Sendable, Hashable {
  public var text: String
  /// Degree in [0, 1] to which each label applies; labels not named apply to degree 0.
  public var labels: [String: Float]
  /// Whether the labels are one choice among all (`label`), not any number of them (`labels`).
  public var isSingleLabel: Bool
  /// Weight in the loss; at least 0.
  public var weight: Float
  /// Who or where it is from; evaluation reports each group by itself.
  public var group: String?
  /// The parts that carry the labels; a label of no span is one of the whole text.
  public var spans: [Span]
  /// How it came about: which seed, frame or file.
  public var source: String?
  /// What `text` answers: with it the example is an exchange, and `text` is judged in the light of it.
  public var prompt: String?
  /// What each label weighs in the loss beside the others, at least 0; labels not named weigh 1. A label of
  /// weight 0 is not known of the text, and nothing is learnt of it. Made by training, not read from files.
  package var labelWeights: [String: Float] = [:]

  public init(
    text: String, labels: [String: Float], isSingleLabel: Bool = false, weight: Float = 1,
    group: String? = nil, spans: [Span] = [], source: String? = nil, prompt: String? = nil
  ) {
    self.text = text
    self.labels = labels
    self.isSingleLabel = isSingleLabel
    self.weight = weight
    self.group = group
    self.spans = spans
    self.source = source
    self.prompt = prompt
  }
}

extension Example {
  /// The example as one JSON object, as readers take it.
  package var json: JSON {
    var fields: [String: JSON] = ["text": .string(text)]
    if isSingleLabel, labels.count == 1, let only = labels.first, only.value == 1 {
      fields["label"] = .string(only.key)
    } else if labels.values.allSatisfy({ $0 == 1 }) {
      fields["labels"] = JSON(labels.keys.sorted())
    } else {
      fields["labels"] = .object(labels.mapValues { JSON($0) })
    }
    if weight != 1 { fields["weight"] = JSON(weight) }
    if let group { fields["group"] = .string(group) }
    if let source { fields["source"] = .string(source) }
    if let prompt { fields["prompt"] = .string(prompt) }
    if !labelWeights.isEmpty { fields["label_weights"] = .object(labelWeights.mapValues { JSON($0) }) }
    if !spans.isEmpty { fields["spans"] = .array(spans.map(\.json)) }
    return .object(fields)
  }
}
