import CAllocationCounter
import CKernels
import Testing
import Witan

/// The bulk way (`BatchScorer`, `witan_words_add`) gives what the steps one by one give, bit for bit.
@Suite(.serialized) struct WordMemoTests {
  private static func classifier(
    labels: Int, characters: Bool = true, triples: Bool = false, opening: Bool = false, log2Buckets: Int = 10,
    hidden: [Int] = []
  ) -> Classifier {
    let spec = try! ModelSpec(
      features: FeatureSpec(
        log2Buckets: log2Buckets, hasCharacters: characters, hasTriples: triples, hasOpening: opening),
      task: .multiLabel, labels: (0..<labels).map { Label(id: "label-\($0)") }, hidden: hidden)
    let columns = spec.columns
    var random = SeededRandom(seed: UInt64(labels))
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.unit() / 100) } }
    var weights = ModelWeights(
      table: (0..<spec.features.buckets * columns).map { _ in
        Int8(truncatingIfNeeded: random.below(255) - 127)
      },
      scale: floats(columns), bias: floats(columns), calibrationSlope: floats(labels).map { $0 + 1 },
      calibrationOffset: floats(labels))
    if let last = hidden.last {
      weights.output = .init(rounding: floats(labels * last).map { $0 - 0.005 }, columns: last)
      weights.steps = hidden.map { _ in 0.01 }
    }
    if hidden.count == 2 {
      weights.hidden = .init(rounding: floats(hidden[0] * hidden[1]).map { $0 - 0.005 }, columns: hidden[0])
      weights.hiddenBias = floats(hidden[1])
    }
    return try! Classifier(bytes: ModelFile.encode(spec: spec, weights: weights, metadata: [:]))
  }

  @Test("a batch scores as streams do, whatever the memo's size, the features and the width")
  func batchesAndStreams() {
    var random = SeededRandom(seed: 21)
    for (labels, triples, opening, characters) in [
      (1, false, false, true), (10, true, true, true), (16, false, true, false), (17, true, false, true),
      (70, true, true, true),
    ] {
      let classifier = Self.classifier(
        labels: labels, characters: characters, triples: triples, opening: opening)
      let texts = (0..<300).map { _ in BulkRun.randomText(&random) }
      let expected = BulkRun.streamed(classifier, texts)
      for log2Words in [1, 3, 8, 15] {
        let found = BulkRun.batched(classifier, texts, log2Words: log2Words)
        for i in texts.indices where found[i] != expected[i] {
          Issue.record("\(labels) labels, 2^\(log2Words) words: \(String(decoding: texts[i], as: UTF8.self))")
        }
      }
    }
  }

  @Test(
    "hidden layers give a batch, through BLAS, the bits that they give a stream",
    arguments: [[20], [37, 11]])
  func hiddenLayers(_ hidden: [Int]) {
    var random = SeededRandom(seed: 8)
    let classifier = Self.classifier(labels: 5, hidden: hidden)
    let texts = (0..<200).map { _ in BulkRun.randomText(&random) }
    #expect(BulkRun.batched(classifier, texts, log2Words: 8) == BulkRun.streamed(classifier, texts))
    #expect(Set(BulkRun.batched(classifier, texts, log2Words: 8)).count > 50)
  }

  @Test("any two bytes, between words and inside one, are taken as streams take them")
  func allPairsOfBytes() {
    let classifier = Self.classifier(labels: 2)
    for first in UInt8.min...UInt8.max {
      let texts = (UInt8.min...UInt8.max).flatMap { second -> [[UInt8]] in
        [
          [0x61, 0x62, first, second, 0x63, 0x64], [first, second], [0x20, first, 0x61, second, 0x20, 0x62],
        ]
      }
      #expect(
        BulkRun.batched(classifier, texts, log2Words: 12) == BulkRun.streamed(classifier, texts),
        "first byte \(first)")
    }
  }

  @Test("words of every length, at every distance from the end, with an apostrophe at every place")
  func lengths() {
    let classifier = Self.classifier(labels: 3)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    for length in 1...34 {
      var texts: [[UInt8]] = []
      for tail in 0...34 {
        texts.append(Array(letters.prefix(length)) + [0x20] + letters.prefix(tail))
        texts.append(Array(letters.prefix(length)) + (tail > 0 ? [0x27] : []) + letters.prefix(tail))
      }
      #expect(
        BulkRun.batched(classifier, texts, log2Words: 8) == BulkRun.streamed(classifier, texts),
        "length \(length)")
    }
  }

  @Test(
    "the kernel's sums, count and state are those of the steps, under every backend",
    arguments: [8, 4] as [UInt32], [false, true])
  func kernel(bits: UInt32, isPruned: Bool) {
    var random = SeededRandom(seed: 5)
    let spec = try! FeatureSpec(log2Buckets: 8, hasTriples: true, hasOpening: true)
    let kinds = UInt32(WITAN_NGRAMS_CHARACTERS | WITAN_NGRAMS_TRIPLES | WITAN_NGRAMS_OPENING)
    let (width, lanes) = (19, 32)
    let table = (0..<spec.buckets * width + 64).map { _ in Int8(truncatingIfNeeded: random.next()) }
    let map = (0..<spec.buckets / 8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let kept = map.withUnsafeBytes { KeptRows($0) }
    let rows = UnsafeMutableRawPointer.allocate(byteCount: table.count, alignment: 64)
    defer { rows.deallocate() }
    rows.copyMemory(from: table, byteCount: table.count)
    let rowTable = RowTable(
      rows: rows, columns: width, bits: Int(bits), squares: nil,
      kept: isPruned ? UnsafePointer(kept.words) : nil)
    for _ in 0..<150 {
      let text = BulkRun.randomText(&random)
      for ends in [false, true] {
        KernelTests.withEveryBackend { backend in
          var memo = [UInt64](repeating: 0, count: 2 * (Int(WITAN_MEMO_HEAD) + 2 * lanes) << 3 / 8)
          var sums = [Int32](repeating: 0, count: lanes)
          var (state, features) = (witan_ngram_state(), 0)
          let taken = memo.withUnsafeMutableBytes { memo in
            var words = witan_words(
              table: rowTable.kernel, shift: 24, kinds: kinds,
              memo: memo.baseAddress!.assumingMemoryBound(to: UInt8.self), log2_pairs: 3)
            return witan_words_add(&words, &sums, &features, &state, text, text.count, ends ? 1 : 0)
          }
          #expect(taken <= text.count)
          let (ids, expected) = steps(Array(text[..<taken]), ends: ends && taken == text.count, kinds)
          let place = "\(backend), \(taken) bytes of \(String(decoding: text, as: UTF8.self))"
          #expect(features == ids.count, "\(place)")
          #expect(numbers(state) == numbers(expected), "\(place)")
          for j in 0..<width {
            #expect(sums[j] == ids.reduce(0) { $0 + rowTable[Int($1), j] }, "\(place), \(j)")
          }
        }
      }
    }
  }

  /// The ids of a text that begins and ends between words, and the state after it.
  private func steps(_ text: [UInt8], ends: Bool, _ kinds: UInt32) -> (ids: [UInt32], witan_ngram_state) {
    var symbols = [UInt32](repeating: 0, count: Normalizer.capacity(forBytes: text.count))
    var units = [UInt32](repeating: 0, count: Segmenter.unitsPerSymbol * symbols.count)
    var (normalizer, segmenter, state) = (Normalizer(), Segmenter(), witan_ngram_state())
    let count = text.withUnsafeBufferPointer { normalizer.push($0, into: &symbols) }
    var unitCount = segmenter.push(symbols, count: count, into: &units)
    if ends {
      unitCount += units.withUnsafeMutableBufferPointer {
        segmenter.finish(into: $0.baseAddress! + unitCount)
      }
    }
    #expect(!segmenter.isInsideWord && !normalizer.isInsideCharacter)
    var ids = [UInt32](repeating: 0, count: Int(WITAN_FEATURES_PER_UNIT) * max(1, unitCount))
    let idCount = witan_ngrams(units, unitCount, &state, 24, kinds, 0, &ids)
    return (Array(ids.prefix(idCount)), state)
  }

  private func numbers(_ s: witan_ngram_state) -> [UInt32] {
    [s.suffix1, s.suffix2, s.suffix3, s.suffix4, s.word, s.length, s.previous, s.before, s.words]
  }

  @Test("a text beyond the feature limit is cut where a stream cuts it")
  func limit() {
    let classifier = Self.classifier(labels: 1, log2Buckets: 8)
    let words = Array("Of many words, don't say naïve one; ".utf8)
    let text = Array(repeatElement(words, count: 13 << 20 / words.count).joined())
    let found = BulkRun.batched(classifier, [text, words], log2Words: 8)
    #expect(found == BulkRun.streamed(classifier, [text, words]))
    #expect(found[0].last == 1 && found[1].last == 0)
  }

  @Test("adding texts allocates nothing")
  func allocations() {
    let classifier = Self.classifier(labels: 4)
    let scorer = BatchScorer(classifier)
    let texts = (0..<64).map { Array("Text number \($0) isn't long, 日本語 included; word\($0 * 7919)".utf8) }
    func all() {
      for text in texts { text.withUnsafeBufferPointer(scorer.add) }
      _ = scorer.flush()
    }
    all()
    witan_allocations_start()
    for _ in 0..<20 { all() }
    let allocations = witan_allocations_stop()
    #expect(allocations <= 0)
  }
}
