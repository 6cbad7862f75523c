import Testing
import Witan
import WitanConstitution

/// The examples that a constitution becomes: labels, weights, slots, counts.
struct SynthesisTests {
  private static let sentences = TestConstitution.sentences(300, seed: 41)

  /// Two principles with near misses; 100 seeds and 50 near misses each.
  private static func constitution(_ recipe: [String] = []) throws -> Constitution {
    let s = sentences
    return try TestConstitution.make(
      [
        .init(id: "one", seeds: Array(s[0..<100]), nearMisses: Array(s[100..<150])),
        .init(id: "two", seeds: Array(s[150..<250]), nearMisses: Array(s[250..<300])),
      ], recipe: recipe)
  }

  private static let synthesis = Result { try Synthesis(constitution()) }

  private func all(_ synthesis: Synthesis) -> [Example] {
    Synthesis.Split.allCases.flatMap { synthesis.examples[$0] ?? [] }
  }

  @Test("equal seeds give equal examples in equal order, another seed others")
  func seeds() throws {
    let c = try Self.constitution()
    let one = Synthesis(c, seed: 3).examples
    // The examples are too many to be printed.
    let isSame = one == Synthesis(c, seed: 3).examples
    #expect(isSame)
    let other = Synthesis(c, seed: 4).examples
    let shared = Set(one[.test]!.map(\.text)).intersection(other[.test]!.map(\.text)).count
    #expect(shared < one[.test]!.count / 4)
  }

  @Test("a principle's examples carry its label and no other, negatives none")
  func labels() throws {
    let examples = try all(Self.synthesis.get())
    let wrong = examples.filter { example in
      let source = example.source!
      let expected: [String: Float] =
        source.hasPrefix("one/seed:") ? ["one": 1] : source.hasPrefix("two/seed:") ? ["two": 1] : [:]
      return example.labels != expected || example.isSingleLabel
    }
    #expect(wrong.prefix(5) == [])
    #expect(examples.count { $0.labels == ["one": 1] } > 250)
    #expect(examples.count { $0.labels.isEmpty } > 3000)
  }

  @Test("every example says which text and which frame it is made of")
  func sources() throws {
    var plain: [Int: String] = [:]
    var wrong: [String] = []
    let source = /(one|two|background)\/(seed|near-miss|[a-z-]+):([0-9]+) ([a-z0-9-]+)/
    for example in try all(Self.synthesis.get()) {
      guard let parts = example.source?.wholeMatch(of: source)?.output else {
        wrong.append(example.source ?? "none: \(example.text)")
        continue
      }
      if parts.1 == "one", parts.2 == "seed", parts.4 == "plain" { plain[Int(parts.3)!] = example.text }
    }
    #expect(wrong.prefix(5) == [])
    let numbered = zip(1...100, Self.sentences).map { ($0, $1) }
    #expect(plain == Dictionary(uniqueKeysWithValues: numbered))
  }

  @Test("the recipe says how many texts are made of one", arguments: [(1, 1), (3, 2), (4, 4)])
  func recipe(_ perSeed: Int, _ perNegative: Int) throws {
    let c = try Self.constitution(["per_seed: \(perSeed)", "per_negative: \(perNegative)"])
    let groups = Dictionary(grouping: all(Synthesis(c))) { $0.source!.split(separator: " ")[0] }
    for (source, examples) in groups {
      #expect(examples.count <= (source.contains("/seed:") ? perSeed : perNegative), "\(source)")
      #expect(examples[0].source!.hasSuffix(" plain"))
    }
    // Few are left out for being the same as another.
    let seeds = groups.filter { $0.key.contains("/seed:") }
    #expect(seeds.count == 200)
    #expect(seeds.values.reduce(0) { $0 + $1.count } > 200 * perSeed * 85 / 100)
  }

  @Test("near misses weigh the share that the recipe says", arguments: [0, 0.25, 0.6, 0.9])
  func weights(_ share: Double) throws {
    let examples = try all(Synthesis(Self.constitution(["near_miss_share: \(share)"])))
    let negatives = examples.filter { $0.labels.isEmpty }
    let near = negatives.filter { $0.source!.contains("/near-miss:") }
    #expect(near.count > 150)
    let total = negatives.reduce(0.0) { $0 + Double($1.weight) }
    let ofNear = near.reduce(0.0) { $0 + Double($1.weight) }
    #expect(abs(ofNear / total - share) < 0.02)
    #expect(abs(total / Double(negatives.count) - 1) < 0.02)
    #expect(examples.allSatisfy { $0.labels.isEmpty || $0.weight == 1 })
  }

  @Test("seeds weigh what the recipe says, and negatives as before", arguments: [0.1, 4, 20])
  func seedWeight(_ weight: Double) throws {
    let plain = try all(Synthesis(Self.constitution(["near_miss_share: 0.5"])))
    let weighted = try all(Synthesis(Self.constitution(["near_miss_share: 0.5", "seed_weight: \(weight)"])))
    #expect(plain.map(\.text) == weighted.map(\.text))
    for (a, b) in zip(plain, weighted) { #expect(b.weight == (a.labels.isEmpty ? a.weight : Float(weight))) }
    #expect(weighted.contains { $0.weight == Float(weight) && !$0.labels.isEmpty })
  }

  @Test("without near misses the background has all the weight of negatives")
  func noNearMisses() throws {
    let c = try TestConstitution.make(
      [.init(id: "one", seeds: Array(Self.sentences[0..<20]))], recipe: ["near_miss_share: 0.5"])
    #expect(all(Synthesis(c)).allSatisfy { $0.weight == 1 })
  }

  @Test("slots are filled, each with values of its own, and all values come up")
  func slots() throws {
    let bodies = Self.sentences[0..<40].map { "\($0) Hand {fruit} and {fruit} to {person}." }
    let near = Self.sentences[40..<60].map { "\($0) Ask {person}." }
    let c = try TestConstitution.make([
      .init(
        id: "one", seeds: Array(bodies), nearMisses: Array(near),
        slots: ["fruit": ["apples", "pears", "plums"], "person": ["Ann", "Bob"]])
    ])
    let made = all(Synthesis(c)).filter { $0.source!.hasPrefix("one/") }
    #expect(made.count > 100)
    #expect(made.allSatisfy { !$0.text.contains("{") && !$0.text.contains("}") })
    var found: Set<String> = []
    for example in made where example.source!.hasSuffix(" plain") && !example.labels.isEmpty {
      let tail = try #require(example.text.split(separator: ". ").last)
      let words = tail.dropLast().split(separator: " ").map { String($0) }
      #expect(words.count == 6 && words[0] == "Hand" && words[2] == "and" && words[4] == "to")
      #expect(["apples", "pears", "plums"].contains(words[1]))
      #expect(["apples", "pears", "plums"].contains(words[3]))
      #expect(["Ann", "Bob"].contains(words[5]))
      found.formUnion([words[1], words[3], words[5]])
    }
    #expect(found == ["apples", "pears", "plums", "Ann", "Bob"])
    #expect(made.contains { $0.labels.isEmpty && $0.text.contains("Ask Ann") })
  }

  @Test("the report counts what was made")
  func report() throws {
    let synthesis = try Self.synthesis.get()
    let report = synthesis.report
    #expect(report.rows.map(\.id) == ["one", "two", "background"])
    #expect(report.rows.map(\.seeds) == [100, 100, 0])
    #expect(report.rows.map(\.nearMisses) == [50, 50, 0])
    let examples = all(synthesis)
    for row in report.rows {
      #expect(row.examples == examples.count { $0.source!.hasPrefix(row.id + "/") }, "\(row.id)")
    }
    for split in Synthesis.Split.allCases {
      #expect(report.examples[split] == synthesis.examples[split]?.count)
    }
    let background = Set(
      examples.map { $0.source!.split(separator: " ")[0] }.filter { $0.hasPrefix("background/") })
    #expect(report.backgroundTexts == background.count)
    #expect(report.topics == Background.shipped.topics)
    #expect(report.contradictions.isEmpty)
  }
}
