import CKernels
import Testing
import Witan

/// The kernels of 4-bit and pruned tables against one-line oracles, under every backend.
@Suite(.serialized) struct CompressedTableKernelTests {
  @Test("4-bit rows are added and taken back exactly, at every width and alignment, with and without lookup")
  func rows4() {
    var random = SeededRandom(seed: 17)
    KernelTests.withEveryBackend { backend in
      for width in [1, 2, 3, 7, 8, 15, 16, 17, 20, 31, 32, 33, 48, 63, 64, 65, 77, 80, 129] {
        for misalignment in [0, 1, 3] {
          let (buckets, stride) = (37, (width + 1) / 2)
          let bytes = (0..<misalignment + buckets * stride + 16).map { _ in
            UInt8(truncatingIfNeeded: random.next())
          }
          let levels = (0..<16).map { _ in Int8(random.below(128)) }
          let ids = (0..<random.below(40)).map { _ in UInt32(random.below(buckets)) }
          let before = (0..<(width + 15) / 16 * 16).map { _ in
            Int32(truncatingIfNeeded: random.next() & 0xFFFF)
          }
          func value(_ id: UInt32, _ j: Int, _ lookup: Bool) -> Int32 {
            let pair = bytes[misalignment + Int(id) * stride + j / 2]
            let code = Int32(j % 2 == 0 ? pair & 15 : pair >> 4)
            return lookup && j == width - 1 ? Int32(levels[Int(code)]) : RowCode.value(code)
          }
          for lookup in [false, true] {
            var sums = before
            bytes.withUnsafeBufferPointer { buffer in
              levels.withUnsafeBufferPointer { levels in
                let table = buffer.baseAddress! + misalignment
                let last = lookup ? levels.baseAddress! : nil
                witan_rows_add4(&sums, table, width, last, ids, ids.count)
                for j in 0..<width {
                  let expected = ids.reduce(before[j]) { $0 + value($1, j, lookup) }
                  #expect(sums[j] == expected, "\(backend), width \(width), column \(j), lookup \(lookup)")
                }
                witan_rows_subtract4(&sums, table, width, last, ids, ids.count)
              }
            }
            #expect(
              sums.prefix(width) == before.prefix(width), "\(backend): a trace is left at width \(width)")
          }
        }
      }
    }
  }

  @Test("ids find the rows that were kept, in order")
  func kept() {
    var random = SeededRandom(seed: 18)
    KernelTests.withEveryBackend { backend in
      for share in [0, 1, 5, 9, 10] {
        let isKept = (0..<256).map { _ in random.below(10) < share }
        var words: [witan_kept] = []
        for w in 0..<8 {
          let bits = (0..<32).reduce(UInt32(0)) { isKept[32 * w + $1] ? $0 | 1 << UInt32($1) : $0 }
          words.append(witan_kept(bits: bits, before: UInt32(isKept[..<(32 * w)].count { $0 })))
        }
        let ids = (0..<random.below(100)).map { _ in UInt32(random.below(256)) }
        var rows = [UInt32](repeating: 0, count: ids.count)
        let count = witan_rows_kept(words, ids, ids.count, &rows)
        let expected = ids.filter { isKept[Int($0)] }.map { id in UInt32(isKept[..<Int(id)].count { $0 }) }
        #expect(Array(rows.prefix(count)) == expected, "\(backend), share \(share)")
      }
    }
  }

  @Test(
    "the code of a value is that of the nearest value, 0 has code 8, and the values are those of the curve")
  func codes() {
    #expect(
      (0..<16).map { RowCode.value(Int32($0)) } == [
        -80, -63, -48, -35, -24, -15, -8, -3, 0, 3, 8, 15, 24, 35, 48, 63,
      ])
    #expect(RowCode.nearest(0) == RowCode.zero)
    for step in -700...700 {
      let value = Float(step) / 10
      let least = (1...15).map { (value - Float(RowCode.value($0))).magnitude }.min()!
      #expect((value - Float(RowCode.value(Int32(RowCode.nearest(value))))).magnitude == least, "\(value)")
    }
  }
}
