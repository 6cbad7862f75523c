public import Witan

/// The training data that a constitution becomes: framed seeds, near misses and benign background,
/// split by seed so that no seed is on two sides.
public struct Synthesis: Sendable {
  public enum Split: String, Sendable, CaseIterable { case train, dev, test }

  /// What was made of what.
  public struct Report: Sendable {
    public struct Row: Sendable {
      /// A principle's id, or "background".
      public var id: String
      public var seeds = 0
      public var nearMisses = 0
      /// Texts made of them.
      public var examples = 0
    }

    public var rows: [Row] = []
    public var backgroundTexts = 0
    public var topics = 0
    /// Texts left out because an earlier one says nearly the same: (text, where the earlier is from).
    public var duplicates: [(text: String, of: String)] = []
    /// Near-duplicates across the border: a near miss or background text like a seed.
    public var contradictions: [(text: String, of: String)] = []
    public var examples: [Split: Int] = [:]
  }

  public let examples: [Split: [Example]]
  public let report: Report

  /// A written text before anything is made of it.
  private struct Base {
    var text: String
    var labels: [String: Float]
    var isNearMiss: Bool
    var principle: Int?  // nil: background
    var source: String
    var split: Split
  }

  /// Equal constitution and seed give equal examples in equal order. O(texts).
  public init(_ constitution: Constitution, seed: UInt64 = 1) {
    var report = Report()
    let bases = Self.bases(constitution, seed, &report)
    let company = Dictionary(
      grouping: bases.filter { $0.principle == nil && $0.text.utf8.count < 200 }, by: \.split
    ).mapValues { $0.map(\.text) }
    let weights = Self.negativeWeights(bases, constitution.recipe)
    let frames = Frames.shipped
    var made: [Split: [Example]] = [:]
    var seen: Set<String> = []
    var counts = [Int](repeating: 0, count: constitution.principles.count + 1)
    for (index, base) in bases.enumerated() {
      let principle = base.principle.map { constitution.principles[$0] }
      let isSeed = !base.labels.isEmpty
      let count = isSeed ? constitution.recipe.perSeed : constitution.recipe.perNegative
      var random = SeededRandom(seed: seed ^ fnv1a(base.source.utf8), purpose: "frame")
      for n in 0..<count {
        let filled = Slots.fill(base.text, principle?.slots ?? [:], &random)
        // The first stands plain; the others vary.
        let framed =
          n == 0
          ? (text: filled, frame: "plain")
          : frames.vary(
            filled, own: principle?.frames ?? [], isBackground: principle == nil,
            company: company[base.split] ?? [], &random)
        guard seen.insert(framed.text).inserted else { continue }
        made[base.split, default: []].append(
          Example(
            text: framed.text, labels: base.labels, weight: weights[index],
            source: "\(base.source) \(framed.frame)"))
        counts[base.principle ?? counts.count - 1] += 1
      }
    }
    for (i, count) in counts.enumerated() { report.rows[i].examples = count }
    report.examples = made.mapValues(\.count)
    self.examples = made
    self.report = report
  }

  /// All written texts, without near-duplicates, each with its split.
  private static func bases(
    _ constitution: Constitution, _ seed: UInt64, _ report: inout Report
  ) -> [Base] {
    var all: [Base] = []
    func add(_ text: String, _ labels: [String: Float], _ nearMiss: Bool, _ principle: Int?, _ source: String)
    {
      var random = SeededRandom(seed: seed ^ fnv1a(text.utf8), purpose: "split")
      let draw = random.below(10)
      all.append(
        Base(
          text: text, labels: labels, isNearMiss: nearMiss, principle: principle, source: source,
          split: draw == 0 ? .dev : draw == 1 ? .test : .train))
    }
    for (i, p) in constitution.principles.enumerated() {
      for (n, text) in p.seeds.enumerated() { add(text, [p.id: 1], false, i, "\(p.id)/seed:\(n + 1)") }
      for (n, text) in p.nearMisses.enumerated() { add(text, [:], true, i, "\(p.id)/near-miss:\(n + 1)") }
      report.rows.append(Report.Row(id: p.id))
    }
    report.rows.append(Report.Row(id: "background"))
    let background = Background.shipped
    for text in background.texts { add(text.text, [:], false, nil, text.source) }

    let repeats = NearDuplicates.find(all.map(\.text))
    var kept: [Base] = []
    for (i, base) in all.enumerated() {
      if let earlier = repeats[i] {
        // The same text under a second principle has both labels.
        if !base.labels.isEmpty, !all[earlier].labels.isEmpty, base.text == all[earlier].text,
          let k = kept.firstIndex(where: { $0.source == all[earlier].source })
        {
          kept[k].labels.merge(base.labels) { max($0, $1) }
        }
        let isContradiction = base.labels.isEmpty != all[earlier].labels.isEmpty
        if isContradiction {
          report.contradictions.append((base.text, all[earlier].source))
        } else {
          report.duplicates.append((base.text, all[earlier].source))
        }
        continue
      }
      kept.append(base)
      let row = base.principle ?? report.rows.count - 1
      if base.principle == nil {
        report.backgroundTexts += 1
      } else if base.isNearMiss {
        report.rows[row].nearMisses += 1
      } else {
        report.rows[row].seeds += 1
      }
    }
    report.topics = background.topics
    return kept
  }

  /// Weights such that near misses together have their share of the negatives' weight, and negatives
  /// weigh one on average.
  private static func negativeWeights(_ bases: [Base], _ recipe: Constitution.Recipe) -> [Float] {
    let near = Double(bases.count { $0.isNearMiss })
    let background = Double(bases.count { $0.principle == nil })
    let total = near + background
    let nearWeight = near > 0 ? recipe.nearMissShare * total / near : 1
    let backgroundWeight =
      background > 0 ? (1 - (near > 0 ? recipe.nearMissShare : 0)) * total / background : 1
    return bases.map { base in
      base.isNearMiss ? Float(nearWeight) : base.principle == nil ? Float(backgroundWeight) : 1
    }
  }
}
