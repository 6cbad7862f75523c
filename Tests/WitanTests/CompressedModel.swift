import Witan

/// Random models with 4-bit or pruned tables, and the plain models that they stand for.
struct CompressedModel {
  let spec: ModelSpec
  let weights: ModelWeights
  var bytes: [UInt8] { ModelFile.encode(spec: spec, weights: weights, metadata: [:]) }

  static let forms: [(bits: Int, isPruned: Bool)] = [(4, false), (8, true), (4, true)]

  init(labels: Int = 10, bits: Int, isPruned: Bool, isWeighted: Bool, log2Buckets: Int = 12) throws {
    var random = SeededRandom(seed: UInt64(bits + labels))
    let buckets = 1 << log2Buckets
    var kept = [UInt8](repeating: 0, count: buckets / 8)
    for i in kept.indices { kept[i] = UInt8(truncatingIfNeeded: random.next() & random.next()) }
    let rowCount = isPruned ? kept.reduce(0) { $0 + $1.nonzeroBitCount } : buckets
    spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: log2Buckets), task: .multiLabel,
      labels: (0..<labels).map { Label(id: "label-\($0)") }, isWeighted: isWeighted,
      table: TableSpec(bits: bits, keptRows: isPruned ? rowCount : nil))
    let columns = spec.columns
    let rowBytes = bits == 8 ? columns : (columns + 1) / 2
    var table = (0..<rowCount * rowBytes).map { _ in Int8(truncatingIfNeeded: random.next()) }
    if bits == 8 {
      for i in table.indices where table[i] == -128 || (isWeighted && i % columns == columns - 1) {
        table[i] = Int8(random.below(128))
      }
    }
    let width = spec.width
    weights = {
      var weights = ModelWeights(
        table: table, scale: (0..<width).map { _ in Float(0.001 + 0.01 * random.unit()) },
        bias: (0..<width).map { _ in Float(random.unit()) },
        calibrationSlope: (0..<width).map { _ in Float(0.5 + random.unit()) },
        calibrationOffset: (0..<width).map { _ in Float(random.unit() - 0.5) })
      weights.kept = isPruned ? kept : []
      weights.squares = bits == 4 && isWeighted ? (0..<16).map { Int8(8 * $0) } : []
      return weights
    }()
  }

  /// int8, a row for every bucket.
  func plain() throws -> [UInt8] {
    let spec = try self.spec.with(log2Buckets: self.spec.features.log2Buckets, table: .plain)
    return ModelFile.encode(spec: spec, weights: try ModelFile.plainWeights(bytes), metadata: [:])
  }
}
