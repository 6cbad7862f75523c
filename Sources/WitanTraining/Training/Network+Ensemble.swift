package import Witan

extension Network {
  /// One network whose logits are the mean of those of several of one architecture: the outputs' own
  /// weights averaged, hidden units side by side. One member is returned as it is. O(members x weights).
  ///
  /// Networks that saw the same texts in another order, with other features left out, err in other places
  /// (Breiman 1996, section 4); as linear parts add up, an ensemble of them costs what one network does.
  /// Throws `invalidValue` for more members than `largestEnsemble`.
  package static func ensemble(of members: [Network]) throws(WitanError) -> Network {
    let (spec, width) = (members[0].spec, members[0].spec.width)
    guard members.count > 1 else { return members[0] }
    let units = spec.hidden.first ?? 0
    guard members.count <= largestEnsemble(spec) else {
      throw WitanError(
        .invalidValue, "of \(members.count) does not fit into \(ModelSpec.maximumUnits) hidden units",
        at: "ensemble")
    }
    let merged = Network(try spec.with(hidden: units > 0 ? [units * members.count] : []), seed: 0)
    merged.sharing = members[0].sharing
    let share = 1 / Float(members.count)
    merged.bias.update(repeating: 0, count: merged.stride)
    for layer in [merged.dense, merged.output] {
      layer.weights.update(repeating: 0, count: layer.rows * layer.width)
    }
    for (m, member) in members.enumerated() {
      // Column j of a member is column j of all, a unit's is its own.
      func column(_ j: Int) -> Int { j < width ? j : j + m * units }
      func gain(_ j: Int) -> Float { j < width ? share : 1 }
      for bucket in 0..<spec.features.buckets {
        let (to, from) = (merged.rows + bucket * 2 * merged.stride, member.rows + bucket * 2 * member.stride)
        for j in 0..<member.columns where from[j] != 0 { to[column(j)] += from[j] * gain(j) }
      }
      for j in 0..<member.columns {
        merged.bias[column(j)] += member.bias[j] * gain(j)
        guard member.dense.rows > 0 else { continue }
        let (to, from) = (
          merged.dense.weights + column(j) * merged.dense.width, member.dense.weights + j * member.dense.width
        )
        for k in 0..<member.dense.width { to[k] += from[k] * gain(j) }
      }
      guard units > 0 else { continue }
      for j in 0..<width {
        for k in 0..<units {
          merged.output.weights[j * merged.output.width + m * units + k] =
            member.output.weights[j * member.output.width + k] * share
        }
      }
    }
    return merged
  }

  /// How many networks of this architecture one network can hold: units of one hidden layer lie side by
  /// side, those of two do not.
  package static func largestEnsemble(_ spec: ModelSpec) -> Int {
    switch spec.hidden.count {
    case 0: .max
    case 1: ModelSpec.maximumUnits / spec.hidden[0]
    default: 1
    }
  }
}
