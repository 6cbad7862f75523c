import Foundation
import Testing
import Witan

/// What text becomes before it is hashed.
struct TextTests {
  /// Folds and cuts `text`: words separated by spaces.
  private func words(_ text: String) -> String {
    var normalizer = Normalizer()
    var segmenter = Segmenter()
    let bytes = Array(text.utf8)
    var symbols = [UInt32](repeating: 0, count: Normalizer.capacity(forBytes: bytes.count))
    var units = [UInt32](repeating: 0, count: symbols.count * Segmenter.unitsPerSymbol + 1)
    let count = bytes.withUnsafeBufferPointer { normalizer.push($0, into: &symbols) }
    var n = segmenter.push(symbols, count: count, into: &units)
    n += units.withUnsafeMutableBufferPointer { segmenter.finish(into: $0.baseAddress! + n) }
    var out = ""
    for unit in units.prefix(n) {
      out.unicodeScalars.append(unit == 0 ? " " : Unicode.Scalar(unit)!)
    }
    return String(out.dropLast())
  }

  @Test(
    "folding and segmentation",
    arguments: [
      ("Hello, World!", "hello , world !"),
      ("Ünïcödé naïve", "unicode naive"),
      ("e\u{301}te\u{0301}", "ete"),
      ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
      ("ﬁne ½ №", "fine 1 ⁄ 2 no"),
      ("раураl", "paypal"),  // Cyrillic look-alikes
      ("Πρόβλημα", "πpobλnma"),
      ("𝐛𝐨𝐦𝐛 𝓫𝓸𝓶𝓫 ⓑⓞⓜⓑ 🅱🅾🅼🅱", "bomb bomb bomb bomb"),
      ("b\u{200B}o\u{00AD}m\u{2060}b", "bomb"),
      ("b\u{0336}o\u{0336}m\u{0336}b\u{0336}", "bomb"),
      ("don't rock 'n' roll", "dont rock ' n roll"),
      ("covid19 4th mp3", "covid19 4th mp3"),
      ("日本語です", "日 本 語 で す"),
      ("สวัสดี", "ส ว ั ส ด ี"),
      ("السلام عليكم", "السلام عليكم"),
      ("हिन्दी भाषा", "हिन्दी भाषा"),
      ("٣٤ ３４", "34 34"),
      ("Straße STRASSE", "strasse strasse"),
      ("a\u{0000}b\u{0085}c", "a b c"),
      ("👍🏽 ok", "👍 🏽 ok"),
      ("“quoted” — yes…", "\" quoted \" - yes . . ."),
      ("", ""), ("   ", ""), ("'", "'"),
    ])
  func folding(_ text: String, _ expected: String) {
    #expect(words(text) == expected)
  }

  @Test("the explanation's words are those that the stream sums, in order")
  func wordsAreTheStream() throws {
    var random = SeededRandom(seed: 21)
    let spec = try FeatureSpec(log2Buckets: 16)
    for _ in 0..<100 {
      let text = TestModel.randomText(&random, length: random.below(200))
      var extractor = FeatureExtractor(spec)
      let workspace = FeatureExtractor.Workspace()
      var ids: [UInt32] = []
      text.withUnsafeBufferPointer { bytes in extractor.push(bytes, workspace) { ids += $0 } }
      extractor.finish(workspace) { ids += $0 }
      #expect(FeatureExtractor.words(of: text, spec).flatMap(\.ids) == ids)
    }
  }

  @Test("words carry the place of their bytes")
  func wordPlaces() throws {
    let text = Array("Ünter  日本, don't".utf8)
    let words = FeatureExtractor.words(of: text, try FeatureSpec(log2Buckets: 16))
    #expect(
      words.map { String(decoding: text[$0.bytes], as: UTF8.self) } == ["Ünter", "日", "本", ",", "don't"])
  }

  @Test("what the words add makes the logit")
  func explanationSums() throws {
    let classifier = TestModel.classifier(labels: 3)
    func logit(_ text: String, _ j: Int) -> Float {
      let p = Double(classifier.score(text).probabilities[j])
      return Float(-log(1 / p - 1))
    }
    for j in 0..<3 {
      let sum = try classifier.explain("Some words, some more.".utf8, output: j)
        .reduce(Float(0)) { $0 + $1.value }
      // The constant part is the logit of the empty text.
      #expect(abs(sum + logit("", j) - logit("Some words, some more.", j)) < 1e-3)
    }
    #expect(throws: WitanError.self) { try classifier.explain("x".utf8, output: 3) }
  }
}
