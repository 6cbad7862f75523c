/// The prediction sets of a classifier: for each calibrated output the bounds outside of which it says whether a
/// text falls under it, and between which it abstains.
///
/// The metadata `witan.conformal` of a model holds them: {"outputs": [one for each output that was calibrated]},
/// and "void" when scores changed afterwards.
public struct ConformalSets: Sendable, Hashable {
  package static let key = "witan.conformal"

  /// Those that hold for the scores that the classifier gives, in the order of the file.
  public let outputs: [ConformalBounds]
  /// Outputs whose sets were calibrated on other scores than the classifier gives here: the model was
  /// compressed since, or has another table of word-piece vectors, or none.
  public let void: [String]
  private let byOutput: [ConformalBounds?]  // [outputs of the model]

  /// Whether no output has sets that hold.
  public var isEmpty: Bool { outputs.isEmpty }

  /// The bounds of output `index`: a label's, or `any` after the last label. nil where it has none that hold.
  public subscript(index: Int) -> ConformalBounds? { byOutput[index] }

  /// The bounds of a label's id or `any`; nil where it has none that hold. O(outputs)
  public subscript(output: String) -> ConformalBounds? { outputs.first { $0.output == output } }

  /// Reads a model's metadata; none when there are no such data. Throws `format` or `invalidValue`, naming the
  /// field.
  init(
    _ metadata: [String: String], _ spec: ModelSpec, hasEmbeddings: Bool
  ) throws(WitanError) {
    var (outputs, void): ([ConformalBounds], [String]) = ([], [])
    var byOutput = [ConformalBounds?](repeating: nil, count: spec.outputs)
    if let text = metadata[Self.key] {
      let json: JSON
      do {
        json = try JSON(parsing: text)
      } catch {
        throw WitanError(error.code, error.message, at: "__metadata__.\(Self.key)")
      }
      guard let list = json["outputs"]?.array else {
        throw WitanError(.format, "is missing or no list", at: "__metadata__.\(Self.key).outputs")
      }
      var seen: Set<String> = []
      for (i, item) in list.enumerated() {
        let bounds = try ConformalBounds(item, spec, at: "\(Self.key).outputs[\(i)]")
        guard seen.insert(bounds.output).inserted else {
          throw WitanError(
            .invalidValue, "stands there twice", at: "__metadata__.\(Self.key).outputs[\(i)].output")
        }
        if json["void"] == nil && bounds.hadEmbeddings == hasEmbeddings {
          outputs.append(bounds)
          byOutput[spec.outputIndex(bounds.output)!] = bounds
        } else {
          void.append(bounds.output)
        }
      }
    }
    (self.outputs, self.void, self.byOutput) = (outputs, void, byOutput)
  }
}

extension ModelSpec {
  /// Where an output stands among the probabilities: a label's, or `any` after the last label. nil when there is
  /// none of that name. O(labels)
  package func outputIndex(_ name: String) -> Int? {
    hasAny && name == FalseFlagPromise.any ? labels.count : labels.firstIndex { $0.id == name }
  }
}
