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

  /// Equal constitution and seed give equal examples in equal order. O(texts).
  public init(_ constitution: Constitution, seed: UInt64 = 1) {
    var report = Report()
    let bases = WrittenText.all(of: constitution, seed, &report)
    let company = Dictionary(
      grouping: bases.filter { $0.principle == nil && $0.text.utf8.count < 200 }, by: \.split
    ).mapValues { $0.map(\.text) }
    let weights = Self.weights(bases, constitution.recipe)
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
        let prompt = base.prompt.map { Slots.fill($0, principle?.slots ?? [:], &random) }
        // The first stands plain; the others vary. Frames are what people put around prompts, so of an
        // exchange the prompt is framed and the answer left as it is.
        let framed =
          n == 0
          ? (text: prompt ?? filled, frame: "plain")
          : frames.vary(
            prompt ?? filled, own: principle?.frames ?? [], isBackground: principle == nil,
            company: company[base.split] ?? [], &random)
        let isNew = seen.insert(prompt == nil ? framed.text : framed.text + "\n\0" + filled).inserted
        guard isNew else { continue }
        made[base.split, default: []].append(
          Example(
            text: prompt == nil ? framed.text : filled, labels: base.labels, weight: weights[index],
            source: "\(base.source) \(framed.frame)", prompt: prompt == nil ? nil : framed.text))
        counts[base.principle ?? counts.count - 1] += 1
      }
    }
    for (i, count) in counts.enumerated() { report.rows[i].examples = count }
    report.examples = made.mapValues(\.count)
    self.examples = made
    self.report = report
  }

  /// Weights such that near misses together have their share of the negatives' weight, and negatives
  /// weigh one on average; seeds weigh what the recipe says.
  private static func weights(_ bases: [WrittenText], _ recipe: Constitution.Recipe) -> [Float] {
    let near = Double(bases.count { $0.isNearMiss })
    let background = Double(bases.count { $0.principle == nil })
    let total = near + background
    let nearWeight = near > 0 ? recipe.nearMissShare * total / near : 1
    let backgroundWeight =
      background > 0 ? (1 - (near > 0 ? recipe.nearMissShare : 0)) * total / background : 1
    return bases.map { base in
      if base.isNearMiss { return Float(nearWeight) }
      return Float(base.principle == nil ? backgroundWeight : recipe.seedWeight)
    }
  }
}
