import CKernels
import Foundation
import Testing
import Witan

/// From sums to logits: one text or a batch, any instruction set, and plain arithmetic.
@Suite(.serialized) struct HeadTests {
  /// Sums that texts might have. [count x lanes] and so on
  private struct Sums {
    let spec: ModelSpec
    var sums: [Int32]
    var counts: [Int]
    var dense: [Int32]
    var lanes: Int { (spec.columns + 15) / 16 * 16 }

    init(_ spec: ModelSpec, count: Int, seed: UInt64) {
      var random = SeededRandom(seed: seed)
      self.spec = spec
      let dimensions = spec.dense?.dimensions ?? 0
      counts = (0..<count).map { _ in random.below(900) }
      sums = []
      for count in counts {
        for j in 0..<(spec.columns + 15) / 16 * 16 {
          let isSquare = spec.isWeighted && j == spec.columns - 1
          sums.append(Int32(isSquare ? random.below(127 * count + 1) : random.below(8001) - 4000))
        }
      }
      // Some texts have no word piece at all.
      dense = (0..<count * dimensions).map { i in
        dimensions > 0 && i / dimensions % 7 == 3 ? 0 : Int32(random.below(20_001) - 10_000)
      }
    }

    func logits(_ head: Head, _ range: Range<Int>) -> [UInt32] {
      let dimensions = spec.dense?.dimensions ?? 0
      var scratch = [Float](repeating: .nan, count: head.scratchCount(range.count))
      var z = [Float](repeating: .nan, count: range.count * spec.width)
      // Slices begin anywhere in memory: alignment must not matter.
      sums[range.lowerBound * lanes..<range.upperBound * lanes].withUnsafeBufferPointer { sums in
        dense[range.lowerBound * dimensions..<range.upperBound * dimensions].withUnsafeBufferPointer {
          dense in
          head.logits(
            range.count, sums: sums.baseAddress!, counts: Array(counts[range]),
            denseSums: dimensions > 0 ? dense.baseAddress! : nil, scratch: &scratch, into: &z)
        }
      }
      return z.map(\.bitPattern)
    }
  }

  @Test(
    "a batch of 1 to 130 texts gives the bits of each alone, on every backend", arguments: TestModel.Kind.all)
  func batches(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let texts = Sums(classifier.spec, count: 130, seed: 1)
    let width = classifier.spec.width
    var all: Set<[UInt32]> = []
    KernelTests.withEveryBackend { backend in
      let alone = (0..<130).flatMap { texts.logits(classifier.head, $0..<$0 + 1) }
      for n in 1...130 {
        #expect(
          texts.logits(classifier.head, 130 - n..<130) == Array(alone[(130 - n) * width..<130 * width]),
          "\(backend), \(n) texts")
      }
      all.insert(alone)
    }
    #expect(all.count == 1)
  }

  @Test("logits are those of the formula in double precision", arguments: TestModel.Kind.all)
  func reference(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let weights = TestModel.weights(classifier.spec)
    let texts = Sums(classifier.spec, count: 40, seed: 2)
    let logits = texts.logits(classifier.head, 0..<40).map { Float(bitPattern: $0) }
    var spread = 0.0
    // What lies on the edge of two steps may fall to either side, and move what comes after it.
    let allowed = kind.dimensions == nil && kind.hidden.isEmpty ? 1e-5 : kind.hidden.count < 2 ? 4e-3 : 0.03
    for i in 0..<40 {
      let exact = reference(classifier.spec, weights, kind.embeddings, texts, i)
      for (j, z) in exact.enumerated() {
        let difference = (z - Double(logits[i * classifier.spec.width + j])).magnitude
        #expect(difference < allowed, "text \(i), output \(j): \(z)")
        spread = max(spread, z.magnitude)
      }
    }
    #expect(spread > 0.5)
  }

  /// z of text `i` as documented, from the weights as they went into the file.
  private func reference(
    _ spec: ModelSpec, _ w: ModelWeights, _ embeddings: StaticEmbeddings?, _ texts: Sums, _ i: Int
  ) -> [Double] {
    let columns = spec.width + (spec.hidden.first ?? 0)
    let sums = texts.sums[i * texts.lanes..<(i + 1) * texts.lanes].map { Double($0) }
    let norm = Double(max(1, spec.isWeighted ? Int(sums[columns]) : texts.counts[i])).squareRoot()
    var x = (0..<columns).map { sums[$0] * Double(w.scale[$0]) / norm + Double(w.bias[$0]) }
    if let embeddings {
      let d = embeddings.dimensions
      let v = (0..<d).map { Double(texts.dense[i * d + $0]) * Double(embeddings.scale[$0]) }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let unit = v.map { length > 0 ? ($0 / length * 8192).rounded(.toNearestOrEven) : 0 }
      for j in 0..<columns {
        let dot = (0..<d).reduce(0) { $0 + unit[$1] * Double(w.dense.values[j * d + $1]) }
        x[j] += dot * Double(w.dense.scale[j])
      }
    }
    func steps(_ x: [Double], _ step: Float) -> [Double] {
      x.map { min(1023, max(0, $0 / Double(step))).rounded(.toNearestOrEven) }
    }
    func product(_ m: ModelWeights.Matrix, _ v: [Double]) -> [Double] {
      m.scale.indices.map { j in
        v.indices.reduce(0) { $0 + Double(m.values[j * v.count + $1]) * v[$1] } * Double(m.scale[j])
      }
    }
    let z = Array(x[..<spec.width])
    guard !spec.hidden.isEmpty else { return z }
    var h = steps(Array(x[spec.width...]), w.steps[0])
    if spec.hidden.count == 2 {
      h = steps(zip(product(w.hidden, h), w.hiddenBias).map { $0 + Double($1) }, w.steps[1])
    }
    return zip(z, product(w.output, h)).map(+)
  }

  @Test("the largest hidden layers there are stay exact: products equal Int64 arithmetic")
  func largestLayers() throws {
    for signs in [1, -1, 0] {
      var random = SeededRandom(seed: 7)
      let kind = TestModel.Kind(testDescription: "", hidden: [128, 128])
      let large = TestModel.spec(kind)
      var weights = TestModel.weights(large)
      func worst(_ rows: Int) -> ModelWeights.Matrix {
        ModelWeights.Matrix(
          values: (0..<rows * 128).map { _ in
            Int8(127 * (signs != 0 ? signs : random.below(2) == 0 ? 1 : -1))
          }, scale: [Float](repeating: 1, count: rows))
      }
      (weights.hidden, weights.output) = (worst(128), worst(large.width))
      // Every unit of both layers at its largest: 1023 steps of one.
      weights.steps = [1, 1]
      weights.hiddenBias = [Float](repeating: 0x1p26, count: 128)
      for j in large.width..<weights.bias.count { weights.bias[j] = 5000 }
      for j in 0..<large.width { weights.bias[j] = 0 }
      weights.scale = weights.scale.map { _ in 0 }
      let head = try Classifier(bytes: ModelFile.encode(spec: large, weights: weights, metadata: [:])).head
      let expected = (0..<large.width).map { j in
        (0..<128).reduce(Int64(0)) { $0 + 1023 * Int64(weights.output.values[j * 128 + $1]) }
      }
      #expect(expected.allSatisfy { $0.magnitude < 1 << 24 })
      let texts = Sums(large, count: 64, seed: 3)
      KernelTests.withEveryBackend { backend in
        for n in [1, 2, 64] {
          let z = texts.logits(head, 0..<n).map { Int64(Float(bitPattern: $0)) }
          #expect(z == Array(repeating: expected, count: n).flatMap { $0 }, "\(backend), \(n) texts")
        }
      }
    }
  }

  @Test("the longest vectors there are stay exact: products equal Int64 arithmetic")
  func longestVectors() throws {
    let kind = TestModel.Kind(testDescription: "", dimensions: 256)
    let spec = TestModel.spec(kind)
    let table = kind.embeddings!
    var texts = Sums(spec, count: 64, seed: 4)
    // Equal components make the sum of magnitudes largest; the others are random.
    for i in 0..<64 where i % 2 == 0 {
      for j in 0..<256 {
        let sign: Float = texts.dense[i * 256 + j] < 0 ? -1 : 1
        texts.dense[i * 256 + j] = Int32(sign * 1e6 / table.scale[j])
      }
    }
    var weights = TestModel.weights(spec)
    weights.scale = weights.scale.map { _ in 0 }
    weights.bias = weights.bias.map { _ in 0 }
    weights.dense.scale = weights.dense.scale.map { _ in 1 }
    // Each row has the signs of one text: nothing cancels out there.
    for j in 0..<spec.width {
      for k in 0..<256 { weights.dense.values[j * 256 + k] = texts.dense[j * 256 + k] < 0 ? -127 : 127 }
    }
    let head = try Classifier(
      bytes: ModelFile.encode(spec: spec, weights: weights, metadata: [:]), embeddings: table
    ).head
    var expected: [Int64] = []
    var largest: Int64 = 0
    for i in 0..<64 {
      var unit = [Float](repeating: 0, count: 256)
      witan_unit_vector(Array(texts.dense[i * 256..<(i + 1) * 256]), table.scale, 256, Head.unitLength, &unit)
      for j in 0..<spec.width {
        let products = (0..<256).map { Int64(unit[$0]) * Int64(weights.dense.values[j * 256 + $0]) }
        expected.append(products.reduce(0, +))
        largest = max(largest, products.reduce(0) { $0 + Int64($1.magnitude) })
      }
    }
    // The bound of the documentation, and that the test comes near it.
    #expect(largest < 1 << 24)
    #expect(largest > 16_600_000)
    KernelTests.withEveryBackend { backend in
      for n in [1, 3, 64] {
        let z = texts.logits(head, 0..<n).map { Int64(Float(bitPattern: $0)) }
        #expect(z == Array(expected[..<(n * spec.width)]), "\(backend), \(n) texts")
      }
    }
  }
}
