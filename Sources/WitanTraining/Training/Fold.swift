package import Witan

/// A division of the examples: those to learn from, those to judge by.
package struct Fold {
  package var fit: [Example]
  package var held: [Example]
  /// Runs of readings of streams to learn from beside the examples.
  var runs: [[Example]]

  package init(fit: [Example], held: [Example], runs: [[Example]] = []) {
    (self.fit, self.held, self.runs) = (fit, held, runs)
  }

  /// `count` folds, each holding out another part (k-fold cross-validation); by a hash of text and seed, so
  /// that equal texts stay together. Folds whose fit or held part would be empty are left out.
  package static func split(_ examples: [Example], into count: Int, seed: UInt64) -> [Fold] {
    let part = examples.map { e in
      var random = SeededRandom(seed: seed ^ fnv1a(e.text.utf8), purpose: "split")
      return Int(random.next() % 10_000) * count / 10_000
    }
    return (0..<count).map { k in
      Fold(
        fit: examples.indices.filter { part[$0] != k }.map { examples[$0] },
        held: examples.indices.filter { part[$0] == k }.map { examples[$0] })
    }
    .filter { !$0.fit.isEmpty && !$0.held.isEmpty }
  }

  /// One fold that holds out `share` of the examples; all are fitted when nothing else is left.
  static func holdOut(_ share: Double, of examples: [Example], seed: UInt64) -> Fold {
    let bound = UInt64(share * 10_000)
    func isHeld(_ e: Example) -> Bool {
      var random = SeededRandom(seed: seed ^ fnv1a(e.text.utf8), purpose: "split")
      return random.next() % 10_000 < bound
    }
    let fit = examples.filter { !isHeld($0) }
    return fit.isEmpty
      ? Fold(fit: examples, held: []) : Fold(fit: fit, held: examples.filter(isHeld))
  }
}
