/// The Huffman tree over the labels that hierarchical softmax decides along (Morin and Bengio 2005):
/// a leaf for each label, made from their counts as fastText makes it. Children come before parents.
struct FastTextTree {
  /// Stands for the count of a node that is not made yet; labels must stay below it together.
  private static let unmade = 1_000_000_000_000_000

  private let leafCount: Int
  private let left: [Int32]  // [leaves - 1], of inner node `leafCount + i`
  private let right: [Int32]  // [leaves - 1]

  var nodeCount: Int { 2 * leafCount - 1 }

  /// `counts`: how often each label was seen, most frequent first. Throws `format` when a count is
  /// negative or all together are 10^15.
  init(counts: [Int]) throws(WitanError) {
    var total = 0
    for count in counts {
      guard count >= 0, count < Self.unmade, total + count < Self.unmade else {
        throw WitanError(.format, "\(count) is no count that makes a tree", at: "dictionary.words.count")
      }
      total += count
    }
    leafCount = counts.count
    var node = counts + [Int](repeating: Self.unmade, count: counts.count - 1)
    var (left, right): ([Int32], [Int32]) = ([], [])
    var (leaf, inner) = (leafCount - 1, leafCount)
    for i in leafCount..<2 * leafCount - 1 {
      func lesser() -> Int {
        if leaf >= 0, node[leaf] < node[inner] {
          leaf -= 1
          return leaf + 1
        }
        inner += 1
        return inner - 1
      }
      let (a, b) = (lesser(), lesser())
      node[i] = node[a] + node[b]
      left.append(Int32(a))
      right.append(Int32(b))
    }
    (self.left, self.right) = (left, right)
  }

  /// out[i] = log-probability of node i for all nodes: labels first, the root last. `product` gives
  /// the score of an inner node, counted from 0. O(leaves)
  func logarithms(into out: UnsafeMutablePointer<Float>, _ product: (Int) -> Float) {
    out[nodeCount - 1] = 0
    for i in stride(from: leafCount - 2, through: 0, by: -1) {
      let right = FastTextHead.exactSigmoid(Self.known(product(i)))
      out[Int(left[i])] = out[leafCount + i] + FastTextHead.log(1 - right)
      out[Int(self.right[i])] = out[leafCount + i] + FastTextHead.log(right)
    }
  }

  /// Offers labels to `ranking`, from left to right, but passes over branches below `threshold` (a
  /// logarithm) or below all that the ranking holds.
  func visit(threshold: Float, _ ranking: inout FastTextRanking, _ product: (Int) -> Float) {
    var open: [(node: Int, score: Float)] = [(nodeCount - 1, 0)]
    while let (node, score) = open.popLast() {
      if score < threshold || !ranking.wants(score) { continue }
      guard node >= leafCount else {
        ranking.offer(score, label: node)
        continue
      }
      let i = node - leafCount
      let right = FastTextHead.exactSigmoid(Self.known(product(i)))
      open.append((Int(self.right[i]), score + FastTextHead.log(right)))
      open.append((Int(left[i]), score + FastTextHead.log(1 - right)))
    }
  }

  /// 0 for what is not a number: weights are not checked one by one.
  private static func known(_ x: Float) -> Float { x.isNaN ? 0 : x }
}
