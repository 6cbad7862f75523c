import Foundation
import Testing
import Witan

/// Tokeniser and hash are frozen: models on disk depend on them. A change that fails here is a new
/// feature version.
///
/// `WITAN_RECORD_GOLDEN=1` writes the files anew, and the recording run fails.
struct GoldenFeatureTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  private static let texts = [
    "", "a", "The quick brown fox", "don't STOP", "Ünïcödé ﬁne", "日本語 text", "раураl", "x1 3.14 !!",
    "Привет, мир", "สวัสดี", "👍🏽 ok", "e\u{301}", "b\u{200B}omb", "हिन्दी", "한국어", "\u{FFFD}",
    "a-very-long-hyphenated_word", "\"quoted\" — yes…", "ⓑⓞⓜⓑ", "\t\n  spaced   out \r\n",
  ]

  @Test("features of the golden texts are what they were")
  func golden() throws { try check(FeatureSpec(log2Buckets: 18), "features-v1.json", Self.texts) }

  @Test("so are words, pairs, triples and the opening without characters")
  func goldenPhrases() throws {
    try check(
      FeatureSpec(log2Buckets: 18, hasCharacters: false, hasTriples: true, hasOpening: true),
      "features-v1-phrases.json", Self.texts + ["one two three four five six seven", "one, one one one one"])
  }

  @Test("each switch adds its features and leaves the others as they are")
  func switches() throws {
    for text in Self.texts {
      func ids(_ characters: Bool, _ triples: Bool, _ opening: Bool) throws -> [[UInt32]] {
        try FeatureExtractor.words(
          of: text.utf8,
          FeatureSpec(
            log2Buckets: 18, hasCharacters: characters, hasTriples: triples, hasOpening: opening)
        ).map(\.ids)
      }
      let plain = try ids(false, false, false)
      let (characters, triples, opening) = try (
        ids(true, false, false), ids(false, true, false), ids(false, false, true)
      )
      let all = try ids(true, true, true)
      for i in plain.indices {
        // The word, and from the second on its pair with the one before.
        #expect(plain[i].count == min(2, i + 1))
        #expect(characters[i].suffix(plain[i].count) == plain[i][...])
        #expect(triples[i].prefix(plain[i].count) == plain[i][...])
        #expect(triples[i].count == plain[i].count + (i > 1 ? 1 : 0))
        #expect(opening[i].count == plain[i].count + (i < 5 ? 1 : 0) + (i == 0 ? 1 : 0))
        #expect(
          Set(all[i]) == Set(characters[i]).union(triples[i]).union(opening[i]), "word \(i) of \(text)")
      }
    }
  }

  private func check(_ spec: FeatureSpec, _ name: String, _ texts: [String]) throws {
    let file = Self.folder.appendingPathComponent(name)
    let now: [JSON] = texts.map { text in
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
      try Data((JSON.array(now).text(indent: true) + "\n").utf8).write(to: file)
      Issue.record("recorded \(name); run again without WITAN_RECORD_GOLDEN")
      return
    }
    let golden = try JSON(parsing: String(decoding: Data(contentsOf: file), as: UTF8.self))
    for (a, b) in zip(now, golden.array ?? []) { #expect(a == b, "\(a["text"]?.text() ?? "")") }
    #expect(golden.array?.count == now.count)
  }

  @Test("the Unicode data behind the folding is the version that the goldens were made with")
  func unicodeVersion() { #expect(Normalizer.unicodeVersion == "15.0.0") }
}
