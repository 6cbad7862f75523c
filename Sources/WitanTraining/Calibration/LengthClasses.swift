/// Classes of about equally many texts each, by their length in bytes.
struct LengthClasses {
  /// The least length of each class but the first, growing.
  let edges: [Int]

  init(_ lengths: [Int], count: Int) {
    let sorted = lengths.sorted()
    var edges: [Int] = []
    for i in stride(from: 1, to: count, by: 1) where !sorted.isEmpty {
      let edge = sorted[i * sorted.count / count]
      if edge > edges.last ?? sorted[0] { edges.append(edge) }
    }
    self.edges = edges
  }

  var count: Int { edges.count + 1 }

  /// The class of a length, from 0.
  func index(of length: Int) -> Int { edges.count { $0 <= length } }

  func name(_ index: Int) -> String {
    if edges.isEmpty { return "all lengths" }
    if index == 0 { return "below \(edges[0]) bytes" }
    let start = edges[index - 1]
    return index == edges.count ? "\(start) bytes and more" : "\(start) to \(edges[index] - 1) bytes"
  }
}
