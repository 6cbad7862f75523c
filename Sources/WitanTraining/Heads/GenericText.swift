internal import Foundation
package import Witan

/// Bags of word pieces that stand for text on any subject, as the vectors that a classifier would read of them.
///
/// Pieces are drawn by Zipf's law from a table that lists them from the most frequent on, as vocabularies of
/// WordPiece do. No text is needed, and none is like another.
package enum GenericText: CaseIterable {
  /// All pieces by their place in the table, punctuation and letters first.
  case pieces
  /// Whole words of two letters and more.
  case words

  /// Unit vectors of bags of so many pieces each. [lengths x dimensions] Equal seeds give equal vectors.
  /// Throws `format` when the table lacks its tokens. O(vocabulary + pieces * dimensions)
  package func vectors(
    _ embeddings: StaticEmbeddings, lengths: [Int], seed: UInt64
  ) throws(WitanError) -> [Double] {
    // Below the first ranks Mandelbrot's correction for words; pieces begin with rare characters anyway.
    let (ids, shift) =
      switch self {
      case .pieces: (Array(0..<embeddings.rowCount), 0.0)
      case .words: (try Self.words(embeddings), 2.7)
      }
    guard !ids.isEmpty else { return [] }
    var total = 0.0
    let upTo = ids.indices.map { rank in
      total += 1 / (Double(rank + 1) + shift)
      return total
    }
    var random = SeededRandom(seed: seed, purpose: "generic text \(self)")
    var out: [Double] = []
    for length in lengths {
      var sum = [Double](repeating: 0, count: embeddings.dimensions)
      for _ in 0..<max(1, length) {
        embeddings.add(ids[Self.place(of: random.unit() * total, upTo)], to: &sum)
      }
      let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      out += sum.map { norm > 0 ? $0 / norm : 0 }
    }
    return out
  }

  private static func words(_ embeddings: StaticEmbeddings) throws(WitanError) -> [Int] {
    let prefix = embeddings.vocabulary.options.continuationPrefix
    return try embeddings.tokens().enumerated().filter { _, token in
      token.count > 1 && !token.hasPrefix(prefix) && !token.hasPrefix("[")
    }.map(\.offset)
  }

  /// The first index whose value is above `x`, at most the last. O(log n)
  private static func place(of x: Double, _ growing: [Double]) -> Int {
    var (low, high) = (0, growing.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if growing[middle] > x { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
