internal import CKernels

/// From sums to probabilities: scales, the dense product, hidden layers, calibration. Of one classifier, or of
/// several whose sums stand side by side in one row: each gets the bits that it gets alone.
///
///     v    = unit vector of the dense sums, as whole numbers
///     x    = scale * sums / norm + dense * v + bias            [outputs, then hidden units]
///     h    = relu(x of the hidden units), then relu(hidden * h + bias) if there is a second layer
///     z    = x of the outputs + output * h
///     p    = sigmoid(slope * z + offset), softmax, or the two sides of one sigmoid
///
/// Vectors and weights of every product are whole numbers whose sums stay below 2^24, where float32 is
/// exact: one text or a batch, one classifier or many, whatever instruction set, give the same bits. Classifiers
/// of one table of word-piece vectors share the unit vector, and their products are one.
package final class Head: @unchecked Sendable {  // immutable after init
  /// Length of a unit vector in steps: 127 * sqrt(256) * 8192 and the rounding stay below 2^24.
  package static let unitLength: Float = 8192
  /// Most steps of a hidden unit: 127 * 128 * 1023 stays below 2^24.
  package static let maximumActivation: Float = 1023
  /// Floats and sums that kernels may read and write beyond the last of a row.
  static let slack = Int(WITAN_LANES)

  static func padded(_ count: Int) -> Int {
    (count + Int(WITAN_LANES) - 1) / Int(WITAN_LANES) * Int(WITAN_LANES)
  }

  /// The layer of all classifiers of one table of word-piece vectors.
  struct Dense: BitwiseCopyable {
    let table: Int
    let weights: UnsafePointer<Int8>  // of the layer
    let rows: Int  // padded
    let scale: UnsafePointer<Float>  // [dimensions] of the table
    let dimensions: Int
    /// Its first column in the dense sums of a text, and in the products.
    let firstSum: Int
    let firstProduct: Int
    let vectors: HeadScratch.Section  // [dimensions]
  }

  /// The hidden layers of one classifier.
  struct Deep {
    let part: Int
    let first: HeadScratch.Section  // [padded units]
    let second: HeadScratch.Section  // [padded units of the second layer]
    let product: HeadScratch.Section  // of the second layer, then of the outputs
  }

  let parts: [HeadPart]
  /// Columns of the sums of a text.
  let lanes: Int
  /// Numbers of features of a text.
  let featureCounts: Int
  /// Probabilities of a text, those of each classifier after the other.
  package let outputs: Int
  /// The first output of each classifier.
  let firstOutputs: [Int]
  let dense: Constants<Dense>
  private let layers: [(layer: Layer, scale: Constants<Float>)]  // that `dense` points to
  /// Dense sums of a text.
  let denseLanes: Int
  let productLanes: Int
  let deep: [Deep]
  /// Parts that are a choice of one.
  let choices: [Int]
  let byColumn: Constants<witan_head>
  let byOutput: Constants<witan_head>
  let scale: Constants<Float>  // [lanes + slack]
  let bias: Constants<Float>  // [lanes + slack]
  let productScale: Constants<Float>  // [productLanes + slack]
  let slope: Constants<Float>  // [outputs + slack]
  let offset: Constants<Float>  // [outputs + slack]
  let masks: Constants<Int32>  // [sides x masks of all]
  let applying: Constants<UInt32>  // [sides x outputs]
  let x: HeadScratch.Section
  let z: HeadScratch.Section
  let products: HeadScratch.Section
  let scratch: HeadScratch

  /// The head of one classifier.
  convenience init(_ spec: ModelSpec, _ weights: HeadWeights) {
    self.init([HeadPart(spec: spec, weights: weights)], lanes: spec.lanes, featureCounts: 1)
  }

  /// `parts` with their places in rows of `lanes` sums and `featureCounts` numbers of features; parts of the same
  /// `table` have the same `denseScale`. The dense sums of a text are those of table 0, then of table 1...
  init(_ parts: [HeadPart], lanes: Int, featureCounts: Int) {
    (self.parts, self.lanes, self.featureCounts) = (parts, lanes, featureCounts)
    var scratch = HeadScratch()
    var outputCount = 0
    let firstOutputs = parts.map { part in
      defer { outputCount += part.spec.outputs }
      return outputCount
    }
    (outputs, self.firstOutputs) = (outputCount, firstOutputs)
    /// Floats beyond `end` that whole vectors of some part reach.
    func slack(_ end: Int, _ last: (Int) -> Int?) -> Int {
      max(0, parts.indices.compactMap(last).max()! - end)
    }
    x = scratch.take(
      lanes, slack: slack(lanes) { parts[$0].firstColumn + Self.padded(parts[$0].weights.columns) })
    z = scratch.take(
      outputCount, slack: slack(outputCount) { firstOutputs[$0] + Self.padded(parts[$0].weights.width) })

    var dense: [Dense] = []
    var layers: [(layer: Layer, scale: Constants<Float>)] = []
    var firstProducts = [Int?](repeating: nil, count: parts.count)
    var (denseLanes, productLanes) = (0, 0)
    for table in Set(parts.filter { $0.weights.dense != nil }.map(\.table)).sorted() {
      let own = parts.indices.filter { parts[$0].weights.dense != nil && parts[$0].table == table }
      let layer = Layer(joining: own.map { parts[$0].weights.dense! })
      let scale = Constants(parts[own[0]].weights.denseScale)
      layers.append((layer, scale))
      dense.append(
        Dense(
          table: table, weights: layer.weights.base, rows: layer.paddedRows, scale: scale.base,
          dimensions: scale.count, firstSum: denseLanes, firstProduct: productLanes,
          vectors: scratch.take(layer.stride)))
      var next = productLanes
      for i in own {
        firstProducts[i] = next
        next += parts[i].weights.columns
      }
      denseLanes += scale.count
      productLanes += layer.paddedRows
    }
    (self.dense, self.layers) = (Constants(dense), layers)
    (self.denseLanes, self.productLanes) = (denseLanes, productLanes)
    let width = productLanes
    products = scratch.take(
      productLanes,
      slack: slack(width) { i in firstProducts[i].map { $0 + Self.padded(parts[i].weights.columns) } ?? 0 })
    deep = parts.indices.compactMap { i in
      let weights = parts[i].weights
      guard weights.output != nil else { return nil }
      let second = Self.padded(weights.hidden?.rows ?? 0)
      return Deep(
        part: i, first: scratch.take(Self.padded(weights.units)), second: scratch.take(second),
        product: scratch.take(max(second, Self.padded(weights.width))))
    }
    choices = parts.indices.filter { parts[$0].spec.task == .singleLabel }
    self.scratch = scratch

    let rules = parts.map { OutputRules($0.spec) }
    var maskCount = 0
    let heads = parts.indices.map { i in
      let (part, weights) = (parts[i], parts[i].weights)
      defer { maskCount += rules[i].masks[0].count }
      return witan_head(
        first: UInt32(part.firstColumn), columns: UInt32(weights.columns), width: UInt32(weights.width),
        square: weights.isWeighted ? UInt32(part.firstColumn + weights.columns) : UInt32.max,
        features: UInt32(part.features), product: firstProducts[i].map { UInt32($0) } ?? UInt32.max,
        output: UInt32(firstOutputs[i]), mask: UInt32(maskCount), has_any: part.spec.hasAny ? 1 : 0,
        has_own: rules[i].hasOwn ? 1 : 0)
    }
    byOutput = Constants(heads)
    byColumn = Constants(heads.sorted { $0.first < $1.first })
    masks = Constants((0..<OutputRules.sides).flatMap { side in rules.flatMap { $0.masks[side] } })
    applying = Constants((0..<OutputRules.sides).flatMap { side in rules.flatMap { $0.applying[side] } })

    /// The numbers of all parts at their places; zeros elsewhere.
    func placed(_ count: Int, _ place: (Int) -> Int?, _ values: (HeadWeights) -> [Float]) -> Constants<Float>
    {
      var out = [Float](repeating: 0, count: count + Self.slack)
      for (i, part) in parts.enumerated() {
        guard let first = place(i) else { continue }
        for (j, value) in values(part.weights).enumerated() { out[first + j] = value }
      }
      return Constants(out)
    }
    scale = placed(lanes, { parts[$0].firstColumn }, \.scale)
    bias = placed(lanes, { parts[$0].firstColumn }, \.bias)
    productScale = placed(productLanes, { firstProducts[$0] }, { $0.dense?.scale ?? [] })
    slope = placed(outputCount, { firstOutputs[$0] }, \.slope)
    offset = placed(outputCount, { firstOutputs[$0] }, \.offset)
  }

  /// Bytes of its numbers.
  var byteCount: Int {
    [scale, bias, productScale, slope, offset].reduce(0) { $0 + $1.byteCount } + masks.byteCount
      + applying.byteCount + byColumn.byteCount + byOutput.byteCount
      + layers.reduce(0) { $0 + $1.layer.byteCount + $1.scale.byteCount }
  }
}
