import Testing
import Witan
import WitanConstitution

/// Texts that say nearly the same are used once. `NearDuplicates` is seen through the report.
struct NearDuplicateTests {
  private func report(_ seeds: [String], nearMisses: [String] = []) throws -> Synthesis.Report {
    try Synthesis(TestConstitution.make([.init(id: "one", seeds: seeds, nearMisses: nearMisses)])).report
  }

  @Test("eight tenths of the words in common make a repeat; case, order and punctuation do not count")
  func pairs() throws {
    let pairs = [
      ("ba be bi bo bu da de di do", "ba be bi bo bu da de di xx", true),  // 8 of 10
      ("ba be bi bo bu da de di", "ba be bi bo bu da de xx", false),  // 7 of 9
      ("ba be bi bo", "ba be bi bo bu", true),  // 4 of 5
      ("ba be bi", "ba be bi bo", false),  // 3 of 4
      ("ba be bi bo", "BO, bi: be! (ba)", true),
      ("ba be bi bo", "ba ba ba be bi bo bo", true),
      ("ba be bi bo", "babe bi bo", false),
      ("Ünü être 42", "ünü ÊTRE 42?", true),
      ("ünü", "unu", false),
      ("ba", "ba", true),
      ("?!", "?!", false),  // no words to compare
    ]
    // Each pair gets words of its own by an ending, so that all fit in one constitution.
    let seeds = zip("abcdefghijklmn", pairs).flatMap { letter, pair in
      [pair.0, pair.1].map { $0.replacing(/[\p{L}\p{N}]+/) { $0.output + "qx\(letter)" } }
    }
    let found = try report(seeds)
    let expected = pairs.indices.filter { pairs[$0].2 }.map { "one/seed:\(2 * $0 + 1)" }
    #expect(found.duplicates.map(\.of).filter { $0.hasPrefix("one/") } == expected)
    #expect(found.rows[0].seeds == 2 * pairs.count - expected.count)
  }

  @Test("random texts: exactly those are repeats that a comparison of all pairs finds")
  func allPairs() throws {
    let seed: UInt64 = 51
    var random = SeededRandom(seed: seed)
    let words = ["qua", "qub", "quc", "qud", "que", "quf", "qug", "quh", "qui", "quj", "quk"]
    for round in 0..<3 {
      let texts = (0..<150).map { _ in
        (0..<(2 + random.below(9))).map { _ in random.pick(words) }.joined(separator: " ")
      }
      var kept: [(index: Int, words: Set<Substring>)] = []
      var expected: [String] = []
      for (i, text) in texts.enumerated() {
        let set = Set(text.split(separator: " "))
        let match = kept.first {
          5 * $0.words.intersection(set).count >= 4 * $0.words.union(set).count
        }
        if let match {
          expected.append("\(text) = one/seed:\(match.index + 1)")
        } else {
          kept.append((i, set))
        }
      }
      let found = try report(texts)
      #expect(found.duplicates.map { "\($0.text) = \($0.of)" } == expected, "seed \(seed), round \(round)")
      #expect(found.rows[0].seeds == kept.count)
      #expect(expected.count > 20)
    }
  }

  @Test("a repeat makes no examples")
  func leftOut() throws {
    let s = TestConstitution.sentences(20, seed: 52)
    let c = try TestConstitution.make([.init(id: "one", seeds: s + s.map { $0.uppercased() })])
    let sources = Synthesis(c).examples.values.flatMap { $0.compactMap(\.source) }
    #expect(Set(sources.filter { $0.hasPrefix("one/") }.map { $0.split(separator: " ")[0] }).count == 20)
  }

  @Test("a near miss or background text like a seed contradicts it and is left out")
  func contradictions() throws {
    let s = TestConstitution.sentences(10, seed: 53)
    let benign = try #require(
      Background.shipped.texts.first { $0.text.split(separator: " ").count > 8 && !$0.text.contains("{") })
    let c = try TestConstitution.make([
      .init(id: "one", seeds: s + [benign.text], nearMisses: [s[3].lowercased()])
    ])
    let synthesis = Synthesis(c)
    #expect(synthesis.report.contradictions.map(\.text) == [s[3].lowercased(), benign.text])
    #expect(synthesis.report.contradictions.map(\.of) == ["one/seed:4", "one/seed:11"])
    #expect(synthesis.report.rows[0].nearMisses == 0)
    let sources = synthesis.examples.values.flatMap { $0.compactMap(\.source) }
    #expect(!sources.contains { $0.hasPrefix("one/near-miss") || $0.hasPrefix(benign.source + " ") })
  }

  @Test("one text under two principles has both labels; one that is only alike has the first's")
  func twoPrinciples() throws {
    let s = TestConstitution.sentences(10, seed: 54)
    let c = try TestConstitution.make([
      .init(id: "one", seeds: Array(s[0..<5])),
      .init(id: "two", seeds: [s[1], s[2].uppercased()] + Array(s[5..<10])),
    ])
    let examples = Synthesis(c).examples.values.flatMap { $0 }
    func labels(_ source: String) -> [[String: Float]] {
      examples.filter { $0.source == "\(source) plain" }.map(\.labels)
    }
    #expect(labels("one/seed:2") == [["one": 1, "two": 1]])
    #expect(labels("one/seed:3") == [["one": 1]])
    #expect(labels("two/seed:1") == [])
    #expect(labels("two/seed:3") == [["two": 1]])
  }
}
