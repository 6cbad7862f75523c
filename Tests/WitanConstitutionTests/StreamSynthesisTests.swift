import Testing
import Witan
import WitanConstitution

/// Streams with a known onset: what they are made of, and that nothing crosses the splits.
struct StreamSynthesisTests {
  private static let sentences = TestConstitution.sentences(240, seed: 51)

  private static func constitution() throws -> Constitution {
    let s = sentences
    return try TestConstitution.make([
      .init(id: "one", seeds: Array(s[0..<100]), nearMisses: Array(s[100..<150])),
      .init(
        id: "two", seeds: s[150..<190].map { "\($0) Bring {thing}." }, nearMisses: Array(s[190..<240]),
        slots: ["thing": ["tea", "salt"]]),
    ])
  }

  private static let made = Result { try StreamSynthesis(constitution(), streams: 200) }

  private func parts(_ source: String?) -> [Substring] { (source ?? "").split(separator: " ") }

  @Test("equal seeds give equal streams, fewer are the first of more, another seed gives others")
  func seeds() throws {
    let c = try Self.constitution()
    let all = try Self.made.get().examples
    let few = try StreamSynthesis(c, streams: 50).examples
    for split in Synthesis.Split.allCases {
      let isPrefix = few[split] == Array(all[split]!.prefix(50))
      #expect(all[split]!.count == 200 && isPrefix, "\(split)")
    }
    let test = try StreamSynthesis(c, streams: 50, splits: [.test]).examples
    #expect(test[.test] == few[.test] && test[.train] == nil)
    #expect(try StreamSynthesis(c, streams: 50, seed: 2).examples[.test] != few[.test])
  }

  @Test("the span is the seed, whole, between sentences; other streams have no label and no span")
  func spans() throws {
    for example in try Self.made.get().examples.values.joined() {
      let source = try #require(parts(example.source).dropFirst().first)
      let isHarmful = source.contains("/seed:")
      #expect(example.labels.isEmpty != isHarmful && example.spans.count == (isHarmful ? 1 : 0))
      #expect(
        example.group
          == (isHarmful ? "harmful" : source.contains("/near-miss:") ? "near-miss" : "benign"))
      let bytes = Array(example.text.utf8)
      guard let span = example.spans.first else { continue }
      #expect(example.labels == [span.label: 1] && source.hasPrefix(span.label + "/"))
      let number = try #require(Int(source.split(separator: ":")[1])) - 1
      let seed = Self.sentences[span.label == "one" ? number : 150 + number]
      let text = String(decoding: bytes[span.bytes], as: UTF8.self)
      #expect(
        span.label == "one"
          ? text == seed : [" Bring tea.", " Bring salt."].contains(text.dropFirst(seed.count)))
      #expect(text.hasPrefix(seed))
      #expect(span.bytes.lowerBound == 0 || bytes[span.bytes.lowerBound - 1] <= 0x20)
      #expect(span.bytes.upperBound == bytes.count || bytes[span.bytes.upperBound] <= 0x20)
      #expect(example.onset(of: [span.label]) == span.bytes.lowerBound)
    }
  }

  @Test("no seed, near miss or background text is in two splits", arguments: [1, 2] as [UInt64])
  func splits(_ seed: UInt64) throws {
    let examples = try StreamSynthesis(Self.constitution(), streams: 120, seed: seed).examples
    var found: [Substring: Set<Synthesis.Split>] = [:]
    for (split, members) in examples {
      for example in members {
        for source in parts(example.source).dropFirst() where source != "in" {
          found[source, default: []].insert(split)
        }
      }
    }
    #expect(found.count > 600)
    #expect(found.filter { $0.value.count > 1 }.isEmpty)
  }

  @Test("the split is the one in which the training data have the text")
  func sameSplits() throws {
    let training = try Synthesis(Self.constitution()).examples
    var home: [Substring: Synthesis.Split] = [:]
    for (split, members) in training {
      for example in members { home[parts(example.source)[0]] = split }
    }
    for (split, members) in try Self.made.get().examples {
      for example in members {
        for source in parts(example.source).dropFirst() where source != "in" {
          #expect(home[source] == split, "\(source)")
        }
      }
    }
  }

  @Test("lead-ins are log-uniform up to 400 words, and sentences are whole")
  func leads() throws {
    let streams = try StreamSynthesis(Self.constitution(), streams: 400, splits: [.train]).examples[.train]!
    let leads = streams.filter { !$0.spans.isEmpty }.map { example in
      example.words.count { $0.upperBound <= example.spans[0].bytes.lowerBound }
    }
    #expect(leads.count == 200 && leads.max()! <= 405)
    #expect(leads.count { $0 == 0 } > 20)
    // A quarter of the logarithms of 1...401 lies above 89 words.
    #expect(30...70 ~= leads.count { $0 > 89 })
    let background = Dictionary(
      uniqueKeysWithValues: Background.shipped.texts.map { ($0.source, $0.text) })
    for example in streams where example.group == "benign" {
      let carried = parts(example.source).dropFirst(2)
      #expect(!example.text.isEmpty)
      let source = try #require(carried.first)
      let first = try #require(background[String(source)])
      let words = first.split(whereSeparator: \.isWhitespace)
      #expect(example.text.hasPrefix(String(words[0])))
    }
  }

  @Test("the report counts what was made")
  func report() throws {
    let made = try Self.made.get()
    for row in made.report.rows {
      let members = made.examples[row.split]!.filter { $0.group == row.kind.rawValue }
      #expect(row.streams == members.count && row.words == members.reduce(0) { $0 + $1.words.count })
    }
    #expect(made.report.rows.map(\.streams) == [100, 50, 50, 100, 50, 50, 100, 50, 50])
    for principle in made.report.principles {
      #expect(
        principle.streams
          == made.examples.values.joined().count { $0.labels[principle.id] == 1 }, "\(principle.id)")
    }
    // All seeds of the small parts are used before any comes again.
    let test = made.report.rows.first { $0.split == .test && $0.kind == .harmful }!
    let seeds = try Synthesis(Self.constitution()).examples[.test]!
      .filter { !$0.labels.isEmpty }.map { parts($0.source)[0] }
    #expect(test.texts == Set(seeds).count)
  }

  @Test("without seeds in a split there is an error that says so")
  func noSeeds() throws {
    let c = try TestConstitution.make([.init(id: "one", seeds: [Self.sentences[0]])])
    let error = #expect(throws: WitanError.self) { try StreamSynthesis(c, streams: 4) }
    #expect(error?.code == .constitution)
    #expect(error?.message.contains("too few seeds") == true)
  }

  @Test("words know the labels of the spans that they overlap")
  func wordLabels() {
    let example = Example(
      text: " one  twö\n\nthree four", labels: ["a": 1, "b": 1],
      spans: [Span(label: "a", bytes: 6..<10), Span(label: "b", bytes: 8..<14)])
    #expect(example.words == [1..<4, 6..<10, 12..<17, 18..<22])
    #expect(example.words.map { example.labels(of: $0).sorted() } == [[], ["a", "b"], ["b"], []])
    #expect(example.onset(of: ["b"]) == 8 && example.onset(of: ["a", "b"]) == 6)
    #expect(example.onset(of: ["c"]) == nil)
  }
}
