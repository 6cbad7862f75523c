internal import Foundation

/// The votes of one group, and what several opinions say of the texts voted on.
struct Poll: Sendable {
  /// AUROC, log loss and Brier score.
  static let measures = 3

  /// Of each vote.
  let text: [Int]
  private let isPositive: [Bool]
  private let ranked: [RankedScores]  // [opinions]
  private let losses: [[Double]]  // [opinions][votes]
  private let squares: [[Double]]  // [opinions][votes]

  /// [votes: texts][ratings] [opinions: opinions][texts]
  init(_ votes: [[Float]], opinions: [[Double]]) {
    let pairs = votes.enumerated().flatMap { i, list in list.map { (text: i, degree: Double($0)) } }
    text = pairs.map(\.text)
    isPositive = pairs.map { $0.degree >= 0.5 }
    ranked = opinions.map { p in RankedScores(pairs.map { p[$0.text] }) }
    losses = opinions.map { p in
      pairs.map { vote in
        let q = min(max(p[vote.text], 1e-7), 1 - 1e-7)
        return -vote.degree * log(q) - (1 - vote.degree) * log(1 - q)
      }
    }
    squares = opinions.map { p in pairs.map { (p[$0.text] - $0.degree) * (p[$0.text] - $0.degree) } }
  }

  /// The measures of each opinion when text i counts `times[i]` times; nil where there are no votes.
  /// [opinions x measures] O(opinions x votes)
  func scores(_ times: [Int]) -> [Double?] {
    let counts = text.map { times[$0] }
    let total = Double(counts.reduce(0, +))
    func mean(_ values: [Double]) -> Double? {
      total > 0 ? zip(values, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / total : nil
    }
    return ranked.indices.flatMap {
      [ranked[$0].auroc(isPositive, counts), mean(losses[$0]), mean(squares[$0])]
    }
  }
}
