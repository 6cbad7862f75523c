import CAllocationCounter
import CKernels
import Testing
import Witan

/// The bulk way of word pieces (`witan_pieces_add`) gives what the tokenizer gives, bit for bit.
@Suite(.serialized) struct PieceMemoTests {
  private static func classifier(_ tokenizer: [String: JSON]) -> Classifier {
    let kind = TestModel.Kind.dense
    let bytes = TestEmbeddings.bytes(dimensions: kind.dimensions!, tokenizer: tokenizer)
    return try! Classifier(bytes: TestModel.bytes(kind), embeddings: StaticEmbeddings(bytes: bytes))
  }

  @Test(
    "a batch scores as streams do, whatever the memo's size and the tokenizer's options",
    arguments: [
      [:], ["lowercases": .bool(false)], ["cleans_text": .bool(false)], ["maximum_characters": .number(15)],
      ["maximum_characters": .number(14)], ["prefix": .string("")], ["unknown": .string("the")],
    ] as [[String: JSON]])
  func options(_ tokenizer: [String: JSON]) {
    var random = SeededRandom(seed: 4)
    let classifier = Self.classifier(tokenizer)
    var texts = (0..<400).map { _ in BulkRun.randomText(&random) }
    for word in [
      "[CLS]", "the[CLS]fox", "Quicked foxing", "abcdefghijklmno", "abcdefghijklmnop", "brow\u{1}n",
    ] {
      texts += ["", "the ", " the", "é"].flatMap { [Array(($0 + word).utf8), Array((word + $0).utf8)] }
    }
    let expected = BulkRun.streamed(classifier, texts)
    for log2Words in [1, 3, 14] {
      let found = BulkRun.batched(classifier, texts, log2Words: log2Words)
      for i in texts.indices where found[i] != expected[i] {
        Issue.record("2^\(log2Words) pairs: \(String(decoding: texts[i], as: UTF8.self).debugDescription)")
      }
    }
    // The dense part decides something here: without its rows other bits come.
    #expect(Set(expected).count > 300)
  }

  @Test("every backend takes any two bytes as streams take them")
  func allPairsOfBytes() {
    let classifier = Self.classifier([:])
    KernelTests.withEveryBackend { backend in
      for first in UInt8.min...UInt8.max {
        let texts = (UInt8.min...UInt8.max).flatMap { second -> [[UInt8]] in
          [[0x74, 0x68, first, second, 0x65, 0x64], [0x20, first, 0x61, second, 0x20, 0x62]]
        }
        #expect(
          BulkRun.batched(classifier, texts, log2Words: 8) == BulkRun.streamed(classifier, texts),
          "\(backend), first byte \(first)")
      }
    }
  }

  @Test("texts that were met before are scored without an allocation")
  func allocations() {
    var random = SeededRandom(seed: 9)
    let scorer = BatchScorer(Self.classifier([:]))
    let texts = (0..<BatchScorer.size).map { _ in BulkRun.randomText(&random) }
    func round() {
      for text in texts { text.withUnsafeBufferPointer(scorer.add) }
      _ = scorer.flush()
    }
    round()
    witan_allocations_start()
    round()
    let allocations = witan_allocations_stop()
    #expect(allocations <= 0)
  }
}
