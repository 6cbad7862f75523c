public import Witan

/// Dense features and targets of many examples, checked once: what the heads are fitted on.
public struct DenseExamples: Sendable {
  /// [count x width], row-major
  public let features: [Float]
  /// [count x outputs], row-major
  public let targets: [Float]
  /// [count]
  public let weights: [Float]
  public let count: Int
  public let width: Int
  public let outputs: Int

  /// `features` [n x width], `targets` [n x outputs], `weights` [n] (all 1 when nil). O(n width).
  ///
  /// Throws `invalidValue` when the lengths do not fit together; `data` when there are no examples,
  /// a number is not finite, a weight is negative, or all weights are 0.
  public init(
    features: [Float], targets: [Float], weights: [Float]? = nil, width: Int, outputs: Int
  ) throws(WitanError) {
    guard width >= 1 else { throw WitanError(.invalidValue, "is not at least 1", at: "width") }
    guard outputs >= 1 else { throw WitanError(.invalidValue, "is not at least 1", at: "outputs") }
    let count = features.count / width
    guard count * width == features.count else {
      throw WitanError(
        .invalidValue, "has \(features.count) numbers, which is no multiple of the width \(width)",
        at: "features")
    }
    guard count > 0 else { throw WitanError(.data, "there are no examples") }
    let weights = weights ?? [Float](repeating: 1, count: count)
    for (name, found, wanted) in [
      ("targets", targets.count, count * outputs), ("weights", weights.count, count),
    ] where found != wanted {
      throw WitanError(.invalidValue, "has \(found) numbers; \(count) examples need \(wanted)", at: name)
    }
    try Self.demandFinite(features, width, "features")
    try Self.demandFinite(targets, outputs, "targets")
    try Self.demandFinite(weights, 1, "weights")
    if let i = weights.firstIndex(where: { $0 < 0 }) {
      throw WitanError(.data, "is negative", at: "weights[\(i)]")
    }
    guard weights.contains(where: { $0 > 0 }) else { throw WitanError(.data, "are all 0", at: "weights") }
    (self.features, self.targets, self.weights) = (features, targets, weights)
    (self.count, self.width, self.outputs) = (count, width, outputs)
  }

  /// Throws `data` with the place of the first number that is NaN or infinite. [rows x columns]
  static func demandFinite(_ values: [Float], _ columns: Int, _ name: String) throws(WitanError) {
    guard let i = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw WitanError(
      .data, "is \(values[i]), not a finite number", at: "\(name)[\(i / columns)][\(i % columns)]")
  }

  /// The rows in runs that are small enough to be held in double precision.
  var blocks: [Range<Int>] { Self.blocks(of: count) }

  static func blocks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 1024).map { $0..<min($0 + 1024, count) }
  }

  /// The features of `rows` with a 1 after each, which the intercept multiplies. [rows x (width + 1)]
  func extended(_ rows: Range<Int>) -> [Double] { Self.extended(features, rows, width) }

  static func extended(_ features: [Float], _ rows: Range<Int>, _ width: Int) -> [Double] {
    var out: [Double] = []
    out.reserveCapacity(rows.count * (width + 1))
    for i in rows {
      for j in i * width..<(i + 1) * width { out.append(Double(features[j])) }
      out.append(1)
    }
    return out
  }

  /// The features of `rows` less `mean` [width]. [rows x width]
  static func centred(_ features: [Float], _ rows: Range<Int>, _ mean: [Double]) -> [Double] {
    var out: [Double] = []
    out.reserveCapacity(rows.count * mean.count)
    for i in rows {
      for j in mean.indices { out.append(Double(features[i * mean.count + j]) - mean[j]) }
    }
    return out
  }

  /// The weighted mean of the rows of `values` [count x columns]. [columns]
  ///
  /// Taken of the differences from the first row, so that a constant column has its mean exactly and
  /// no variance made of rounding.
  static func mean(_ values: [Float], _ columns: Int, _ weights: [Float]) -> [Double] {
    let first = values.prefix(columns).map { Double($0) }
    var sum = [Double](repeating: 0, count: columns)
    var total = 0.0
    for (i, weight) in weights.enumerated() {
      total += Double(weight)
      for j in 0..<columns { sum[j] += Double(weight) * (Double(values[i * columns + j]) - first[j]) }
    }
    return sum.indices.map { first[$0] + sum[$0] / total }
  }
}
