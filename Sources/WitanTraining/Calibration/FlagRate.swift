package import Witan

/// How many of some benign texts a threshold flags.
public struct FlagRate: Sendable, Hashable {
  /// Which texts: a group, a class of lengths.
  public let name: String
  public let n: Int
  public let flagged: Int
  /// 95 % interval of the share (Clopper and Pearson).
  public let interval: ClosedRange<Double>
  /// How many the promise lets expect, in 95 of 100 cases; nil where it was not made for such texts, or where
  /// these texts set the threshold.
  public let expected: ClosedRange<Int>?

  init(_ name: String, _ scores: [Float], threshold: Float, expected: ClosedRange<Int>?) {
    self.name = name
    self.expected = expected
    n = scores.count
    flagged = scores.count { $0 >= threshold }
    interval = Metrics.exactInterval(flagged, of: n)
  }

  /// Share of the texts that is flagged.
  public var rate: Double { n > 0 ? Double(flagged) / Double(n) : 0 }

  /// Whether the count is among those expected; nil where none are.
  public var isExpected: Bool? { expected.map { $0.contains(flagged) } }

  package var json: JSON {
    func rounded(_ x: Double) -> JSON { JSON((x * 1e6).rounded() / 1e6) }
    var fields: [String: JSON] = [
      "name": .string(name), "n": JSON(n), "flagged": JSON(flagged), "rate": rounded(rate),
      "interval": [rounded(interval.lowerBound), rounded(interval.upperBound)],
    ]
    if let expected { fields["expected"] = [JSON(expected.lowerBound), JSON(expected.upperBound)] }
    return .object(fields)
  }
}
