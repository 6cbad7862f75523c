internal import Crypto
internal import Foundation
public import Witan

/// Labelled texts, and the probability that a classifier gives each output.
public struct LabelledSample: Sendable {
  /// [texts][outputs]
  public let scores: [[Float]]
  /// Whether each text falls under each output; nil where that is not known: for principles of a text that is labelled
  /// `any` alone, and for outputs that do not apply where the text stands. [texts][outputs]
  public let truth: [[Bool?]]
  /// Who or where each text is from. [texts]
  public let groups: [String?]
  /// Where the texts were said to stand that answer no prompt.
  public let side: Side?
  private let digests: [String]  // SHA-256 of each prompt and text [texts]
  private let labels: [String]  // [texts]

  /// Scores the texts; those with prompts as answers to them, the others as texts on `side`. Labels of 0.5 and more
  /// count as present; of degrees that are the shares of one choice the largest does. Beside the model's own
  /// labels `any` is known in models that have this output: the text falls under one of the prohibitions, nobody said
  /// which.
  ///
  /// Throws `data` when there are no texts, or when one of their labels is not the model's. O(bytes)
  public init(_ classifier: Classifier, _ examples: [Example], side: Side? = nil) throws(WitanError) {
    guard !examples.isEmpty else { throw WitanError(.data, "there are no labelled texts") }
    let spec = classifier.spec
    let known = Set(spec.labels.map(\.id) + (spec.hasAny ? [FalseFlagPromise.any] : []))
    if let stranger = Set(examples.flatMap(\.labels.keys)).subtracting(known).min() {
      throw WitanError(
        .data,
        "the data has the label '\(stranger)', which the model does not know; it knows "
          + (spec.labels.prefix(20).map(\.id) + (spec.hasAny ? [FalseFlagPromise.any] : []))
          .joined(separator: ", "))
    }
    scores = classifier.probabilities(of: examples, side: side)
    truth = examples.map { Self.truth($0, spec, side: $0.prompt == nil ? side : .exchange) }
    groups = examples.map(\.group)
    self.side = side
    digests = examples.map { Self.digest(($0.prompt ?? "") + "\u{0}" + $0.text) }
    labels = examples.map { example in
      example.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
  }

  private init(_ whole: LabelledSample, _ members: [Int]) {
    scores = members.map { whole.scores[$0] }
    truth = members.map { whole.truth[$0] }
    groups = members.map { whole.groups[$0] }
    side = whole.side
    digests = members.map { whole.digests[$0] }
    labels = members.map { whole.labels[$0] }
  }

  public var count: Int { scores.count }

  /// SHA-256 over the texts' own and their labels, sorted: it tells the sample whatever the order of its texts.
  public var digest: String {
    "sha256:" + Self.digest(zip(digests, labels).map { "\($0) \($1)\n" }.sorted().joined())
  }

  /// Splits off a share of the texts by a hash of text and seed: equal texts stay on one side.
  func split(holdingOut share: Double, seed: UInt64) -> (calibration: LabelledSample, heldOut: LabelledSample)
  {
    let isHeldOut = digests.map { digest in
      var random = SeededRandom(seed: seed, purpose: digest)
      return random.unit() < share
    }
    return (
      LabelledSample(self, scores.indices.filter { !isHeldOut[$0] }),
      LabelledSample(self, scores.indices.filter { isHeldOut[$0] })
    )
  }

  /// The texts of each group, by name; texts without one are left out.
  var byGroup: [(name: String, members: [Int])] {
    Dictionary(grouping: scores.indices.filter { groups[$0] != nil }) { groups[$0]! }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The probabilities of one output, of the texts that fall under it or of those that do not; of all texts or of
  /// some.
  func values(_ output: Int, isPositive: Bool, _ members: [Int]? = nil) -> [Float] {
    (members ?? Array(scores.indices)).filter { truth[$0][output] == isPositive }.map { scores[$0][output] }
  }

  private static func truth(_ example: Example, _ spec: ModelSpec, side: Side?) -> [Bool?] {
    let isUnnamed = spec.hasAny && example.labels[FalseFlagPromise.any] ?? 0 >= 0.5
    let choice = spec.task == .singleLabel ? example.softChoice : nil
    var truth = spec.labels.indices.map { j -> Bool? in
      let label = spec.labels[j]
      guard spec.judges(j, on: side) else { return nil }
      if let choice { return label.id == choice }
      if example.labels[label.id] ?? 0 >= 0.5 { return true }
      return isUnnamed && label.stance == .prohibit ? nil : false
    }
    if spec.hasAny {
      let isProhibited = isUnnamed || spec.prohibited.contains { truth[$0] == true }
      truth.append(spec.judges(spec.labels.count, on: side) ? isProhibited : nil)
    }
    return truth
  }

  private static func digest(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
  }
}
