internal import Witan

/// Outputs that say how far they are from one of them: a group's logit is the common one, and `gain` times its
/// own.
///
/// What groups have in common is learnt once, from all ratings; a group with few of them stays near it (Evgeniou
/// and Pontil 2004, section 2.2: a task is a common vector and a small one of its own). The common output
/// learns from its own targets alone, so that it is what it would be without the groups. Once trained, the
/// sums are written out (`Network.unshared`): files and runtime know nothing of it.
package struct Sharing: Sendable {
  /// The column of the common output.
  package let column: Int
  /// What a group's own weights count, above 0. It is how fast they learn, too: AdaGrad's steps are as long as
  /// those of any other weight, however small the gradient.
  package let gain: Float

  package init(column: Int, gain: Float = 0.25) { (self.column, self.gain) = (column, gain) }

  /// Own parts of the logits to logits, in place. [width]
  func join(_ z: UnsafeMutablePointer<Float>, _ width: Int) {
    let common = z[column]
    for j in 0..<width where j != column { z[j] = common + gain * z[j] }
  }

  /// Logits to own parts, in place: undoes `join`. [width]
  func split(_ z: UnsafeMutablePointer<Float>, _ width: Int) {
    let common = z[column]
    for j in 0..<width where j != column { z[j] = (z[j] - common) / gain }
  }

  /// Gradients of the logits to those of the own parts, in place. [width]
  func pull(_ gradient: UnsafeMutablePointer<Float>, _ width: Int) {
    for j in 0..<width where j != column { gradient[j] *= gain }
  }
}

extension Network {
  /// The same function with outputs that each stand for themselves. O(weights)
  package var unshared: Network {
    guard let sharing else { return self }
    let plain = copy()
    plain.sharing = nil
    let width = spec.width
    for b in 0..<spec.features.buckets { sharing.join(plain.rows + b * 2 * stride, width) }
    sharing.join(plain.bias, width)
    for layer in [plain.dense, plain.output] where layer.rows > 0 {
      let common = layer.weights + sharing.column * layer.width
      for j in 0..<width where j != sharing.column {
        let own = layer.weights + j * layer.width
        for k in 0..<layer.width { own[k] = common[k] + sharing.gain * own[k] }
      }
    }
    return plain
  }
}
