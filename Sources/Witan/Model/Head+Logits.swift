internal import CKernels

extension Head {
  /// Floats of scratch for `n` texts.
  package func scratchCount(_ n: Int) -> Int { scratch.count(n) }

  /// Logits of `n` texts before calibration, those of each classifier after the other. [sums: n x lanes]
  /// [counts: n x featureCounts] [denseSums: n x denseLanes] -> [z: n x widths]
  ///
  /// `scratch` has room for `scratchCount(n)`; nothing is allocated. O(n (columns + weights)).
  package func logits(
    _ n: Int, sums: UnsafePointer<Int32>, counts: UnsafePointer<Int>, denseSums: UnsafePointer<Int32>?,
    scratch: UnsafeMutablePointer<Float>, into z: UnsafeMutablePointer<Float>
  ) {
    let hasProducts = multiply(n, denseSums, scratch)
    compute(n, sums, counts, hasProducts: hasProducts, scratch)
    var next = z
    for i in 0..<n {
      let row = scratch + x.start(n) + i * lanes
      for part in parts {
        next.update(from: row + part.firstColumn, count: part.weights.width)
        next += part.weights.width
      }
    }
  }

  /// Probabilities of `n` texts: the last step of the way. Shapes as of `logits` -> [out: n x outputs]
  ///
  /// Equal sums give equal bits, alone or in a batch. `side` says where text i stands: principles that do not
  /// apply there get 0, and `any` is about those that do.
  @inline(__always)
  package func probabilities(
    _ n: Int, sums: UnsafePointer<Int32>, counts: UnsafePointer<Int>, denseSums: UnsafePointer<Int32>?,
    scratch: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>, side: (Int) -> Side?
  ) {
    let hasProducts = multiply(n, denseSums, scratch)
    probabilities(
      n, sums: sums, counts: counts, hasProducts: hasProducts, scratch: scratch, into: out, side: side)
  }

  /// The same when `multiply` has been called with this `scratch`, or there are no dense sums.
  @inline(__always)
  func probabilities(
    _ n: Int, sums: UnsafePointer<Int32>, counts: UnsafePointer<Int>, hasProducts: Bool,
    scratch: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>, side: (Int) -> Side?
  ) {
    let isDeep = !deep.isEmpty
    if isDeep { compute(n, sums, counts, hasProducts: hasProducts, scratch) }
    let (masksOfSide, products) = (masks.count / OutputRules.sides, scratch + self.products.start(n))
    for i in 0..<n {
      let side = OutputRules.index(of: side(i))
      let z = scratch + self.z.start(n) + i * outputs
      let masks = masks.base + side * masksOfSide
      if isDeep {
        witan_heads_calibrate(
          byOutput.base, byOutput.count, scratch + x.start(n) + i * lanes, slope.base, offset.base, masks, z)
      } else {
        witan_heads_logits(
          byOutput.base, byOutput.count, sums + i * lanes, counts + i * featureCounts,
          hasProducts ? products + i * productLanes : nil, scale.base, bias.base, productScale.base,
          slope.base, offset.base, masks, z)
      }
      activate(z, side, out + i * outputs)
    }
  }

  /// The dense products of `n` texts, into `scratch`; whether there are any. [denseSums: n x denseLanes]
  func multiply(
    _ n: Int, _ denseSums: UnsafePointer<Int32>?, _ scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    guard let denseSums else { return false }
    let products = scratch + self.products.start(n)
    for t in 0..<dense.count {
      let table = dense.base[t]
      let vectors = scratch + table.vectors.start(n)
      for i in 0..<n {
        witan_unit_vector(
          denseSums + i * denseLanes + table.firstSum, table.scale, table.dimensions, Self.unitLength,
          vectors + i * table.dimensions)
      }
      witan_layer_product(
        table.weights, table.rows, table.dimensions, vectors, n, products + table.firstProduct, productLanes)
    }
    return true
  }

  /// Leaves the logits of each part in the section `x`, at its first column.
  private func compute(
    _ n: Int, _ sums: UnsafePointer<Int32>, _ counts: UnsafePointer<Int>, hasProducts: Bool,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let x = scratch + self.x.start(n)
    let products = scratch + self.products.start(n)
    for i in 0..<n {
      witan_heads_affine(
        byColumn.base, byColumn.count, sums + i * lanes, counts + i * featureCounts,
        !hasProducts ? nil : products + i * productLanes, scale.base, bias.base,
        productScale.base, x + i * lanes)
    }
    if deep.isEmpty { return }
    for layers in deep { compute(layers, n, x, scratch) }
  }

  /// Adds what the hidden layers say to the logits of their part.
  private func compute(
    _ layers: Deep, _ n: Int, _ x: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (part, weights) = (parts[layers.part], parts[layers.part].weights)
    let (first, second) = (scratch + layers.first.start(n), scratch + layers.second.start(n))
    let (product, stride) = (scratch + layers.product.start(n), layers.product.count)
    for i in 0..<n {
      relu(
        x + i * lanes + part.firstColumn + weights.width, weights.units, weights.steps[0],
        first + i * layers.first.count, layers.first.count)
    }
    if let hidden = weights.hidden {
      hidden.multiply(n, first, product, stride: stride)
      for i in 0..<n {
        let row = product + i * stride
        for j in 0..<hidden.rows { row[j] = row[j] * hidden.scale[j] + weights.hiddenBias[j] }
        relu(row, hidden.rows, weights.steps[1], second + i * layers.second.count, layers.second.count)
      }
    }
    guard let output = weights.output else { return }
    output.multiply(n, weights.hidden == nil ? first : second, product, stride: stride)
    for i in 0..<n {
      let (row, from) = (x + i * lanes + part.firstColumn, product + i * stride)
      for j in 0..<weights.width { row[j] += from[j] * output.scale[j] }
    }
  }

  /// relu as whole steps, then zeros up to `stride`.
  private func relu(
    _ x: UnsafePointer<Float>, _ count: Int, _ step: Float, _ out: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    let inverse = 1 / step
    for j in 0..<count {
      out[j] = min(Self.maximumActivation, max(0, x[j] * inverse)).rounded(.toNearestOrEven)
    }
    for j in count..<stride { out[j] = 0 }
  }

  /// The probabilities of a text from its calibrated logits; `side` by its number in `OutputRules`.
  private func activate(
    _ z: UnsafePointer<Float>, _ side: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    witan_sigmoid(z, out, outputs)
    if !choices.isEmpty { choose(z, out) }
    guard side > 0 else { return }
    let applying = applying.base + side * outputs
    for j in 0..<outputs { out[j] = Float(bitPattern: out[j].bitPattern & applying[j]) }
  }

  /// The probabilities of classifiers that choose one label, from their logits.
  private func choose(_ z: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
    for choice in choices {
      let (first, width) = (firstOutputs[choice], parts[choice].weights.width)
      if width == 1 {  // of a choice of two: the one logit speaks for the second
        witan_sigmoid(z + first, out + first + 1, 1)
        out[first] = 1 - out[first + 1]
      } else {
        (out + first).update(from: z + first, count: width)
        softmax(out + first, width)
      }
    }
  }
}
