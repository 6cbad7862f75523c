internal import Foundation
public import Witan

/// Long texts with a known onset: an innocent lead-in, one seed of the constitution as a span, an
/// innocent tail; and texts composed alike that are innocent throughout.
///
/// Of four streams two have a seed, one a near miss in its place, one neither. Seeds, near misses and the
/// sentences around them are all of the stream's split, so that no written text is on two sides. A lead-in
/// has 0 to 400 words, log-uniform: what a lead-in does to a score goes with the share that the span has.
public struct StreamSynthesis: Sendable {
  /// Words of a lead-in and of a tail, at most.
  public static let longestLead = 400
  public static let longestTail = 100

  /// What a stream holds besides innocent text; `Example.group` of each.
  public enum Kind: String, Sendable, CaseIterable {
    case harmful
    case nearMiss = "near-miss"
    case benign
  }

  /// What was made.
  public struct Report: Sendable {
    public struct Row: Sendable {
      public var split: Synthesis.Split
      public var kind: Kind
      public var streams = 0
      public var words = 0
      /// Seeds or near misses used, each at least once.
      public var texts = 0
      /// Words before the span, or before where it would stand; of the stream in the middle.
      public var medianLead = 0
    }

    public var rows: [Row] = []
    /// Streams with a span of each principle, in the constitution's order.
    public var principles: [(id: String, streams: Int)] = []
    /// Background texts that sentences were taken from.
    public var carriers: [Synthesis.Split: Int] = [:]
  }

  public let examples: [Synthesis.Split: [Example]]
  public let report: Report

  /// Makes `streams` texts for each of `splits`. Equal constitution and seed give equal streams, and fewer
  /// of them are the first of more. O(background + words)
  ///
  /// Throws `constitution` when a split has no seed.
  public init(
    _ constitution: Constitution, streams: Int, splits: [Synthesis.Split] = Synthesis.Split.allCases,
    seed: UInt64 = 1
  ) throws(WitanError) {
    var ignored = Synthesis.Report()
    let texts = WrittenText.all(of: constitution, seed, &ignored)
    var (made, report) = ([Synthesis.Split: [Example]](), Report())
    var perPrinciple: [String: Int] = [:]
    for split in splits {
      let own = texts.filter { $0.split == split }
      let composer = StreamComposer(constitution, own, split, seed)
      guard !composer.seeds.isEmpty else {
        throw WitanError(
          .constitution,
          "there are too few seeds: none is in the \(split.rawValue) part; write some tens for each principle",
          at: constitution.id)
      }
      var used: [Kind: Set<String>] = [:]
      var leads: [Kind: [Int]] = [:]
      var words: [Kind: Int] = [:]
      var carriers: Set<String> = []
      for i in 0..<streams {
        let stream = composer.stream(i)
        made[split, default: []].append(stream.example)
        if let core = stream.core { used[stream.kind, default: []].insert(core) }
        leads[stream.kind, default: []].append(stream.lead)
        words[stream.kind, default: 0] += Sentences.wordCount(stream.example.text)
        carriers.formUnion(stream.carriers)
        for label in stream.example.labels.keys { perPrinciple[label, default: 0] += 1 }
      }
      for kind in Kind.allCases {
        let lead = (leads[kind] ?? []).sorted()
        report.rows.append(
          Report.Row(
            split: split, kind: kind, streams: lead.count, words: words[kind] ?? 0,
            texts: used[kind]?.count ?? 0, medianLead: lead.isEmpty ? 0 : lead[lead.count / 2]))
      }
      report.carriers[split] = carriers.count
    }
    report.principles = constitution.principles.map { ($0.id, perPrinciple[$0.id] ?? 0) }
    examples = made
    self.report = report
  }
}
