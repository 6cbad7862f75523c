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

  @Test("beginnings and stretches are of harmless texts, harm stands whole between harmless words")
  func kinds() {
    let copies = StreamCopies()
    let made = copies.copies(of: examples, seed: 1)
    #expect(made.count == 2 * 40 + 10)
    let harmless = made.filter { $0.labels.isEmpty }
    let prefixes = harmless.filter { words($0.text).count <= copies.longestPrefix }
    #expect(prefixes.count == 40 && prefixes.allSatisfy { $0.weight == copies.prefixWeight })
    for copy in prefixes {
      #expect(examples.contains { $0.text.hasPrefix(copy.text) && $0.text != copy.text })
    }
    let stretches = harmless.filter { words($0.text).count > copies.longestPrefix }
    #expect(stretches.allSatisfy { 16...64 ~= words($0.text).count && $0.weight == copies.proseWeight })
    let carried = made.filter { !$0.labels.isEmpty }
    #expect(carried.allSatisfy { $0.labels == ["theft": 1] && $0.weight == 0.5 * copies.carriedWeight })
    for (i, copy) in carried.enumerated() {
      #expect(copy.text.hasPrefix("break into shop \(i) ") != copy.text.hasSuffix(" break into shop \(i)"))
      #expect(words(copy.text).count <= 4 + copies.longestLead)
    }
    #expect(Set(prefixes.map { words($0.text).count }).count == copies.longestPrefix)
  }

  @Test("a seed gives the same copies, another others; nothing is made of nothing")
  func seeds() {
    let copies = StreamCopies()
    #expect(copies.copies(of: examples, seed: 1) == copies.copies(of: examples, seed: 1))
    #expect(copies.copies(of: examples, seed: 1) != copies.copies(of: examples, seed: 2))
    #expect(copies.copies(of: examples.filter { !$0.labels.isEmpty }, seed: 1).isEmpty)
    var none = copies
    (none.prefixWeight, none.proseWeight, none.carriedWeight) = (0, 0, 0)
    #expect(none.copies(of: examples, seed: 1).isEmpty)
  }
}
