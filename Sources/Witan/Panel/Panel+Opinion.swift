extension Panel {
  /// The opinion of member `index`, from its probabilities and what else is known of the text.
  func opinion(
    of index: Int, _ probabilities: UnsafePointer<Float>, doubts: [Float]?, side: Side?, features: Int,
    replacements: Int, isTruncated: Bool
  ) -> Opinion {
    let classifier = members[index].classifier
    let spec = classifier.spec
    let labels = spec.labels.count
    let p = UnsafeBufferPointer(start: probabilities, count: spec.outputs)
    let scores = Scores(
      labels: spec.labels, probabilities: Array(p.prefix(labels)), any: spec.hasAny ? p[labels] : nil,
      features: features, replacements: replacements, isTruncated: isTruncated,
      doubts: doubts.map { Array($0.prefix(labels)) }, anyDoubt: spec.hasAny ? doubts?.last : nil)
    return Opinion(classifier, scores, side: side, provenance: members[index].provenance)
  }

  /// The doubts of member `index` of text `i` of the `n` that the head has just computed; nil where it has none.
  func doubts(
    of index: Int, _ i: Int, of n: Int, _ sums: UnsafePointer<Int32>, features: UnsafePointer<Int>,
    scratch: UnsafePointer<Float>
  ) -> [Float]? {
    let classifier = members[index].classifier
    guard classifier.hasDoubts, let doubt = classifier.doubt else { return nil }
    var phi = [Float](repeating: 0, count: 2 * doubt.inputs)
    var out = [Float](repeating: 0, count: classifier.spec.outputs)
    phi.withUnsafeMutableBufferPointer { phi in
      head.representation(
        index, i, of: n, sums: sums, features: features[head.parts[index].features], scratch: scratch,
        into: phi.baseAddress!)
      doubt.read(
        phi.baseAddress!, width: classifier.spec.width, y: phi.baseAddress! + doubt.inputs, into: &out)
    }
    // Both sides of a choice of two have one logit.
    if classifier.spec.isBinary { out[1] = out[0] }
    return out
  }
}
