import Foundation
import Testing
import Witan
import WitanConstitution

/// Nothing that training has seen comes back in dev or test.
struct SynthesisSplitTests {
  private static let sentences = TestConstitution.sentences(400, seed: 42)

  private static func constitution() throws -> Constitution {
    let s = sentences
    return try TestConstitution.make(
      [
        .init(
          id: "one", seeds: Array(s[0..<200]), nearMisses: Array(s[200..<260]),
          frames: ["so {lower} right?", "{background} || {text}"]),
        .init(
          id: "two", seeds: s[260..<340].map { "\($0) Bring {thing}." },
          nearMisses: Array(s[340..<400]), slots: ["thing": ["tea", "salt", "rope"]]),
      ], recipe: ["per_seed: 4", "per_negative: 4"])
  }

  private static let examples = Result { try Synthesis(constitution(), seed: 1).examples }

  @Test("all that is made of one text is in one split", arguments: [2, 3] as [UInt64])
  func oneSplit(_ seed: UInt64) throws {
    let examples = try Synthesis(Self.constitution(), seed: seed).examples
    var splits: [Substring: Set<Synthesis.Split>] = [:]
    for (split, part) in examples {
      for example in part { splits[example.source!.split(separator: " ")[0], default: []].insert(split) }
    }
    #expect(splits.count > 1800)
    #expect(splits.filter { $0.value.count > 1 }.isEmpty, "seed \(seed)")
  }

  @Test("no text is in two splits, nor twice in one")
  func textsOnce() throws {
    let texts = try Self.examples.get().values.flatMap { $0.map(\.text) }
    #expect(Set(texts).count == texts.count)
  }

  @Test("eight tenths are for training, one each for dev and test")
  func shares() throws {
    let examples = try Self.examples.get()
    var counts: [Synthesis.Split: Int] = [:]
    for (split, part) in examples {
      counts[split] = Set(part.map { $0.source!.split(separator: " ")[0] }).count
    }
    let total = Double(counts.values.reduce(0, +))
    #expect(abs(Double(counts[.train]!) / total - 0.8) < 0.03, "\(counts)")
    #expect(abs(Double(counts[.dev]!) / total - 0.1) < 0.03, "\(counts)")
    #expect(abs(Double(counts[.test]!) / total - 0.1) < 0.03, "\(counts)")
  }

  @Test("benign company, in frames and beside background, comes from the text's own split")
  func company() throws {
    let examples = try Self.examples.get()
    var splitOf: [String: Synthesis.Split] = [:]
    var plain: [Substring: String] = [:]
    for (split, part) in examples {
      for example in part where example.source!.hasSuffix(" plain") {
        plain[example.source!.split(separator: " ")[0]] = example.text
        if example.source!.hasPrefix("background/") { splitOf[example.text] = split }
      }
    }
    var checked: [String: Int] = [:]
    var strangers: [String] = []
    for (split, part) in examples {
      for example in part {
        let parts = example.source!.split(separator: " ")
        guard let own = plain[parts[0]] else { continue }
        let company: Substring
        if parts[1] == "own", let border = example.text.firstRange(of: " || ") {
          #expect(example.text[border.upperBound...] == own)
          company = example.text[..<border.lowerBound]
        } else if parts[1] == "company" {
          #expect(parts[0].hasPrefix("background/") && example.text.hasSuffix(" " + own))
          company = example.text.dropLast(own.count + 1)
        } else {
          continue
        }
        if splitOf[String(company)] != split { strangers.append(example.source!) }
        checked["\(parts[1]) in \(split)", default: 0] += 1
      }
    }
    #expect(strangers.prefix(5) == [])
    #expect(checked.count == 6 && checked.values.allSatisfy { $0 >= 10 }, "\(checked)")
  }

  @Test("the split of a text does not depend on the texts around it")
  func stable() throws {
    let s = Self.sentences
    func splits(_ seeds: [String]) throws -> [String: Synthesis.Split] {
      let c = try TestConstitution.make([.init(id: "one", seeds: seeds)])
      var out: [String: Synthesis.Split] = [:]
      for (split, part) in Synthesis(c).examples {
        for example in part where example.source!.hasPrefix("one/") && example.source!.hasSuffix("plain") {
          out[example.text] = split
        }
      }
      return out
    }
    let few = try splits(Array(s[0..<100]))
    let many = try splits(Array(s[0..<200].reversed()))
    #expect(few.count == 100)
    #expect(few.allSatisfy { many[$0.key] == $0.value })
    #expect(Set(few.values).count == 3)
  }
}
