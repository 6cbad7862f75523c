import Testing
import Witan
import WitanTraining

/// Copies of examples as a stream shows them.
struct StreamCopiesTests {
  private let examples =
    (0..<40).map {
      Example(text: "harmless words number \($0) about the garden and its many beds", labels: [:])
    }
    + (0..<10).map { Example(text: "break into shop \($0)", labels: ["theft": 1], weight: 0.5) }

  private func words(_ text: String) -> [Substring] { text.split(separator: " ") }

  @Test("beginnings and short stretches are of harmless texts")
  func harmless() {
    var copies = StreamCopies()
    copies.shortWeight = 0.25
    let made = copies.copies(of: examples, seed: 1).filter { $0.labels.isEmpty }
    #expect(made.count == (1 + copies.shortCount) * 40)
    let prefixes = made.filter { $0.weight == copies.prefixWeight }
    #expect(prefixes.count == 40)
    for copy in prefixes {
      #expect(examples.contains { $0.text.hasPrefix(copy.text) && $0.text != copy.text })
    }
    #expect(Set(prefixes.map { words($0.text).count }) == Set(1...copies.longestPrefix))
    let short = made.filter { $0.weight == 0.25 }
    #expect(short.count == copies.shortCount * 40)
    #expect(Set(short.map { words($0.text).count }) == Set(1...copies.longestShort))
    for copy in short {
      #expect(examples.contains { " \($0.text) ".contains(" \(copy.text) ") && $0.labels.isEmpty })
    }
    #expect(Set(short.map { words($0.text)[0] }).count > 12)  // from anywhere
  }

  @Test("harm stands whole before or after harmless words")
  func carried() {
    let copies = StreamCopies()
    let made = copies.copies(of: examples, seed: 1).filter { !$0.labels.isEmpty }
    #expect(made.count == 10)
    for (i, copy) in made.enumerated() {
      #expect(copy.labels == ["theft": 1] && copy.weight == 0.5 * copies.carriedWeight)
      #expect(copy.text.hasPrefix("break into shop \(i) ") != copy.text.hasSuffix(" break into shop \(i)"))
      #expect(5...4 + copies.longestLead ~= words(copy.text).count)
    }
  }

  @Test("a seed gives the same copies, another others; nothing is made of nothing")
  func seeds() {
    let copies = StreamCopies()
    #expect(copies.copies(of: examples, seed: 1) == copies.copies(of: examples, seed: 1))
    #expect(copies.copies(of: examples, seed: 1) != copies.copies(of: examples, seed: 2))
    #expect(copies.copies(of: examples.filter { !$0.labels.isEmpty }, seed: 1).isEmpty)
    #expect(copies.copies(of: [Example(text: " ", labels: [:])], seed: 1).isEmpty)
    var none = copies
    (none.prefixWeight, none.shortWeight, none.carriedWeight) = (0, 0, 0)
    #expect(none.copies(of: examples, seed: 1).isEmpty)
  }
}
