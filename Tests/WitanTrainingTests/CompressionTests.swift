import Testing
import Witan
import WitanTraining

/// Compression: what it may change, what it may not, and that it says so.
struct CompressionTests {
  private static let texts = ToyData.choice(3, count: 400, seed: 5)
  private static let held = ToyData.choice(3, count: 200, seed: 6)

  private static func trained(_ change: (inout TrainingOptions) -> Void = { _ in }) throws -> [UInt8] {
    var options = TrainingOptions()
    options.recipe.log2Buckets = 12
    options.maximumEpochs = 8
    options.wordRates = [1]
    options.packsTable = false
    change(&options)
    return try Trainer(options: options).train(texts).modelBytes
  }
  private static let model = try! trained()

  private func probabilities(_ bytes: [UInt8]) throws -> [[UInt32]] {
    let classifier = try Classifier(bytes: bytes)
    return Self.held.map { classifier.score($0.text).probabilities.map(\.bitPattern) }
  }

  private func compressor(_ model: [UInt8] = Self.model, texts: Bool = true) throws -> Compressor {
    try Compressor(bytes: model, texts: texts ? Self.texts.map(\.text) : [])
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("without options rows of zeros go, and every score stays, bit for bit")
  func lossless() throws {
    let small = try compressor().compress(CompressionOptions())
    #expect(small.bytes.count < Self.model.count)
    #expect(small.spec.table.keptRows != nil && small.droppedRows == 0)
    #expect(try probabilities(small.bytes) == probabilities(Self.model))
  }

  @Test(
    "4 bits, folds and pruning each make it smaller and keep the decisions of an easy task",
    arguments: [
      CompressionOptions(bits: 4), CompressionOptions(folds: 2), CompressionOptions(pruneShare: 0.5),
      CompressionOptions(bits: 4, folds: 1, pruneShare: 0.5),
    ])
  func steps(_ options: CompressionOptions) throws {
    let lossless = try compressor().compress(CompressionOptions()).bytes.count
    let small = try compressor().compress(options)
    #expect(small.bytes.count < lossless)
    #expect(small.spec.features.log2Buckets == 12 - options.folds)
    #expect(small.spec.table.bits == options.bits ?? 8)
    let report = try CompressionReport(
      Classifier(bytes: Self.model), Self.model.count, Classifier(bytes: small.bytes), small.bytes.count,
      examples: Self.held)
    #expect(try #require(report.after.evaluation).accuracy >= 0.98)
    #expect(report.agreement ?? 0 >= 0.98)
    #expect(report.after.rows == small.spec.table.keptRows)
    #expect(report.before.rows == 4096 && report.texts == 200)
    #expect(try compressor().compress(options).bytes == small.bytes, "equal input gives equal bytes")
  }

  @Test("hidden layers, several labels and models without feature weights compress too")
  func architectures() throws {
    let multi = ToyData.multiLabel(count: 400, seed: 7)
    var options = TrainingOptions()
    options.recipe.log2Buckets = 12
    options.maximumEpochs = 6
    options.wordRates = [1]
    options.recipe.weighted = false
    for hidden in [[], [8], [8, 4]] {
      options.recipe.hidden = hidden
      let bytes = try Trainer(options: options).train(multi).modelBytes
      let small = try Compressor(bytes: bytes, texts: multi.map(\.text)).compress(
        CompressionOptions(bits: 4, folds: 1, pruneShare: 0.2))
      let report = try CompressionReport(
        Classifier(bytes: bytes), bytes.count, Classifier(bytes: small.bytes), small.bytes.count,
        examples: multi)
      #expect(report.agreement ?? 0 > 0.9, "\(hidden)")
    }
  }

  @Test("without texts it works, with all rows alike and the calibration left alone")
  func withoutTexts() throws {
    let small = try compressor(texts: false).compress(CompressionOptions(bits: 4, folds: 1, pruneShare: 0.3))
    let report = try CompressionReport(
      Classifier(bytes: Self.model), Self.model.count, Classifier(bytes: small.bytes), small.bytes.count,
      examples: [])
    #expect(report.before.evaluation == nil && report.largestDifference == nil && report.texts == 0)
    #expect(ToyData.accuracy(try Classifier(bytes: small.bytes), Self.held) >= 0.95)
  }

  @Test("a compressed model is compressed further, and its metadata tells both steps")
  func twice() throws {
    let first = try compressor().compress(CompressionOptions(bits: 4))
    let second = try compressor(first.bytes).compress(CompressionOptions(folds: 1))
    #expect(second.spec.table.bits == 4 && second.spec.features.log2Buckets == 11)
    let told = try JSON(parsing: #require(try Classifier(bytes: second.bytes).metadata["witan.compression"]))
    #expect(told["log2_buckets"]?.int == 11 && told["folds"]?.int == 1 && told["bits"]?.int == 4)
    #expect(told["before"]?["folds"]?.int == 0 && told["before"]?["bits"]?.int == 4)
    #expect(told["from"]?.string?.hasPrefix("sha256:") == true)
    #expect(told["rows"]?.int == second.spec.table.keptRows)
  }

  @Test("what would gain nothing is refused, and so are numbers out of range")
  func refusals() throws {
    let done = try compressor().compress(CompressionOptions()).bytes
    #expect(message { _ = try compressor(done).compress(CompressionOptions()) }.contains("no smaller than"))
    for (options, field) in [
      (CompressionOptions(bits: 3), "bits: is neither 8 nor 4"),
      (CompressionOptions(folds: 5), "folds: is not in 0...4: the table has 2^12 buckets"),
      (CompressionOptions(folds: -1), "folds"),
      (CompressionOptions(pruneShare: 1), "pruneShare: is not in 0..<1"),
      (CompressionOptions(pruneShare: .nan), "pruneShare"),
    ] {
      #expect(message { _ = try compressor().compress(options) }.hasPrefix(field))
    }
  }

  @Test("a size to fit is kept to; one out of reach is refused with the smallest that is")
  func target() throws {
    for limit in [4000, 2500, 1_000_000_000] {
      let small = try compressor().compress(toFit: limit, judgedBy: Self.held)
      #expect(small.bytes.count <= limit && small.bytes.count < Self.model.count)
      #expect(ToyData.accuracy(try Classifier(bytes: small.bytes), Self.held) >= 0.9, "\(limit)")
    }
    #expect(
      message { _ = try compressor().compress(toFit: 100, judgedBy: Self.held) }
        .hasPrefix("100 bytes are too few: the smallest that pruning and folding give is "))
  }

  @Test("sixteen levels keep 0, and lose no more than any other choice of so many")
  func levels() {
    let few = SquareLevels([(0, 5), (3, 1), (90, 2), (127, 1)])
    #expect(Set(few.values) == [0, 3, 90, 127] && few.values.count == 16)
    #expect(few.nearest(0) == 0 && few.values[Int(few.nearest(100))] == 90 && few.nearest(1) != 0)
    var random = SeededRandom(seed: 3)
    let squares = (0..<500).map { _ in (square: 1 + random.below(127), count: Float(1 + random.below(9))) }
    let levels = SquareLevels(squares)
    func loss(_ values: [Int]) -> Double {
      squares.reduce(0.0) { sum, s in
        let d = values.map { abs($0 - s.square) }.min()!
        return sum + Double(s.count) * Double(d * d)
      }
    }
    let least = loss(levels.values.dropFirst().map { Int($0) })
    for _ in 0..<200 {
      #expect(loss((0..<15).map { _ in 1 + random.below(127) }) >= least)
    }
    #expect(levels.values == levels.values.sorted())
  }
}
