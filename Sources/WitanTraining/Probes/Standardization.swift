package import Witan

/// Mean and inverse deviation of each dimension over the tokens of some sequences.
package struct Standardization {
  let mean: [Double]  // [dimensions]
  let inverse: [Double]  // [dimensions]; 0 where a dimension hardly changes

  /// Two passes over the states. Throws `data` at a state that is not finite. O(tokens x dimensions).
  package init(_ set: ActivationSet, _ sequences: [Int]) throws(WitanError) {
    let d = set.dimensions
    var mean = [Double](repeating: 0, count: d)
    var variance = mean
    var count = 0.0
    var row = [Float](repeating: 0, count: d)
    func each(_ body: ([Float]) -> Void) throws(WitanError) {
      for s in sequences {
        for t in set.range(s) {
          try set.withStates(t..<t + 1) { source throws(WitanError) in
            row.withUnsafeMutableBufferPointer { set.type.convert(source, count: d, into: $0.baseAddress!) }
            guard row.allSatisfy({ $0.magnitude < 1e9 }) else {
              throw WitanError(
                .data, "token \(t) (sequence \(s)) holds a value that is not finite and below 1e9",
                at: "activations")
            }
          }
          body(row)
        }
      }
    }
    try each { row in
      count += 1
      for i in 0..<d { mean[i] += Double(row[i]) }
    }
    for i in 0..<d { mean[i] /= count }
    try each { row in
      for i in 0..<d { variance[i] += (Double(row[i]) - mean[i]) * (Double(row[i]) - mean[i]) }
    }
    self.mean = mean
    inverse = (0..<d).map { i in
      let deviation = (variance[i] / count).squareRoot()
      return deviation > 1e-6 * max(1, mean[i].magnitude) ? 1 / deviation : 0
    }
  }

  /// The standardised states of some sequences, one after the other. [tokens x dimensions]
  package func states(_ set: ActivationSet, _ sequences: [Int]) throws(WitanError) -> [Float] {
    let d = set.dimensions
    let (mean, inverse) = (mean.map { Float($0) }, inverse.map { Float($0) })
    var out = [Float](repeating: 0, count: sequences.reduce(0) { $0 + set.range($1).count } * d)
    var start = 0
    for s in sequences {
      let range = set.range(s)
      try set.withStates(range) { source throws(WitanError) in
        out.withUnsafeMutableBufferPointer {
          set.type.convert(source, count: range.count * d, into: $0.baseAddress! + start)
        }
      }
      start += range.count * d
    }
    out.withUnsafeMutableBufferPointer { out in
      for first in Swift.stride(from: 0, to: out.count, by: d) {
        for i in 0..<d { out[first + i] = (out[first + i] - mean[i]) * inverse[i] }
      }
    }
    return out
  }
}
