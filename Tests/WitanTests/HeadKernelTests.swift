import CKernels
import Testing
import Witan

/// The kernels of heads against plain arithmetic, under every backend of this machine.
@Suite(.serialized) struct HeadKernelTests {
  @Test("layers of whole numbers equal Int64 arithmetic, for every count of rows, inputs and vectors")
  func layers() {
    var random = SeededRandom(seed: 11)
    KernelTests.withEveryBackend { backend in
      for (rows, width, count, gap) in [
        (16, 16, 1, 0), (32, 48, 3, 0), (48, 128, 1, 16), (64, 256, 2, 0), (80, 16, 5, 7), (112, 128, 4, 0),
        (208, 128, 9, 1),
      ] {
        let weights = (0..<rows * width).map { _ in Int8(random.below(256) - 128) }
        var packed = [Int8](repeating: 0, count: rows * width)
        for r in 0..<rows {
          for j in 0..<width {
            packed[((r / 16 * (width / 2) + j / 2) * 16 + r % 16) * 2 + j % 2] = weights[r * width + j]
          }
        }
        let vectors = (0..<count * width).map { _ in Float(random.below(1025) - 512) }
        var out = [Float](repeating: -1, count: count * (rows + gap))
        witan_layer_product(packed, rows, width, vectors, count, &out, rows + gap)
        for i in 0..<count {
          for r in 0..<rows {
            let exact = (0..<width).reduce(Int64(0)) {
              $0 + Int64(weights[r * width + $1]) * Int64(vectors[i * width + $1])
            }
            #expect(out[i * (rows + gap) + r] == Float(exact), "\(backend), \(rows) x \(width)")
          }
          #expect(out[(i * (rows + gap) + rows)..<(i + 1) * (rows + gap)].allSatisfy { $0 == -1 })
        }
      }
    }
  }

  /// Three heads side by side: the second wide and with products, the third weighted.
  private static let heads = [
    witan_head(
      first: 0, columns: 3, width: 3, square: .max, features: 0, product: .max, output: 21, mask: 64,
      has_any: 1, has_own: 1),
    witan_head(
      first: 3, columns: 21, width: 19, square: .max, features: 1, product: 0, output: 0, mask: 0, has_any: 1,
      has_own: 1),
    witan_head(
      first: 24, columns: 2, width: 2, square: 26, features: 0, product: 21, output: 19, mask: 96, has_any: 0,
      has_own: 0),
  ]

  @Test("logits of heads side by side are scaled sums and products, each by its own norm")
  func affine() {
    var random = SeededRandom(seed: 12)
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.unit() - 0.5) } }
    let sums = (0..<48).map { _ in Int32(random.below(20_001)) - 10_000 }.enumerated().map {
      $0 == 26 ? 777 : $1
    }
    let (scale, bias, products, productScale) = (floats(48), floats(48), floats(48), floats(48))
    let counts = [0, 50]
    var all: Set<[UInt32]> = []
    KernelTests.withEveryBackend { backend in
      for hasProducts in [false, true] {
        var x = [Float](repeating: 0, count: 64)
        if hasProducts {
          witan_heads_affine(Self.heads, 3, sums, counts, products, scale, bias, productScale, &x)
        } else {
          witan_heads_affine(Self.heads, 3, sums, counts, nil, scale, bias, productScale, &x)
        }
        for head in Self.heads {
          let square = head.square == .max ? counts[Int(head.features)] : 777
          let norm = Double(max(1, square)).squareRoot()
          for j in 0..<Int(head.columns) {
            let at = Int(head.first) + j
            var exact = Double(sums[at]) * Double(scale[at]) / norm + Double(bias[at])
            if hasProducts && head.product != .max {
              exact += Double(products[Int(head.product) + j]) * Double(productScale[Int(head.product) + j])
            }
            #expect(abs(Double(x[at]) - exact) <= 1e-6 * (1 + exact.magnitude), "\(backend), column \(at)")
          }
        }
        if hasProducts { all.insert(x[..<26].map(\.bitPattern)) }
      }
    }
    #expect(all.count == 1)
  }

  @Test("calibration is that of each head alone, and any is the mean of its own and the largest")
  func calibrate() {
    var random = SeededRandom(seed: 13)
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(4 * random.unit() - 2) } }
    let (x, slope, offset) = (floats(64), floats(48), floats(48))
    for share in [0, 2, 5] {
      var masks = [Int32](repeating: 0, count: 128)
      for head in Self.heads where head.has_any == 1 {
        for j in 0..<Int(head.width) - 1 where random.below(5) < share {
          let place = Int(head.mask) + j / 16 * 32 + j % 16
          masks[place] = -1
          masks[place + 16] = random.below(2) == 0 ? -1 : 0
        }
      }
      KernelTests.withEveryBackend { backend in
        var z = [Float](repeating: 0, count: 64)
        let order = [Self.heads[1], Self.heads[2], Self.heads[0]]
        witan_heads_calibrate(order, 3, x, slope, offset, masks, &z)
        for head in order {
          let (first, out, width) = (Int(head.first), Int(head.output), Int(head.width))
          var expected = (0..<width).map { slope[out + $0] * x[first + $0] + offset[out + $0] }
          if head.has_any == 1 {
            func masked(_ second: Int) -> [Float] {
              (0..<width - 1).filter { masks[Int(head.mask) + $0 / 16 * 32 + $0 % 16 + second] != 0 }
                .map { expected[$0] }
            }
            let own = max(expected[width - 1], masked(16).max() ?? -.infinity)
            expected[width - 1] = masked(0).max().map { (own + $0) / 2 } ?? own
          }
          #expect(Array(z[out..<out + width]) == expected, "\(backend), output \(out)")
        }
      }
    }
  }

  @Test("one pass gives the bits of scaling and calibrating after each other")
  func logits() {
    var random = SeededRandom(seed: 14)
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(4 * random.unit() - 2) } }
    let sums = (0..<48).map { _ in Int32(random.below(2001) - 1000) }
    let (scale, bias, products, productScale) = (floats(48), floats(48), floats(48), floats(48))
    let (slope, offset, counts) = (floats(48), floats(48), [7, 50])
    // Labels alone have masks: not `any`, nor what stands behind it.
    var masks = [Int32](repeating: 0, count: 128)
    for head in Self.heads {
      for j in 0..<Int(head.width) - 1 {
        let place = Int(head.mask) + j / 16 * 32 + j % 16
        (masks[place], masks[place + 16]) = (Int32(random.below(2)) - 1, Int32(random.below(2)) - 1)
      }
    }
    let order = [Self.heads[1], Self.heads[2], Self.heads[0]]
    KernelTests.withEveryBackend { backend in
      var (x, two) = ([Float](repeating: 0, count: 64), [Float](repeating: 0, count: 64))
      var one = two
      witan_heads_affine(Self.heads, 3, sums, counts, products, scale, bias, productScale, &x)
      witan_heads_calibrate(order, 3, x, slope, offset, masks, &two)
      witan_heads_logits(
        order, 3, sums, counts, products, scale, bias, productScale, slope, offset, masks, &one)
      #expect(one[..<24].map(\.bitPattern) == two[..<24].map(\.bitPattern), "\(backend)")
      #expect(Set(one[..<24]).count > 20)
    }
  }
}
