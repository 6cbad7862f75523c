import Testing
import Witan

/// What the common table of a panel takes.
@Suite struct FusedTableTests {
  /// A pruned model that keeps the buckets whose number is `remainder` modulo 8.
  private func pruned(_ remainder: Int) throws -> Classifier {
    let buckets = 1 << 12
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel, labels: [Label(id: "a"), Label(id: "b")],
      table: TableSpec(bits: 8, keptRows: buckets / 8))
    var weights = ModelWeights(
      table: (0..<buckets / 8 * 2).map { Int8($0 % 100) }, scale: [0.01, 0.01], bias: [0, 0],
      calibrationSlope: [1, 1], calibrationOffset: [0, 0])
    weights.kept = [UInt8](repeating: 1 << UInt8(remainder), count: buckets / 8)
    return try Classifier(bytes: ModelFile.encode(spec: spec, weights: weights, metadata: [:]))
  }

  @Test("a bucket has a row when a member has one, and pruned tables stay small together")
  func pruning() throws {
    func size(_ remainders: [Int]) throws -> Int {
      try Panel(remainders.enumerated().map { try PanelMember(pruned($1), name: "\($0)") }).byteCount
    }
    let (one, same, two, all) = try (size([0]), size([0, 0]), size([0, 1]), size(Array(0..<8)))
    // Rows of 2 columns for an eighth of 4,096 buckets, 4 columns for as many, and for twice as many.
    #expect(same - one >= 1024 && same - one < 2048)
    #expect(two - same >= 2048 && two - same < 3000)
    // All buckets: 16 columns for 4,096, and nothing to look up.
    #expect(all >= 16 * 4096 && all < 16 * 4096 + 8192)
  }
}
