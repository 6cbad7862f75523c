import Testing
import Witan

/// The numbers that splits, orders and dropout are made of: frozen, since models are reproducible.
struct SeededRandomTests {
  @Test("the numbers are those of SplitMix64's reference")
  func golden() {
    var zero = SeededRandom(seed: 0)
    #expect(
      (0..<3).map { _ in zero.next() }
        == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    var other = SeededRandom(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in other.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("fnv1a has the values of its specification")
  func fnv() {
    #expect(fnv1a("".utf8) == 0xCBF2_9CE4_8422_2325)
    #expect(fnv1a("a".utf8) == 0xAF63_DC4C_8601_EC8C)
    #expect(fnv1a("foobar".utf8) == 0x8594_4171_F739_67E8)
  }

  @Test("below draws every number alike and none outside", arguments: [1, 2, 3, 7, 10, 100, 1000])
  func below(_ bound: Int) {
    let seed: UInt64 = 77
    var random = SeededRandom(seed: seed)
    let draws = 100 * bound
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws {
      let value = random.below(bound)
      guard (0..<bound).contains(value) else {
        Issue.record("\(value) is not below \(bound), seed \(seed)")
        return
      }
      counts[value] += 1
    }
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    // Mean bound - 1, deviation sqrt(2 (bound - 1)): six deviations either way, and some for bound 2.
    let freedom = Double(bound - 1)
    let slack = 6 * (2 * freedom).squareRoot() + 10
    #expect(chiSquare < freedom + slack, "seed \(seed)")
    if bound >= 100 { #expect(chiSquare > freedom - slack, "too even, seed \(seed)") }
  }

  @Test("below reaches both ends of a large bound")
  func largeBound() {
    var random = SeededRandom(seed: 78)
    let bound = 1 << 31
    let values = (0..<10_000).map { _ in random.below(bound) }
    #expect(values.min()! >= 0)
    #expect(values.min()! < bound / 1000)
    #expect(values.max()! < bound)
    #expect(values.max()! > bound - bound / 1000)
  }

  @Test("unit lies in [0, 1) and has the mean and variance of the uniform distribution")
  func unit() {
    let seed: UInt64 = 79
    var random = SeededRandom(seed: seed)
    let values = (0..<20_000).map { _ in random.unit() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 0.5) < 0.01, "seed \(seed)")
    #expect(abs(variance - 1.0 / 12) < 0.005, "seed \(seed)")
  }

  @Test("shuffling keeps all items and moves nearly all of them")
  func shuffle() {
    let seed: UInt64 = 80
    var random = SeededRandom(seed: seed)
    var items = Array(0..<1000)
    random.shuffle(&items)
    #expect(items.sorted() == Array(0..<1000))
    #expect(items.indices.count { items[$0] == $0 } < 12, "seed \(seed)")  // 1 expected
    var none: [Int] = []
    var one = [7]
    random.shuffle(&none)
    random.shuffle(&one)
    #expect(none == [])
    #expect(one == [7])
  }

  @Test("shuffling gives each of the six orders of three items alike")
  func orders() {
    let seed: UInt64 = 81
    var random = SeededRandom(seed: seed)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var items = [0, 1, 2]
      random.shuffle(&items)
      counts[items, default: 0] += 1
    }
    #expect(counts.count == 6)
    // 1000 each, deviation 29.
    #expect(counts.values.allSatisfy { (850...1150).contains($0) }, "\(counts), seed \(seed)")
  }

  @Test("pick takes every item")
  func pick() {
    var random = SeededRandom(seed: 82)
    #expect(Set((0..<200).map { _ in random.pick(["a", "b", "c"]) }) == ["a", "b", "c"])
  }

  @Test("purposes of one seed are independent of each other and of the seed itself")
  func purposes() {
    func numbers(_ random: SeededRandom) -> [UInt64] {
      var random = random
      return (0..<64).map { _ in random.next() }
    }
    let streams = [
      numbers(SeededRandom(seed: 1)), numbers(SeededRandom(seed: 1, purpose: "train")),
      numbers(SeededRandom(seed: 1, purpose: "split")), numbers(SeededRandom(seed: 1, purpose: "")),
      numbers(SeededRandom(seed: 2, purpose: "train")),
    ]
    // No number is in two streams: none runs behind another.
    #expect(Set(streams.flatMap { $0 }).count == streams.count * 64)
    for a in streams.indices {
      for b in streams.indices where a < b {
        // Of 4096 bits half agree, deviation 32.
        let agreeing = zip(streams[a], streams[b]).reduce(0) { $0 + (~($1.0 ^ $1.1)).nonzeroBitCount }
        #expect(abs(agreeing - 2048) < 200, "streams \(a) and \(b)")
      }
    }
    #expect(
      numbers(SeededRandom(seed: 1, purpose: "train")) == numbers(SeededRandom(seed: 1, purpose: "train")))
  }
}
