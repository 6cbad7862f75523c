import Testing
import Witan
import WitanConstitution

/// The same frames go around seeds, near misses and background, so that a frame says nothing.
struct SynthesisFrameTests {
  /// What was done to a text: a frame of the corpus or of its principle, a register, typos, or a benign
  /// text before it.
  private func kind(_ example: Example) -> String {
    let name = String(example.source!.split(separator: " ")[1])
    switch name {
    case "lower", "bare-lower", "upper", "texting", "bare": return "register"
    case "company", "typos", "plain", "own": return name
    default: return "corpus"
    }
  }

  /// Shares of the kinds among the texts that are not plain.
  private func shares(_ examples: [Example]) -> [String: Double] {
    let kinds = examples.map(kind).filter { $0 != "plain" }
    return Dictionary(grouping: kinds) { $0 }.mapValues { Double($0.count) / Double(kinds.count) }
  }

  private static func made(_ principles: [TestConstitution.Principle]) throws -> [Example] {
    let c = try TestConstitution.make(principles, recipe: ["per_seed: 4", "per_negative: 4"])
    return Synthesis(c).examples.values.flatMap { $0 }
  }

  private static let sentences = TestConstitution.sentences(900, seed: 43)

  /// 450 seeds and as many near misses.
  private static let many = Result {
    let s = sentences
    return try made([.init(id: "one", seeds: Array(s[0..<450]), nearMisses: Array(s[450..<900]))])
  }

  @Test("seeds, near misses and background get each kind of frame alike often, background company too")
  func distribution() throws {
    let examples = try Self.many.get()
    for (prefix, company) in [("one/seed:", 0), ("one/near-miss:", 0), ("background/", 0.1)] {
      let found = shares(examples.filter { $0.source!.hasPrefix(prefix) })
      let expected = ["corpus": 0.6, "register": 0.28, "typos": 0.12].mapValues { $0 * (1 - company) }
        .merging(company > 0 ? ["company": company] : [:]) { $1 }
      #expect(Set(found.keys) == Set(expected.keys), "\(prefix)")
      for (kind, share) in expected {
        // 1350 and more texts: five deviations, and those left out for being the same as another.
        #expect(abs((found[kind] ?? 0) - share) < 0.07, "\(prefix) \(kind): \(found)")
      }
    }
  }

  @Test("each frame of the corpus is as frequent around seeds as around near misses")
  func singleFrames() throws {
    let examples = try Self.many.get()
    func counts(_ prefix: String) -> [Substring: Int] {
      let framed = examples.filter { $0.source!.hasPrefix(prefix) && kind($0) == "corpus" }
      return Dictionary(grouping: framed.map { $0.source!.split(separator: " ")[1] }) { $0 }
        .mapValues(\.count)
    }
    let (seeds, near) = (counts("one/seed:"), counts("one/near-miss:"))
    let names = Set(seeds.keys).union(near.keys)
    #expect(names.count > 70)
    // Two samples of one distribution: sum of (a - b)^2 / (a + b) is chi-square of about 85.
    let chiSquare = names.reduce(0.0) { sum, name in
      let (a, b) = (Double(seeds[name] ?? 0), Double(near[name] ?? 0))
      return sum + (a - b) * (a - b) / (a + b)
    }
    #expect(chiSquare < 150, "\(chiSquare)")
  }

  @Test("a principle's own frames go around its seeds and near misses, and nobody else's")
  func ownFrames() throws {
    let s = Self.sentences
    let examples = try Self.made([
      .init(
        id: "one", seeds: Array(s[0..<200]), nearMisses: Array(s[200..<400]),
        frames: (1...6).map { "Listen \($0): {text} Over." } + ["listen, {lower}", "now, {lower}"]),
      .init(id: "two", seeds: Array(s[400..<600]), nearMisses: Array(s[600..<800])),
    ])
    for prefix in ["one/seed:", "one/near-miss:"] {
      let found = shares(examples.filter { $0.source!.hasPrefix(prefix) })
      #expect(abs((found["own"] ?? 0) - 0.5) < 0.08, "\(prefix): \(found)")
    }
    let own = examples.filter { kind($0) == "own" }
    #expect(own.allSatisfy { $0.source!.hasPrefix("one/") })
    #expect(own.contains { $0.text.hasPrefix("Listen 6: ") && $0.text.hasSuffix(" Over.") })
    #expect(own.contains { $0.text.hasPrefix("listen, ") })
    let small = Set(s.map { "listen, " + $0.prefix(1).lowercased() + $0.dropFirst() })
    let wrong = own.map(\.text).filter { $0.hasPrefix("listen, ") && !small.contains($0) }
    #expect(wrong.prefix(5) == [])
  }

  @Test("a frame may hold a benign text, and is filled whole")
  func background() throws {
    let s = Self.sentences
    let examples = try Self.made([
      .init(id: "one", seeds: Array(s[0..<100]), frames: ["<{background}> [{text}]"])
    ]).filter { kind($0) == "own" }
    #expect(examples.count > 80)
    let benign = Set(Background.shipped.texts.map(\.text))
    let wrong = examples.filter { example in
      guard let parts = example.text.wholeMatch(of: /(?s)<(.+)> \[(.+)\]/)?.output else { return true }
      return !benign.contains(String(parts.1)) || !s.contains(String(parts.2))
    }
    #expect(wrong.prefix(5) == [])
    #expect(Set(examples.map { $0.text.prefix(30) }).count > 50)
  }

  @Test("a frame that has {text} twice holds the text twice")
  func frameTwice() throws {
    let examples = try Self.made([
      .init(id: "one", seeds: Array(Self.sentences[0..<100]), frames: ["{text} I repeat: {text}"])
    ])
    let own = examples.filter { kind($0) == "own" }
    #expect(own.count > 10)
    #expect(own.allSatisfy { !$0.text.contains("{text}") })
  }

  @Test("braces that a text has of itself are left as they are")
  func bracesInTexts() throws {
    let texts = Self.sentences[0..<100].map { "\($0) Fill {lower} and {text} in {Form}." }
    let examples = try Self.made([.init(id: "one", seeds: texts)]).filter { !$0.labels.isEmpty }
    #expect(examples.count > 300)
    let framed = examples.filter { kind($0) == "corpus" }
    #expect(framed.count > 80)
    // Once and whole: what is put into a frame is not itself a frame.
    #expect(framed.allSatisfy { $0.text.contains(" Fill {lower} and {text} in {Form}.") })
    #expect(framed.allSatisfy { $0.text.split(separator: "{Form}").count <= 2 })
  }

  @Test("no frame of the corpus leaves a placeholder behind")
  func noPlaceholders() throws {
    let examples = try Self.many.get().filter { $0.source!.hasPrefix("one/") }
    let frames = examples.filter { kind($0) == "corpus" }.map { $0.source!.split(separator: " ")[1] }
    #expect(Set(frames).count > 70)
    #expect(examples.allSatisfy { !$0.text.contains("{") })
  }
}
