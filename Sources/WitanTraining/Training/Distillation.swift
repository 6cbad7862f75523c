internal import Crypto
internal import Foundation
public import Witan

/// Targets that a teacher gives: a model that is larger, or was trained on more, and whose doubt says more
/// of a text than one label does (Hinton et al. 2015, section 2).
///
/// The target of a labelled text is (1 - weight) * own label + weight * teacher's probabilities at
/// `temperature`; that of a text without label is the teacher's alone. Unlike in the paper the student learns
/// at temperature 1: its calibration sharpens what soft targets blur, on held-out texts, which keep their
/// own labels.
public struct Distillation: Sendable {
  /// Share of the teacher in the targets of labelled texts, 0 to 1.
  public var weight: Float = 0.5
  /// Divides the teacher's logits: above 1 its second choices count for more. Above 0. From 0.5 to 3 made no
  /// difference that was measured.
  public var temperature: Float = 1
  /// Texts without label.
  public var unlabelled: [String] = []
  /// What the teacher is, kept in the model.
  public var source: String?
  let teacher: any TextModel

  public init(teacher: any TextModel) { self.teacher = teacher }

  /// SHA-256 of a teacher's file, for `source`. Throws `io`.
  public static func digest(path: String) throws(WitanError) -> String {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
      return "sha256:" + SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
    } catch {
      throw WitanError(.io, "cannot be read: \(error.localizedDescription)", at: path)
    }
  }

  /// Throws `invalidValue` when a number is outside its range, `data` when the teacher does not have the
  /// student's task and set of labels; the error names the first label that one of them lacks.
  func check(_ student: ModelSpec) throws(WitanError) {
    guard 0...1 ~= weight else { throw WitanError(.invalidValue, "is not in 0...1", at: "teacher weight") }
    guard temperature > 0, temperature.isFinite else {
      throw WitanError(.invalidValue, "is not above 0", at: "temperature")
    }
    let (known, wanted) = (Set(teacher.labels.map(\.id)), Set(student.labels.map(\.id)))
    if let label = wanted.subtracting(known).min() {
      throw WitanError(.data, "has no label '\(label)', which the examples have", at: "teacher")
    }
    if let label = known.subtracting(wanted).min() {
      throw WitanError(.data, "has the label '\(label)', which no example has", at: "teacher")
    }
    guard teacher.task == student.task else {
      throw WitanError(
        .data,
        student.task == .singleLabel
          ? "grades each label by itself, but the examples are one choice"
          : "makes one choice, but the examples have each label by itself", at: "teacher")
    }
  }

  /// The examples with targets for labels, then the unlabelled texts with theirs. A text of which the
  /// teacher says nothing, as fastText of unknown words, keeps its labels, or is left out. O(bytes).
  package func targets(_ examples: [Example]) -> [Example] {
    let isChoice = teacher.task == .singleLabel
    let names = teacher.labels.map(\.id)
    func soft(_ examples: [Example]) -> [[Float]] {
      teacher.probabilities(of: examples).map { Self.soften($0.prefix(names.count), temperature, isChoice) }
    }
    let labelled = zip(examples, weight > 0 ? soft(examples) : examples.map { _ in [] })
      .map { example, row in
        var copy = example
        guard !row.isEmpty else { return copy }
        for (name, p) in zip(names, row) {
          copy.labels[name] = (1 - weight) * (example.labels[name] ?? 0) + weight * p
        }
        return copy
      }
    return labelled
      + zip(unlabelled, soft(unlabelled.map { Example(text: $0, labels: [:]) })).compactMap { text, row in
        row.isEmpty
          ? nil
          : Example(
            text: text, labels: Dictionary(uniqueKeysWithValues: zip(names, row)), isSingleLabel: isChoice)
      }
  }

  /// Probabilities with their logits divided by `temperature`; empty when they say nothing. [labels]
  ///
  /// softmax(z / T) is p^(1 / T) up to its sum, whatever was taken off z: probabilities are enough.
  package static func soften(_ p: ArraySlice<Float>, _ temperature: Float, _ isChoice: Bool) -> [Float] {
    guard let largest = p.max(), p.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return [] }
    let power = 1 / temperature
    guard isChoice else { return p.map { 1 / (1 + pow(max(0, 1 - $0) / $0, power)) } }
    guard largest > 0 else { return [] }
    let powers = p.map { pow($0 / largest, power) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// As the model keeps it.
  var json: JSON {
    var fields: [String: JSON] = [
      "weight": JSON(weight), "temperature": JSON(temperature), "unlabelled": JSON(unlabelled.count),
    ]
    if let source { fields["source"] = .string(source) }
    return .object(fields)
  }
}
