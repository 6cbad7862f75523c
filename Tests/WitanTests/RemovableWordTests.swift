import Testing
import Witan

/// Words as parts of the original bytes that can be taken out whole.
struct RemovableWordTests {
  private func parts(_ text: [UInt8]) -> [String] {
    let spec = TestModel.spec().features
    return FeatureExtractor.removableWords(of: text, FeatureExtractor.words(of: text, spec)).map {
      String(decoding: text[$0.bytes], as: UTF8.self)
    }
  }
  private func parts(_ text: String) -> [String] { parts(Array(text.utf8)) }

  @Test("emoji, flags, combining marks, line ends, look-alikes and ignored characters stay whole")
  func characters() {
    #expect(parts("Hi👩‍👩‍👧 👍🏽🇩🇪 🇫🇷!") == ["Hi", "👩‍👩‍👧", "👍🏽", "🇩🇪", "🇫🇷", "!"])
    #expect(parts("cafe\u{301} nai\u{308}ve") == ["cafe\u{301}", "nai\u{308}ve"])
    #expect(parts("one\r\ntwo\r\n") == ["one", "two"])
    let lookalikes = ["k\u{456}ll", "p\u{430}\u{440}k"]
    #expect(parts(lookalikes.joined(separator: " ")) == lookalikes)
    #expect(parts("k\u{200B}i\u{200D}ll now") == ["k\u{200B}i\u{200D}ll", "now"])
    #expect(parts("½ cup ㎏ ﷺ") == ["½", "cup", "㎏", "ﷺ"])
    #expect(parts("日本語 don't brown-fox") == ["日", "本", "語", "don't", "brown", "-", "fox"])
    #expect(parts("") == [] && parts(" \u{200B}\n") == [])
  }

  @Test("invalid bytes are characters of their own")
  func invalid() {
    // The bytes of each part too: what is incomplete is known to be so only at the byte after it.
    let text: [UInt8] = [0x62, 0xE2, 0x82, 0xFF, 0x63, 0x20, 0xF0, 0x9F, 0x20]
    let words = FeatureExtractor.words(of: text, TestModel.spec().features)
    #expect(words.map(\.bytes) == [0..<1, 1..<3, 3..<4, 4..<5, 6..<8])
    #expect(parts([0x61, 0xFF, 0x62]) == ["a", "\u{FFFD}", "b"])
    #expect(parts([0x61, 0xE2, 0x82]) == ["a", "\u{FFFD}"])
    #expect(parts([0xE2, 0x82, 0x20, 0x62]) == ["\u{FFFD}", "b"])
    #expect(parts([0xF0, 0x9F, 0x91, 0xC3, 0xA9]) == ["\u{FFFD}", "é"])
  }

  @Test("marks and emoji are symbols, words and ideographs are not; parts are the words in order")
  func symbols() {
    let text = Array("Hi, 日 👍🏽 3 ½!".utf8)
    let words = FeatureExtractor.words(of: text, TestModel.spec().features)
    let parts = FeatureExtractor.removableWords(of: text, words)
    #expect(parts.map(\.isSymbol) == [false, true, false, true, false, false, true])
    #expect(parts.flatMap { Array($0.parts) } == Array(words.indices))
    #expect(parts[3].parts.count == 2 && parts[5].parts.count == 3)
  }

  @Test("without one part the others are still the words of the text, in random texts")
  func removal() {
    let spec = TestModel.spec().features
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      let text = TestModel.randomText(&random, length: 60)
      let words = FeatureExtractor.removableWords(of: text, FeatureExtractor.words(of: text, spec))
      guard !words.isEmpty else { continue }
      let i = random.below(words.count)
      let rest = VerdictEvidence.removing([words[i].bytes], from: text)
      let left = FeatureExtractor.removableWords(of: rest, FeatureExtractor.words(of: rest, spec))
      func strings(_ words: some Sequence<FeatureExtractor.RemovableWord>, _ text: [UInt8]) -> [[UInt8]] {
        words.map { Array(text[$0.bytes]) }
      }
      let expected = strings(words[..<i], text) + strings(words[(i + 1)...], text)
      // A quote that the word had swallowed is a mark without it.
      let isQuoted =
        text.contains(0x27) || String(decoding: text, as: UTF8.self).contains { "‘’".contains($0) }
      if !isQuoted { #expect(strings(left, rest) == expected, "\(text) without \(words[i].bytes)") }
    }
  }
}
