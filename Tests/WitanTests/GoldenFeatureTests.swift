import Foundation
import Testing
import Witan

/// Tokeniser and hash are frozen: models on disk depend on them. A change that fails here is a new
/// feature version.
///
/// `WITAN_RECORD_GOLDEN=1` writes the file anew, and the recording run fails.
struct GoldenFeatureTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/features-v1.json")

  private static let texts = [
    "", "a", "The quick brown fox", "don't STOP", "Ünïcödé ﬁne", "日本語 text", "раураl", "x1 3.14 !!",
    "Привет, мир", "สวัสดี", "👍🏽 ok", "e\u{301}", "b\u{200B}omb", "हिन्दी", "한국어", "\u{FFFD}",
    "a-very-long-hyphenated_word", "\"quoted\" — yes…", "ⓑⓞⓜⓑ", "\t\n  spaced   out \r\n",
  ]

  @Test("features of the golden texts are what they were")
  func golden() throws {
    let spec = try FeatureSpec(log2Buckets: 18)
    let now: [JSON] = Self.texts.map { text in
      [
        "text": .string(text),
        "words": .array(
          FeatureExtractor.words(of: text.utf8, spec).map { word in
            [
              "bytes": [JSON(word.bytes.lowerBound), JSON(word.bytes.upperBound)],
              "ids": .array(word.ids.map { JSON(Int($0)) }),
            ]
          }),
      ]
    }
    if ProcessInfo.processInfo.environment["WITAN_RECORD_GOLDEN"] == "1" {
      try Data((JSON.array(now).text(indent: true) + "\n").utf8).write(to: Self.file)
      Issue.record("recorded \(Self.file.lastPathComponent); run again without WITAN_RECORD_GOLDEN")
      return
    }
    let golden = try JSON(parsing: String(decoding: Data(contentsOf: Self.file), as: UTF8.self))
    for (a, b) in zip(now, golden.array ?? []) { #expect(a == b, "\(a["text"]?.text() ?? "")") }
    #expect(golden.array?.count == now.count)
  }

  @Test("the Unicode data behind the folding is the version that the goldens were made with")
  func unicodeVersion() { #expect(Normalizer.unicodeVersion == "15.0.0") }
}
