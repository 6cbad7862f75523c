internal import Foundation
public import Witan

/// How well opinions of groups say what their members say, and whether their spread tells where raters disagree;
/// beside what pools raters away.
///
/// Intervals are of 95 %, by drawing texts again with all their ratings (`Bootstrap`), so that differences are
/// of the same texts.
public struct RaterEvaluation: Sendable {
  /// A number with its interval; nil where it is not defined.
  public struct Measure: Sendable {
    public let value: Double?
    public let interval: ClosedRange<Double>?
  }

  /// One opinion held against votes. Votes of 0.5 and more are positive for the AUROC; the others take degrees
  /// as they are.
  public struct Score: Sendable {
    public let auroc: Measure
    public let logLoss: Measure
    /// Mean square of probability less vote (Brier 1950).
    public let brier: Measure
  }

  /// The opinion of a group beside those that all groups share, against the same votes.
  public struct Comparison: Sendable {
    public let own: Score
    /// The model's output for all raters: learnt from the share of all ratings.
    public let pooled: Score
    /// Another model, as one of the majority.
    public let against: Score?
    /// Own less the others: below 0 the group's own is better, but above for AUROC.
    public let lessPooled: Score
    public let lessAgainst: Score?
  }

  public struct GroupReport: Sendable {
    public let label: String
    public let texts: Int
    public let ratings: Int
    public let comparison: Comparison
  }

  /// Rank correlation (Spearman) with the standard deviation of each text's ratings.
  public struct Tracking: Sendable {
    /// Texts with two ratings or more.
    public let texts: Int
    /// Of the spread of opinions: `OpinionGroups.spread`.
    public let spread: Measure
    /// Of p(1 - p) of the pooled output, whose ranks are those of its entropy.
    public let pooled: Measure
    public let against: Measure?
    public let spreadLessPooled: Measure
    public let spreadLessAgainst: Measure?
  }

  public let texts: Int
  public let ratings: Int
  /// By log loss of the own opinion, worst first.
  public let groups: [GroupReport]
  /// The means over groups, each counting the same.
  public let mean: Comparison
  public let tracking: Tracking
  /// Groups of the data that the model has no opinion of, `field=value`, and their ratings.
  public let unknown: [(name: String, ratings: Int)]
  /// Groups of the model that rated nothing here.
  public let silent: [String]
}

extension RaterEvaluation {
  /// Scores every text once and compares. O(bytes + resamples x ratings x fields)
  ///
  /// `against` is a choice with a label `yes`, `true` or `1`, as `RaterTrainer.majority` gives. Throws `data` when
  /// the model has no opinions of groups, `against` is another model, or no group of it rated anything.
  public init(
    _ model: Classifier, _ texts: [RatedText], against: Classifier? = nil, resamples: Int = 1000,
    seed: UInt64 = 1
  ) throws(WitanError) {
    guard let opinions = try model.opinionGroups() else {
      throw WitanError(.data, "the model has no opinions of groups; train it with raters", at: "model")
    }
    let yes = against?.labels.firstIndex { ["yes", "true", "1"].contains($0.id) }
    guard against == nil || yes != nil && against?.task == .singleLabel else {
      throw WitanError(.data, "is no choice with a label 'yes', 'true' or '1'", at: "against")
    }
    let examples = texts.map(\.unlabelled)
    let p = model.probabilities(of: examples)
    let other = yes.flatMap { yes in against?.probabilities(of: examples).map { Double($0[yes]) } }
    let pooled = p.map { Double($0[opinions.pooled]) }
    let shared = [pooled] + (other.map { [$0] } ?? [])

    let votes = texts.map { opinions.votes($0) }
    let heard = opinions.groups.indices.filter { g in votes.contains { !$0[g].isEmpty } }
    guard !heard.isEmpty else { throw WitanError(.data, "no group of the model rated any of the texts") }
    let polls = heard.map { g in
      Poll(votes.map { $0[g] }, opinions: [p.map { Double($0[opinions.groups[g].output]) }] + shared)
    }
    // Disagreement takes two.
    let several = texts.indices.filter { texts[$0].ratings.count > 1 }
    let spreads = p.map { row in row.withUnsafeBufferPointer { Double(opinions.spread(of: $0)) } }
    let truth = RankedScores(several.map { texts[$0].disagreement })
    let signs = ([spreads] + shared.map { $0.map { $0 * (1 - $0) } })
      .map { sign in RankedScores(several.map { sign[$0] }) }
    let measure: @Sendable ([Int]) -> [Double?] = { times in
      let scores = polls.map { $0.scores(times) }
      let mean = scores[0].indices.map { k -> Double? in
        let known = scores.compactMap { $0[k] }
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
      }
      let repeated = several.map { times[$0] }
      let tracking = signs.map { Metrics.spearman($0, truth, repeated) }
      return (scores + [mean]).flatMap { $0 + Self.differences($0, each: Poll.measures) } + tracking
        + Self.differences(tracking, each: 1)
    }
    let values = measure(texts.map { _ in 1 })
    let intervals = Bootstrap(resamples: resamples, seed: seed).intervals(of: texts.count, measure)
    var measures = zip(values, intervals).map { Measure(value: $0, interval: $1) }[...]

    let comparisons = (polls.indices.map { $0 } + [-1]).map { _ in
      Comparison(taking: &measures, hasOther: other != nil)
    }
    self.texts = texts.count
    ratings = texts.reduce(0) { $0 + $1.ratings.count }
    groups = zip(heard, zip(polls, comparisons)).map { g, both in
      GroupReport(
        label: model.labels[opinions.groups[g].output].id, texts: Set(both.0.text).count,
        ratings: both.0.text.count, comparison: both.1)
    }.sorted {
      ($0.comparison.own.logLoss.value ?? 0, $1.label) > ($1.comparison.own.logLoss.value ?? 0, $0.label)
    }
    mean = comparisons.last!
    let hasOther = other != nil
    let tracked = Array(measures)
    tracking = Tracking(
      texts: several.count, spread: tracked[0], pooled: tracked[1], against: hasOther ? tracked[2] : nil,
      spreadLessPooled: tracked[hasOther ? 3 : 2], spreadLessAgainst: hasOther ? tracked[4] : nil)
    unknown = Self.unknown(texts, opinions)
    silent = opinions.groups.indices.filter { !heard.contains($0) }
      .map { model.labels[opinions.groups[$0].output].id }
  }

  /// The first opinion's measures less those of each other. [opinions x each] -> [(opinions - 1) x each]
  private static func differences(_ values: [Double?], each: Int) -> [Double?] {
    (each..<values.count).map { k in
      guard let own = values[k % each], let other = values[k] else { return nil }
      return own - other
    }
  }

  private static func unknown(
    _ texts: [RatedText], _ opinions: OpinionGroups
  ) -> [(name: String, ratings: Int)] {
    var counts: [String: Int] = [:]
    for field in Set(opinions.groups.map(\.field)) {
      let known = Set(opinions.groups.filter { $0.field == field }.map(\.name))
      for rating in texts.lazy.flatMap(\.ratings) {
        let name = RaterGrouping.group(of: rating, field: field, members: opinions.members)
        if let name, known.contains(name) { continue }
        counts[name.map { "\(field)=\($0)" } ?? "no \(field)", default: 0] += 1
      }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}

extension RaterEvaluation.Comparison {
  /// Takes its measures off the front, in the order in which they are made.
  fileprivate init(taking measures: inout ArraySlice<RaterEvaluation.Measure>, hasOther: Bool) {
    func score() -> RaterEvaluation.Score {
      defer { measures = measures.dropFirst(Poll.measures) }
      let first = measures.startIndex
      return RaterEvaluation.Score(
        auroc: measures[first], logLoss: measures[first + 1], brier: measures[first + 2])
    }
    own = score()
    pooled = score()
    against = hasOther ? score() : nil
    lessPooled = score()
    lessAgainst = hasOther ? score() : nil
  }
}
