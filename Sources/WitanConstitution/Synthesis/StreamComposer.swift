internal import Foundation
internal import Witan

/// Composes the streams of one split.
struct StreamComposer {
  /// A composed stream, and what the report counts of it.
  struct Stream {
    var example: Example
    var kind: StreamSynthesis.Kind
    /// The source of the seed or near miss.
    var core: String?
    var carriers: [String]
    /// Words before the place of the span.
    var lead: Int
  }

  /// A piece of a stream; pieces of one carrier stand in one paragraph.
  private struct Piece {
    var text: String
    var source: String
  }

  private struct Carrier {
    var sentences: [(text: String, words: Int)]
    var source: String
  }

  /// Draws in a row without a sentence that fits; then a lead-in is as long as it gets.
  private static let patience = 8

  private let constitution: Constitution
  private let split: Synthesis.Split
  private let seed: UInt64
  let seeds: [WrittenText]
  private let nearMisses: [WrittenText]
  private let carriers: [Carrier]

  /// `texts` are those of the split. O(texts)
  init(_ constitution: Constitution, _ texts: [WrittenText], _ split: Synthesis.Split, _ seed: UInt64) {
    (self.constitution, self.split, self.seed) = (constitution, split, seed)
    var random = SeededRandom(seed: seed, purpose: "stream seeds \(split.rawValue)")
    func shuffled(_ texts: [WrittenText]) -> [WrittenText] {
      var copy = texts
      random.shuffle(&copy)
      return copy
    }
    seeds = shuffled(texts.filter { !$0.labels.isEmpty })
    nearMisses = shuffled(texts.filter(\.isNearMiss))
    // Delays are counted in words between spaces, which not all other languages have.
    carriers = texts.filter { $0.principle == nil && !$0.source.hasPrefix("background/other-languages:") }
      .map { text in
        Carrier(
          sentences: Sentences.split(text.text).map { ($0, Sentences.wordCount($0)) }, source: text.source)
      }
  }

  /// Stream number `i` of the split: two in four have a seed, one a near miss, one neither. O(words)
  func stream(_ i: Int) -> Stream {
    var random = SeededRandom(
      seed: seed ^ (UInt64(i) &* 0x9E37_79B9_7F4A_7C15), purpose: "stream \(split.rawValue)")
    var core: WrittenText?
    switch i % 4 {
    case 0, 1: core = seeds[(i / 4 * 2 + i % 4) % seeds.count]
    case 2 where !nearMisses.isEmpty: core = nearMisses[i / 4 % nearMisses.count]
    default: break
    }
    var taken: Set<Int> = []
    let lead = carry(Self.logUniform(StreamSynthesis.longestLead, &random), &taken, &random)
    let tail = carry(Self.logUniform(StreamSynthesis.longestTail, &random), &taken, &random)
    var pieces = lead
    var prompt: String?
    if let core {
      let slots = core.principle.map { constitution.principles[$0].slots } ?? [:]
      prompt = core.prompt.map { Slots.fill($0, slots, &random) }
      pieces.append(Piece(text: Slots.fill(core.text, slots, &random), source: core.source))
    } else if lead.isEmpty && tail.isEmpty, !carriers.isEmpty {
      let carrier = random.pick(carriers)  // a stream is never empty
      pieces += carrier.sentences.map { Piece(text: $0.text, source: carrier.source) }
    }
    pieces += tail
    let (text, ranges) = Self.join(pieces, &random)
    let span = core == nil ? nil : ranges[lead.count]
    let labels = core?.labels ?? [:]
    let kind: StreamSynthesis.Kind = core == nil ? .benign : labels.isEmpty ? .nearMiss : .harmful
    let sources = pieces.map(\.source).filter { $0 != core?.source }
    let around = sources.indices.filter { $0 == 0 || sources[$0] != sources[$0 - 1] }.map { sources[$0] }
    let source =
      ["stream:\(split.rawValue):\(i)", core?.source].compactMap { $0 }
      + (around.isEmpty ? [] : ["in"] + around)
    return Stream(
      example: Example(
        text: text, labels: labels, group: kind.rawValue,
        spans: span.map { bytes in labels.keys.sorted().map { Span(label: $0, bytes: bytes) } } ?? [],
        source: source.joined(separator: " "), prompt: prompt),
      kind: kind, core: core?.source, carriers: around,
      lead: lead.reduce(0) { $0 + Sentences.wordCount($1.text) })
  }

  /// A whole number in 0...`most`; x + 1 is log-uniform.
  private static func logUniform(_ most: Int, _ random: inout SeededRandom) -> Int {
    min(most, Int(exp(random.unit() * log(Double(most + 1)))) - 1)
  }

  /// Sentences of about `wanted` words, of carriers that the stream has not used.
  private func carry(_ wanted: Int, _ taken: inout Set<Int>, _ random: inout SeededRandom) -> [Piece] {
    var out: [Piece] = []
    var (words, misses) = (0, 0)
    while words < wanted, misses < Self.patience, taken.count < carriers.count {
      let index = random.below(carriers.count)
      guard !taken.contains(index) else {
        misses += 1
        continue
      }
      var fits = false
      for sentence in carriers[index].sentences where words < wanted {
        // One that overshoots by more than what is missing would make it worse.
        guard words + sentence.words - wanted <= wanted - words else { break }
        out.append(Piece(text: sentence.text, source: carriers[index].source))
        words += sentence.words
        fits = true
      }
      if fits { taken.insert(index) }
      misses = fits ? 0 : misses + 1
    }
    return out
  }

  /// The pieces as one text, with the range of each in its UTF-8. A third of the changes of source begin a
  /// paragraph, and all after a piece that does not end as a sentence.
  private static func join(
    _ pieces: [Piece], _ random: inout SeededRandom
  ) -> (text: String, ranges: [Range<Int>]) {
    var text = ""
    var ranges: [Range<Int>] = []
    for (i, piece) in pieces.enumerated() {
      if i > 0 {
        let before = pieces[i - 1]
        let isOpen = before.text.split(separator: " ").last.map { !Sentences.ends($0) } ?? false
        let changes = before.source != piece.source
        text += changes && (random.below(3) == 0 || isOpen) ? "\n\n" : " "
      }
      let start = text.utf8.count
      text += piece.text
      ranges.append(start..<text.utf8.count)
    }
    return (text, ranges)
  }
}
