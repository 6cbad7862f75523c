import Foundation
import Testing
import Witan
import WitanConstitution

/// What a constitution's fields become.
struct ParsingTests {
  @Test("a minimal constitution parses, with defaults for what it leaves out")
  func minimal() throws {
    let c = try Constitution(yaml: TestConstitution.minimal, file: "tiny.yaml")
    #expect(c.id == "tiny")
    #expect(c.title == "Tiny rules")
    #expect(c.version == "0.1.0")
    #expect(c.language == "en")
    #expect(c.community.who == "A test.")
    #expect(c.community.adopted == "By nobody.")
    #expect(c.community.contact == "Nowhere.")
    #expect(c.rationale == "To test the parser.")
    #expect(c.recipe.perSeed == 3)
    #expect(c.recipe.perNegative == 2)
    #expect(c.recipe.nearMissShare == 0.25)
    #expect(c.recipe.seedWeight == 1)
    #expect(c.source == TestConstitution.minimal)
    #expect(c.principles.count == 1)
    let p = try #require(c.principles.first)
    #expect(p.id == "one")
    #expect(p.title == "First")
    #expect(p.statement == "Do not do the first thing.")
    #expect(p.stance == .prohibit)
    #expect(p.side == .prompt)
    #expect(p.isPooled)
    #expect(p.rationale == "")
    #expect(p.tensions.isEmpty)
    #expect(p.seeds == ["An example text."])
    #expect(p.nearMisses.isEmpty)
    #expect(p.slots.isEmpty)
    #expect(p.frames.isEmpty)
    #expect(c.labels == [Label(id: "one", title: "First", stance: .prohibit, side: .prompt)])
  }

  private static let full = """
    # A comment.
    witan: "1"
    id: full-2
    title: "Rules: all of them"
    version: 2.0
    language: de
    community: {who: W, adopted: A, contact: C}
    rationale: |
      First line.
      Second line.
    synthesis: {per_seed: 4, per_negative: 1, near_miss_share: 0.5, seed_weight: 4}
    principles:
      - id: first
        title: One
        statement: S1
        stance: discourage
        side: exchange
        rationale: Because.
        tensions:
          - {with: Free speech, text: It matters.}
          - {with: Art, text: That too.}
        examples: ["Inline {name}"]
        near_misses:
          - Near inline
        synthesis:
          seeds: {from: seeds/first.txt}
          near_misses: [Near listed]
          slots: {name: [Ann, Bob], other_name: [X]}
          frames: ["Well, {text}", "so {lower}!"]
      - id: second
        title: Two
        statement: S2
        stance: permit
        side: response
        synthesis: {seeds: {from: seeds/second.txt}, pooled: false}

    """

  private static let seedFile =
    "# a comment\n\n  From file one.  \r\n#hashtag stays\nFrom file {other_name}\n"

  @Test("every field of a full constitution is read, texts of files after those inline")
  func everything() throws {
    let files = [
      "c.yaml": Array(Self.full.utf8), "seeds/first.txt": Array(Self.seedFile.utf8),
      "seeds/second.txt": Array("A\nBraces {alone} in files without slots are text\n".utf8),
    ]
    let c = try withFolder(files) { try Constitution(path: $0.appendingPathComponent("c.yaml").path) }
    #expect(c.id == "full-2")
    #expect(c.title == "Rules: all of them")
    #expect(c.version == "2.0")
    #expect(c.rationale == "First line.\nSecond line.")
    #expect(c.recipe.perSeed == 4)
    #expect(c.recipe.perNegative == 1)
    #expect(c.recipe.nearMissShare == 0.5)
    #expect(c.recipe.seedWeight == 4)
    #expect(c.principles.map(\.id) == ["first", "second"])
    let p = c.principles[0]
    #expect(p.stance == .discourage)
    #expect(p.side == .exchange)
    #expect(p.rationale == "Because.")
    #expect(p.tensions.map(\.with) == ["Free speech", "Art"])
    #expect(p.tensions.map(\.text) == ["It matters.", "That too."])
    #expect(p.seeds == ["Inline {name}", "From file one.", "#hashtag stays", "From file {other_name}"])
    #expect(p.nearMisses == ["Near inline", "Near listed"])
    #expect(p.slots == ["name": ["Ann", "Bob"], "other_name": ["X"]])
    #expect(p.frames == ["Well, {text}", "so {lower}!"])
    #expect(c.principles[1].stance == .permit)
    #expect(c.principles[1].side == .response)
    #expect(c.principles[1].seeds == ["A", "Braces {alone} in files without slots are text"])
    #expect(c.labels.map(\.isPooled) == [true, false])
  }

  @Test("the digest covers the YAML and every file of texts")
  func digest() throws {
    func digest(_ yaml: String, _ seeds: String) throws -> String {
      let files = [
        "c.yaml": yaml, "seeds/first.txt": seeds, "seeds/second.txt": "A",
      ].mapValues { Array($0.utf8) }
      return try withFolder(files) {
        try Constitution(path: $0.appendingPathComponent("c.yaml").path).digest
      }
    }
    let same = try digest(Self.full, Self.seedFile)
    #expect(try digest(Self.full, Self.seedFile) == same)
    #expect(try digest(Self.full + "# x\n", Self.seedFile) != same)
    #expect(try digest(Self.full, Self.seedFile + "# x\n") != same)
    // sha256sum of the minimal file
    #expect(
      try Constitution(yaml: TestConstitution.minimal, file: "x").digest
        == "sha256:0d35a4953988a2085158a7ce8699402dcc8ee862cffe8cb661cb84882fa2e53b")
  }

  @Test("CRLF line ends change nothing but the digest")
  func lineEnds() throws {
    let yaml = TestConstitution.minimal.replacingOccurrences(of: "\n", with: "\r\n")
    let c = try Constitution(yaml: yaml, file: "x")
    #expect(c.id == "tiny")
    #expect(c.rationale == "To test the parser.")
    #expect(c.principles[0].seeds == ["An example text."])
  }

  @Test("a byte-order mark before the YAML is passed over")
  func mark() throws {
    let files = ["c.yaml": [0xEF, 0xBB, 0xBF] + Array(TestConstitution.minimal.utf8)]
    let c = try withFolder(files) { try Constitution(path: $0.appendingPathComponent("c.yaml").path) }
    #expect(c.id == "tiny")
  }

  @Test("a byte-order mark in a file of texts is no part of its first text")
  func markInTexts() throws {
    let files = [
      "c.yaml": Self.full, "seeds/first.txt": "\u{FEFF}Marked\n", "seeds/second.txt": "A",
    ].mapValues { Array($0.utf8) }
    let c = try withFolder(files) { try Constitution(path: $0.appendingPathComponent("c.yaml").path) }
    #expect(c.principles[0].seeds.last?.utf8.elementsEqual("Marked".utf8) == true)
  }
}
