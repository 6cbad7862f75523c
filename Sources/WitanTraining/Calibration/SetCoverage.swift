package import Witan

/// How the prediction sets of one output do on labelled texts.
public struct SetCoverage: Sendable, Hashable {
  /// The texts of one class: those that fall under the output, or those that do not.
  public struct Class: Sendable, Hashable {
    public let n: Int
    /// Texts whose set holds the truth.
    public let covered: Int
    /// Texts whose set holds the truth alone.
    public let right: Int
    /// Texts whose set holds the other answer alone.
    public let wrong: Int
    /// 95 % interval of the coverage (Clopper and Pearson).
    public let interval: ClosedRange<Double>
    /// How many the promise lets expect to be covered, in 95 of 100 cases; nil where it was not made for such texts,
    /// or where these texts set the bounds.
    public let expected: ClosedRange<Int>?

    /// Share of the texts whose set holds the truth; nil without texts.
    public var coverage: Double? { n > 0 ? Double(covered) / Double(n) : nil }
    /// Whether the count is among those expected; nil where none are.
    public var isExpected: Bool? { expected.map { $0.contains(covered) } }
  }

  /// Which texts: a group, "held out".
  public let name: String
  public let fallsUnder: Class
  public let doesNot: Class
  /// Texts whose set holds both answers.
  public let both: Int
  /// Texts whose set holds neither.
  public let neither: Int

  /// [scores and truth of the same texts] `expected` says of a class (whether positive, how many texts) how many
  /// may be covered.
  init(
    _ name: String, _ bounds: (lower: Float, upper: Float), positives: [Float], negatives: [Float],
    expected: (_ isPositive: Bool, _ n: Int) -> ClosedRange<Int>? = { _, _ in nil }
  ) {
    self.name = name
    func falls(_ p: Float) -> Bool { p >= bounds.lower }
    func doesNot(_ p: Float) -> Bool { p <= bounds.upper }
    func count(
      _ scores: [Float], _ truth: (Float) -> Bool, _ other: (Float) -> Bool, isPositive: Bool
    ) -> Class {
      let covered = scores.count(where: truth)
      return Class(
        n: scores.count, covered: covered, right: scores.count { truth($0) && !other($0) },
        wrong: scores.count { other($0) && !truth($0) },
        interval: Metrics.exactInterval(covered, of: scores.count, level: 0.95),
        expected: scores.isEmpty ? nil : expected(isPositive, scores.count))
    }
    fallsUnder = count(positives, falls, doesNot, isPositive: true)
    self.doesNot = count(negatives, doesNot, falls, isPositive: false)
    both = (positives + negatives).count { falls($0) && doesNot($0) }
    neither = (positives + negatives).count { !falls($0) && !doesNot($0) }
  }

  public var n: Int { fallsUnder.n + doesNot.n }
  /// Share of all texts on which the finding is "cannot tell". [0, 1]
  public var abstained: Double { n > 0 ? Double(both + neither) / Double(n) : 0 }
  /// Share of the decided texts that were decided rightly; nil when none was decided.
  public var accuracyOfDecided: Double? {
    let decided = n - both - neither
    return decided > 0 ? Double(fallsUnder.right + doesNot.right) / Double(decided) : nil
  }
  /// The lower coverage of the two classes, of those that have texts.
  public var worst: Double { min(fallsUnder.coverage ?? 1, doesNot.coverage ?? 1) }
}

extension SetCoverage {
  /// Of the texts of `sample`, or of some of them.
  package init(
    _ name: String, _ bounds: ConformalBounds, _ sample: LabelledSample, output: Int, _ members: [Int]? = nil
  ) {
    self.init(
      name, (bounds.lower, bounds.upper), positives: sample.values(output, isPositive: true, members),
      negatives: sample.values(output, isPositive: false, members))
  }

  package var json: JSON {
    func rounded(_ x: Double?) -> JSON { x.map { JSON(($0 * 1e6).rounded() / 1e6) } ?? .null }
    func fields(_ c: Class) -> JSON {
      var fields: [String: JSON] = [
        "n": JSON(c.n), "covered": JSON(c.covered), "right": JSON(c.right), "wrong": JSON(c.wrong),
        "coverage": rounded(c.coverage),
        "interval": [rounded(c.interval.lowerBound), rounded(c.interval.upperBound)],
      ]
      if let expected = c.expected {
        fields["expected"] = [JSON(expected.lowerBound), JSON(expected.upperBound)]
      }
      return .object(fields)
    }
    return [
      "name": .string(name), "n": JSON(n), "falls_under": fields(fallsUnder), "does_not": fields(doesNot),
      "both": JSON(both), "neither": JSON(neither), "abstained": rounded(abstained),
      "accuracy_of_decided": rounded(accuracyOfDecided),
    ]
  }
}
