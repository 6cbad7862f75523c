package import Witan

/// What training lowers for a choice of labels. Yes-or-no outputs always take the cross entropy.
public enum Objective: String, Sendable, CaseIterable {
  /// Of the softmax over all labels.
  case crossEntropy = "cross-entropy"
  /// A logistic loss for each label against the rest (Rifkin and Klautau 2004): rare labels are not pushed
  /// aside by likely ones. Better than the softmax where labels are many and texts long.
  case oneVersusRest = "one-vs-rest"
  /// A squared hinge for each label against the rest (Fan et al. 2008, section 2, as L2 loss): texts with
  /// enough margin stop pulling, so that few passes do.
  case squaredHinge = "squared-hinge"

  /// Whether every target must be 0 or 1.
  var needsWholeTargets: Bool { self == .squaredHinge }

  /// The loss of one text of this weight; fills the gradient of its logits. z is overwritten. [width]
  ///
  /// `labelWeights` are those of the targets, none when all weigh 1; yes-or-no outputs alone have them.
  package func loss(
    _ spec: ModelSpec, _ z: UnsafeMutablePointer<Float>, _ targets: ArraySlice<Float>, weight: Float,
    labelWeights: ArraySlice<Float> = [], gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let (width, first) = (spec.width, targets.startIndex)
    let isChoice = spec.task == .singleLabel
    if isChoice, self == .squaredHinge {
      return targets.withUnsafeBufferPointer { targets in
        var loss: Float = 0
        for j in 0..<width {
          let side: Float = targets[j] > 0.5 ? 1 : -1
          let missing = max(0, 1 - side * z[j])
          loss += missing * missing / 2
          gradient[j] = -side * missing * weight
        }
        return Double(weight * loss)
      }
    }
    let isSoftmax = spec.isSoftmax && self == .crossEntropy
    spec.activate(z, softmax: isSoftmax)
    for j in 0..<width { gradient[j] = (z[j] - targets[first + j]) * weight }
    for (j, share) in labelWeights.enumerated() { gradient[j] *= share }
    return Double(weight)
      * Loss.crossEntropy(
        softmax: isSoftmax, UnsafeBufferPointer(start: z, count: width), targets, weights: labelWeights)
  }
}
