import CAllocationCounter
import Testing
import Witan

/// The ids are those of `tokenizers`, and streaming does not change them.
@Suite(.serialized) struct WordPieceTokenizerTests {
  private static func chunks(_ bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let n = min(rest.count, random.below(4) == 0 ? 1 + random.below(100) : random.below(5))
      chunks.append(Array(rest.prefix(n)))
      rest = rest.dropFirst(n)
    }
    return chunks
  }

  @Test("ids of the golden texts are those of tokenizers", arguments: WordPieceGolden.all)
  func golden(_ golden: WordPieceGolden) {
    #expect(golden.texts.count > 60)
    for text in golden.texts {
      #expect(
        golden.vocabulary.ids([text.bytes]) == text.ids, "\(String(decoding: text.bytes, as: UTF8.self))")
    }
  }

  @Test("the tables are of the release that the goldens are of")
  func reference() { #expect(WordPieceVocabulary.referenceVersion == WordPieceGolden.reference) }

  @Test("any split of the golden texts gives the same ids", arguments: WordPieceGolden.all)
  func goldenSplits(_ golden: WordPieceGolden) {
    var random = SeededRandom(seed: 5)
    for text in golden.texts {
      #expect(golden.vocabulary.ids(text.bytes.map { [$0] }) == text.ids)
      for _ in 0..<5 { #expect(golden.vocabulary.ids(Self.chunks(text.bytes, &random)) == text.ids) }
    }
  }

  @Test("any split of a short text gives the same ids (all splits)")
  func everySplit() {
    let vocabulary = WordPieceGolden.named("overlapping special tokens").vocabulary
    let text = Array("un<abc<ab>é语".utf8)
    let whole = vocabulary.ids([text])
    for cuts in 0..<(1 << (text.count - 1)) {
      var chunks: [[UInt8]] = [[]]
      for (i, byte) in text.enumerated() {
        chunks[chunks.count - 1].append(byte)
        if cuts >> i & 1 == 1 { chunks.append([]) }
      }
      #expect(vocabulary.ids(chunks) == whole, "cuts \(String(cuts, radix: 2))")
    }
  }

  @Test("any split of a long text gives the same ids", arguments: WordPieceGolden.all)
  func longSplits(_ golden: WordPieceGolden) {
    var random = SeededRandom(seed: 6)
    for round in 0..<40 {
      var text: [UInt8] = []
      for _ in 0..<random.below(60) {
        text +=
          random.below(3) == 0 ? TestModel.randomText(&random, length: 20) : random.pick(golden.texts).bytes
      }
      let whole = golden.vocabulary.ids([text])
      #expect(golden.vocabulary.ids(Self.chunks(text, &random)) == whole, "round \(round)")
    }
  }

  @Test(
    "pending is what the end would add, less an incomplete character, and changes nothing",
    arguments: WordPieceGolden.all)
  func pending(_ golden: WordPieceGolden) {
    let workspace = WordPieceTokenizer.Workspace()
    for text in golden.texts {
      var tokenizer = WordPieceTokenizer(golden.vocabulary)
      var ids: [UInt32] = []
      for (i, byte) in text.bytes.enumerated() {
        ids += tokenizer.push([[byte]])
        // An invalid part that may still go on is no character yet.
        guard String(validating: text.bytes[...i], as: UTF8.self) != nil else { continue }
        let pending = withExtendedLifetime(workspace) { Array(tokenizer.pending(workspace)) }
        #expect(ids + pending == golden.vocabulary.ids([Array(text.bytes[...i])]))
      }
      #expect(ids + tokenizer.finished() == text.ids)
    }
  }

  @Test("an incomplete character is not pending, and is replaced at the end")
  func incomplete() {
    let vocabulary = WordPieceGolden.named("not cleaned, ideographs run together").vocabulary
    var tokenizer = WordPieceTokenizer(vocabulary)
    #expect(tokenizer.push([[0x61, 0xE2, 0x82]]) == [])
    let workspace = WordPieceTokenizer.Workspace()
    #expect(
      withExtendedLifetime(workspace) { Array(tokenizer.pending(workspace)) } == [vocabulary.id(of: "a")!])
    #expect(tokenizer.finished() == [vocabulary.id(of: "a")!, vocabulary.id(of: "##\u{FFFD}")!])
  }

  @Test("a copy is a fork")
  func fork() {
    let vocabulary = WordPieceGolden.named("uncased").vocabulary
    var tokenizer = WordPieceTokenizer(vocabulary)
    let first = tokenizer.push([Array("the runn".utf8)])
    var fork = tokenizer
    #expect(fork == tokenizer)
    #expect(
      first + tokenizer.push([Array("ing a".utf8)]) + tokenizer.finished()
        == vocabulary.ids([Array("the running a".utf8)]))
    #expect(
      first + fork.push([Array("s".utf8)]) + fork.finished() == vocabulary.ids([Array("the runns".utf8)]))
  }

  @Test("a saved tokenizer goes on where it was", arguments: WordPieceGolden.all)
  func saveAndRestore(_ golden: WordPieceGolden) throws {
    var random = SeededRandom(seed: 7)
    for text in golden.texts {
      let cut = random.below(text.bytes.count + 1)
      var tokenizer = WordPieceTokenizer(golden.vocabulary)
      let first = tokenizer.push([Array(text.bytes[..<cut])])
      #expect(tokenizer.saved.count == WordPieceTokenizer.savedCount)
      var later = WordPieceTokenizer(golden.vocabulary)
      _ = later.push([Array("something before".utf8)])
      try later.restore(tokenizer.saved[...])
      #expect(later == tokenizer)
      #expect(first + later.push([Array(text.bytes[cut...])]) + later.finished() == text.ids, "cut \(cut)")
    }
  }

  @Test("a damaged saved state is an error or harmless, never a crash")
  func damagedState() {
    var random = SeededRandom(seed: 8)
    let vocabulary = WordPieceGolden.named("overlapping special tokens").vocabulary
    var tokenizer = WordPieceTokenizer(vocabulary)
    _ = tokenizer.push([Array("the \u{302F}unwanteď<a".utf8), [0xF0, 0x9F]])
    let saved = tokenizer.saved
    #expect(throws: WitanError.self) { try tokenizer.restore(saved.dropLast()) }
    #expect(throws: WitanError.self) { try tokenizer.restore([]) }
    for _ in 0..<20_000 {
      var numbers = saved
      for _ in 0...random.below(3) {
        let at = random.below(random.below(2) == 0 ? 8 : numbers.count)
        numbers[at] = UInt32(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
      }
      var other = WordPieceTokenizer(vocabulary)
      guard (try? other.restore(numbers[...])) != nil else { continue }
      _ = other.push([[0x80, 0xBF, 0xBF, 0x41], Array("\u{302E}ab>".utf8)])
      _ = other.finished()
    }
  }

  @Test("state is at most 600 bytes and nothing is allocated per push")
  func memory() {
    #expect(MemoryLayout<WordPieceTokenizer>.size <= 600)
    let vocabulary = WordPieceGolden.named("overlapping special tokens").vocabulary
    let workspace = WordPieceTokenizer.Workspace()
    var tokenizer = WordPieceTokenizer(vocabulary)
    let text = Array("The unwanted café, 日本語 हिन्दी 한국어 \u{302F}\u{302E} <ab <abc>! ".utf8)
    var count = 0
    func pushAll() {
      text.withUnsafeBufferPointer { bytes in
        for start in stride(from: 0, to: bytes.count, by: 5) {
          let chunk = UnsafeBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 5)])
          tokenizer.push(chunk, workspace) { count += $0.count }
          count += tokenizer.pending(workspace).count
        }
      }
    }
    pushAll()
    witan_allocations_start()
    let counts = Array(repeating: 0, count: 100)  // the counter sees this one
    for _ in 0..<500 { pushAll() }
    let allocations = witan_allocations_stop()
    #expect(counts.count == 100 && count > 0)
    #expect(allocations == 1 || allocations == -1)
  }
}
