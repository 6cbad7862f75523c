internal import CKernels

extension Classifier {
  /// What each word adds to the logit of an output, by integrated gradients from the empty text (Sundararajan,
  /// Taly and Yan 2017, section 3): the gradient, averaged over the straight way there, times the input.
  ///
  /// Inputs are the sums over the norm of the whole text and the unit vector of the word pieces; both belong to
  /// words linearly once the norms are held fixed, so the values sum to the logit less that of the
  /// empty text (completeness), up to the steps of the sum. Removing a word changes the norms; that is not in it.
  package func integratedGradients(
    _ words: [FeatureExtractor.Word], _ text: [UInt8], output index: Int, steps: Int = 32
  ) -> [Float] {
    let columns = head.width + head.units
    var sums = [Int](repeating: 0, count: spec.columns)
    for id in words.flatMap(\.ids) { for j in sums.indices { sums[j] += Int(table[Int(id), j]) } }
    let features = words.reduce(0) { $0 + $1.ids.count }
    let inverse = 1 / Float(max(1, spec.isWeighted ? sums[columns] : features)).squareRoot()
    // Dense sums of each word alone; the vector of the text is that of their sum.
    let pieces = words.map { denseVector(of: text[$0.bytes]) }
    var whole = denseVector(of: text[...])
    let length = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let unit = length > 0 ? Head.unitLength / length : 0
    for d in whole.indices { whole[d] *= unit }
    func project(_ v: [Float], _ c: Int) -> Float {
      guard let dense = head.dense, !v.isEmpty else { return 0 }
      var sum: Float = 0
      for d in v.indices { sum += dense.weights[c * dense.stride + d] * v[d] }
      return sum * dense.scale[c]
    }
    var x = (0..<columns).map { Float(sums[$0]) * head.scale[$0] * inverse + project(whole, $0) }
    var gradient = [Float](repeating: 0, count: columns)
    for step in 0..<steps {
      let alpha = (Float(step) + 0.5) / Float(steps)
      let at = x.indices.map { head.bias[$0] + alpha * x[$0] }
      addGradient(at: at, output: index, weight: 1 / Float(steps), to: &gradient)
    }
    x = []
    return zip(words, pieces).map { word, piece in
      var value: Float = 0
      for c in 0..<columns {
        let sum = word.ids.reduce(0) { $0 + Int(table[Int($1), c]) }
        value += gradient[c] * (Float(sum) * head.scale[c] * inverse + project(piece, c) * unit)
      }
      return value
    }
  }

  /// Adds weight times the gradient of the output's logit by the columns at `x`.
  private func addGradient(at x: [Float], output index: Int, weight: Float, to out: inout [Float]) {
    let (width, units) = (head.width, head.units)
    var first = [Float](repeating: 0, count: units)
    if units > 0 {
      for j in 0..<units { first[j] = min(Head.maximumActivation, max(0, x[width + j] / head.steps[0])) }
    }
    var second: [Float] = []
    if let hidden = head.hidden {
      second = (0..<hidden.rows).map { i in
        var sum: Float = 0
        for j in 0..<units { sum += hidden.weights[i * hidden.stride + j] * first[j] }
        return min(
          Head.maximumActivation, max(0, (sum * hidden.scale[i] + head.hiddenBias[i]) / head.steps[1]))
      }
    }
    let last = head.hidden == nil ? first : second
    var z = Array(x[..<width])
    if let output = head.output {
      for i in 0..<width {
        var sum: Float = 0
        for j in last.indices { sum += output.weights[i * output.stride + j] * last[j] }
        z[i] += sum * output.scale[i]
      }
    }
    for i in 0..<width { z[i] = slope[i] * z[i] + offset[i] }
    // How the logit depends on those of the columns. [width]
    var dz = [Float](repeating: 0, count: width)
    if spec.isBinary {
      dz[0] = index == 0 ? -1 : 1
    } else if spec.task == .singleLabel {
      dz[index] = 1
      let others = z.indices.filter { $0 != index }
      dz[others.max { z[$0] < z[$1] }!] -= 1
    } else if spec.hasAny && index == spec.labels.count {
      var own = width - 1
      var largest: Int?
      for j in spec.prohibited {
        if largest == nil || z[j] > z[largest!] { largest = j }
        if !spec.labels[j].isPooled && z[j] > z[own] { own = j }
      }
      dz[own] += largest == nil ? 1 : 0.5
      if let largest { dz[largest] += 0.5 }
    } else {
      dz[index] = 1
    }
    for i in 0..<width { dz[i] *= slope[i] * weight }
    for i in 0..<width { out[i] += dz[i] }
    guard let output = head.output else { return }
    func open(_ value: Float) -> Bool { value > 0 && value < Head.maximumActivation }
    var back = [Float](repeating: 0, count: last.count)
    for i in 0..<width {
      for j in last.indices { back[j] += dz[i] * output.scale[i] * output.weights[i * output.stride + j] }
    }
    if let hidden = head.hidden {
      var down = [Float](repeating: 0, count: units)
      for i in second.indices where open(second[i]) {
        for j in 0..<units {
          down[j] += back[i] / head.steps[1] * hidden.scale[i] * hidden.weights[i * hidden.stride + j]
        }
      }
      back = down
    }
    for j in 0..<units where open(first[j]) { out[width + j] += back[j] / head.steps[0] }
  }

  private func denseVector(of bytes: ArraySlice<UInt8>) -> [Float] {
    guard let embeddings, head.dense != nil else { return [] }
    var bag = DenseBag(embeddings)
    defer { bag.sums.deallocate() }
    let workspace = WordPieceTokenizer.Workspace()
    bytes.withUnsafeBufferPointer { bag.push($0, workspace) }
    bag.finish(workspace)
    return (0..<embeddings.dimensions).map { Float(bag.sums[$0]) * embeddings.scale[$0] }
  }
}
