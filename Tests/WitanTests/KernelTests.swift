import CKernels
import Foundation
import Testing
import Witan

/// Every kernel against a one-line oracle, under every backend of this machine.
@Suite(.serialized) struct KernelTests {
  /// Held by those who change or ask for the backend: suites run side by side.
  private static let lock = NSRecursiveLock()

  /// Runs `body` under each backend, then goes back to the one that was active.
  static func withEveryBackend(_ body: (String) throws -> Void) rethrows {
    lock.lock()
    defer { lock.unlock() }
    let before = Backend.active
    defer { Backend.select(before) }
    for name in Backend.supported {
      #expect(Backend.select(name))
      #expect(Backend.active == name)
      try body(name)
    }
  }

  @Test("the backend that WITAN_BACKEND names is the active one")
  func forcedBackend() {
    Self.lock.lock()
    defer { Self.lock.unlock() }
    if let wanted = ProcessInfo.processInfo.environment["WITAN_BACKEND"] {
      #expect(Backend.active == wanted, "supported: \(Backend.supported)")
    } else {
      #expect(Backend.active == Backend.supported.last)
    }
  }

  @Test("rows are added exactly, at every width, alignment and count")
  func rowsAdd() {
    var random = SeededRandom(seed: 7)
    Self.withEveryBackend { backend in
      for width in [1, 2, 3, 10, 15, 16, 17, 20, 31, 32, 33, 48, 63, 64, 65, 77, 80, 128, 129, 200, 208] {
        for misalignment in [0, 1, 3] {
          let buckets = 37
          let bytes = (0..<misalignment + buckets * width + 64).map { _ in
            Int8(truncatingIfNeeded: random.next())
          }
          let ids = (0..<random.below(width > 100 ? 600 : 40)).map { _ in UInt32(random.below(buckets)) }
          let lanes = (width + 15) / 16 * 16
          var sums = (0..<lanes).map { _ in Int32(truncatingIfNeeded: random.next() & 0xFFFF) }
          let before = sums
          bytes.withUnsafeBufferPointer { buffer in
            let table = buffer.baseAddress! + misalignment
            witan_rows_add(&sums, table, width, ids, ids.count)
            for j in 0..<width {
              let expected = ids.reduce(before[j]) { $0 + Int32(table[Int($1) * width + j]) }
              #expect(sums[j] == expected, "\(backend), width \(width), column \(j)")
            }
            witan_rows_subtract(&sums, table, width, ids, ids.count)
          }
          #expect(sums == before, "\(backend): taking back leaves a trace at width \(width)")
        }
      }
    }
  }

  @Test(
    "all backends hash alike, whole or unit by unit, for every choice of kinds",
    arguments: 0..<8 as Range<UInt32>)
  func ngrams(_ kinds: UInt32) {
    var random = SeededRandom(seed: 11)
    for _ in 0..<200 {
      let units = (0..<random.below(60)).map { _ in
        random.below(5) == 0 ? WITAN_UNIT_END : UInt32(97 + random.below(4))
      }
      var results: [[UInt32]] = []
      Self.withEveryBackend { _ in
        for step in [1, 7, 1000] {
          var state = witan_ngram_state()
          var out: [UInt32] = []
          for start in stride(from: 0, to: units.count, by: step) {
            let part = Array(units[start..<min(units.count, start + step)])
            var ids = [UInt32](repeating: 0, count: part.count * Int(WITAN_FEATURES_PER_UNIT))
            let count = witan_ngrams(part, part.count, &state, 14, kinds, 0, &ids)
            out += ids.prefix(count)
          }
          results.append(out)
        }
      }
      #expect(Set(results).count == 1, "units \(units)")
    }
  }

  @Test("words, pairs, triples and the opening are hashed as defined")
  func phrases() throws {
    func row(_ hash: UInt32, _ salt: UInt32) -> UInt32 {
      var h = hash ^ salt
      h = (h ^ (h >> 16)) &* 0x7FEB_352D
      h = (h ^ (h >> 15)) &* 0x846C_A68B
      return h >> 14
    }
    let roll: UInt32 = 0x9E37_79B1
    let text = "to be or not to be asked"
    let hashes = text.split(separator: " ").map { word in
      word.unicodeScalars.reduce(UInt32(0)) { hash, c in
        let product = (hash ^ c.value) &* roll
        return product ^ (product >> 15)
      }
    }
    let spec = try FeatureSpec(log2Buckets: 18, hasCharacters: false, hasTriples: true, hasOpening: true)
    let words = FeatureExtractor.words(of: text.utf8, spec)
    for (i, word) in hashes.enumerated() {
      // A word before the first counts as 0.
      let previous = i > 0 ? hashes[i - 1] | 1 : 0
      let pair = previous &* roll &+ word
      var expected = [row(word, 0x1B87_3593), row(pair, 0x2545_F491)]
      if i > 1 { expected.append(row((hashes[i - 2] | 1) &* roll &* roll &+ pair, 0x1656_67B1)) }
      if i < 5 { expected.append(row(word &* roll &+ UInt32(i), 0x27D4_EB2F)) }
      #expect(words[i].ids == expected, "word \(i)")
    }
  }

  @Test("the n-grams of a word are those of the definition")
  func ngramCounts() {
    // <abcd> has 4 + 3 + 2 in-word 3-, 4- and 5-grams, one word, no pair; then <ab>: 2 + 1, word, pair.
    for (text, expected) in [("abcd", 4 + 3 + 2 + 1), ("abcd ab", 10 + 2 + 1 + 2), ("a", 1), ("a b", 3)] {
      let words = FeatureExtractor.words(of: text.utf8, try! FeatureSpec(log2Buckets: 18))
      #expect(words.reduce(0) { $0 + $1.ids.count } == expected, "\(text)")
    }
  }

  @Test("the sigmoid is within 4 ULP of the exact one, alike on all backends")
  func sigmoid() {
    var random = SeededRandom(seed: 3)
    let inputs = (0..<5000).map { _ in Float(random.unit() * 160 - 80) } + [0, -0.0, 80, -80, 500, -500]
    var all: [[UInt32]] = []
    Self.withEveryBackend { backend in
      var out = [Float](repeating: 0, count: inputs.count)
      witan_sigmoid(inputs, &out, inputs.count)
      var worst: Float = 0
      for (x, y) in zip(inputs, out) where abs(x) <= 80 {
        let exact = 1 / (1 + exp(-Double(x)))
        worst = max(worst, Float((Double(y) - exact).magnitude / Double(Float(exact).ulp)))
      }
      #expect(worst <= 4, "\(backend): \(worst) ULP")
      #expect(out.allSatisfy { $0 >= 0 && $0 <= 1 })
      all.append(out.map(\.bitPattern))
    }
    #expect(Set(all).count == 1)
  }

  @Test("training steps follow AdaGrad's formula, alike on all backends")
  func training() {
    var random = SeededRandom(seed: 5)
    for width in [4, 8, 16, 20, 80] {
      let buckets = 9
      let start = (0..<buckets * 2 * width).map { _ in Float(random.unit()) }
      let ids = [3, 1, 3, 8].map { UInt32($0) }
      let marked: [UInt32] = [3, 1 | WITAN_WORD_MARK, 3 | 17 << 24, 8 | WITAN_WORD_MARK | 127 << 24]
      let rates = (0..<256).map { _ in Float(random.unit()) }
      let gradient = (0..<width).map { _ in Float(random.unit() - 0.5) }
      var expected = start
      for (id, mark) in zip(ids, marked) {
        for j in 0..<width {
          let (w, s) = (Int(id) * 2 * width + j, Int(id) * 2 * width + width + j)
          expected[s] += gradient[j] * gradient[j]
          let rate = rates[Int(mark >> 24)]
          expected[w] -= rate * gradient[j] / (expected[s] + 1e-12).squareRoot()
        }
      }
      Self.withEveryBackend { backend in
        var rows = start
        witan_train_adagrad(&rows, width, marked, marked.count, gradient, rates)
        #expect(rows == expected, "\(backend), width \(width)")
        var sums = [Float](repeating: 0, count: width)
        witan_train_forward(&sums, rows, width, marked, marked.count, 0.5)
        for j in 0..<width {
          let sum = ids.reduce(Float(0)) { $0 + rows[Int($1) * 2 * width + j] }
          #expect(sums[j] == sum * 0.5, "\(backend), width \(width)")
        }
      }
    }
  }
}
