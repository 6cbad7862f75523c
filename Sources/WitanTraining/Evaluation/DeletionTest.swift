internal import Witan

/// Takes named words out of texts and scores what is left as any text is scored. One test belongs to one thread.
final class DeletionTest {
  struct Trial {
    var flips: Bool
    var named: Int
    /// Of `DeletionEvaluation.draws` random removals.
    var controlFlips: Int
  }

  struct Outcome {
    var words: Int
    /// Whether the empty text has the verdict too.
    var isEmptyFlagged: Bool
    /// [DeletionEvaluation.budgets]
    var trials: [Trial]
    var microseconds: Double
  }

  private let classifier: Classifier
  /// nil for the best label of each text.
  private let output: Int?
  private let search: EvidenceSearch
  private let stream: ScoringStream

  init(_ classifier: Classifier, output: Int?) {
    (self.classifier, self.output) = (classifier, output)
    search = EvidenceSearch(classifier)
    stream = classifier.makeStream()
  }

  /// nil for a text that is not flagged.
  func run(_ example: Example, _ random: inout SeededRandom) throws(WitanError) -> Outcome? {
    let text = Array(example.text.utf8)
    let p = probabilities(text, example.prompt)
    let output = output ?? best(p)
    guard isFlagged(p, output) else { return nil }
    let words = FeatureExtractor.removableWords(
      of: text, FeatureExtractor.words(of: text, classifier.spec.features))
    let counted = words.count { !$0.isSymbol }
    var options = EvidenceOptions(prompt: example.prompt.map { Array($0.utf8) })
    var trials: [Trial] = []
    var microseconds = 0.0
    for budget in DeletionEvaluation.budgets {
      options.limit = budget.limit(counted)
      let start = ContinuousClock.now
      let evidence = try search.evidence(of: text, output: output, options)
      if budget == .standard { microseconds = (ContinuousClock.now - start) / .microseconds(1) }
      let rest = probabilities(evidence.removed(from: text), example.prompt)
      let named = evidence.namedCount
      let controlFlips = (0..<DeletionEvaluation.draws).count { _ in
        var order = Array(words.indices)
        random.shuffle(&order)
        let ranges = order.prefix(named).sorted().map { words[$0].bytes }
        return !isFlagged(probabilities(VerdictEvidence.removing(ranges, from: text), example.prompt), output)
      }
      trials.append(Trial(flips: !isFlagged(rest, output), named: named, controlFlips: controlFlips))
    }
    let isEmptyFlagged = isFlagged(probabilities([], example.prompt), output)
    return Outcome(
      words: words.count, isEmptyFlagged: isEmptyFlagged, trials: trials, microseconds: microseconds)
  }

  private func probabilities(_ text: [UInt8], _ prompt: String?) -> [Float] {
    stream.begin(prompt: prompt)
    stream.push(text)
    stream.finish()
    return Array(stream.read())
  }

  /// The most probable label, the first of equals.
  private func best(_ p: [Float]) -> Int {
    var best = 0
    for j in classifier.spec.labels.indices where p[j] > p[best] { best = j }
    return best
  }

  private func isFlagged(_ p: [Float], _ output: Int) -> Bool {
    let spec = classifier.spec
    if spec.task == .singleLabel { return best(p) == output }
    return p[output] >= (output == spec.labels.count ? spec.anyThreshold : spec.labels[output].threshold)
  }
}
