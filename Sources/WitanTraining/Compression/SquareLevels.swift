internal import Foundation

/// Sixteen whole numbers that stand for the squared weights 0...127: 0 for itself, the others where they
/// lose least (mean square), found exactly by dynamic programming over the 127 values.
package struct SquareLevels {
  package let values: [Int8]  // [16] rising; the last repeats when fewer are needed

  /// `weighed`: squared weights with how much each counts. O(n + 15 x 127^2).
  package init(_ weighed: [(square: Int, count: Float)]) {
    // Sums up to each value of counts, of values, of squares.
    var n = [Double](repeating: 0, count: 128)
    for (square, count) in weighed where square > 0 { n[square] += Double(count) + 1e-3 }
    let (zeroth, first, second) = (Self.sums(n, 0), Self.sums(n, 1), Self.sums(n, 2))
    /// Loss of one level for the values above `a` up to `b`.
    func loss(_ a: Int, _ b: Int) -> Double {
      let mass = zeroth[b] - zeroth[a]
      guard mass > 0 else { return 0 }
      let mean = (first[b] - first[a]) / mass
      return max(0, second[b] - second[a] - mean * (first[b] - first[a]))
    }
    var least = (0...127).map { loss(0, $0) }
    var cuts: [[Int]] = [[Int](repeating: 0, count: 128)]
    for _ in 1..<15 {
      var (next, cut) = (least, [Int](repeating: 0, count: 128))
      for b in 0...127 {
        for a in 0...b {
          let total = least[a] + loss(a, b)
          if a == 0 || total < next[b] { (next[b], cut[b]) = (total, a) }
        }
      }
      least = next
      cuts.append(cut)
    }
    var levels: Set<Int> = []
    var b = 127
    for cut in cuts.reversed() {
      let a = cut[b]
      let mass = zeroth[b] - zeroth[a]
      if mass > 0 { levels.insert(Int(((first[b] - first[a]) / mass).rounded())) }
      b = a
    }
    var rising = [0] + levels.sorted()
    while rising.count < 16 { rising.append(rising.last!) }
    values = rising.map { Int8($0) }
  }

  /// The code of the nearest level; 0 for 0 alone.
  package func nearest(_ square: Int) -> UInt8 {
    guard square > 0 else { return 0 }
    let codes = values.indices.dropFirst()
    return UInt8(codes.min { abs(Int(values[$0]) - square) < abs(Int(values[$1]) - square) }!)
  }

  private static func sums(_ n: [Double], _ power: Int) -> [Double] {
    var total = 0.0
    return n.enumerated().map { value, count in
      total += count * pow(Double(value), Double(power))
      return total
    }
  }
}
