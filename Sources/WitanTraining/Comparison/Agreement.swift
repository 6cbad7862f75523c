internal import Witan

/// How two members of a panel stand to each other on a set of texts.
public struct Agreement: Sendable, Hashable {
  public let first: String
  public let second: String
  /// Texts on which both object, only one does, or neither; texts of which one cannot tell are left out.
  public let bothObject: Int
  public let onlyFirst: Int
  public let onlySecond: Int
  public let neither: Int
  /// Texts of which one of them cannot tell; those on which one is silent are counted nowhere.
  public let undecided: Int

  init(first: String, second: String, counts: PairCounts) {
    (self.first, self.second) = (first, second)
    (bothObject, onlyFirst, onlySecond) = (counts.both, counts.onlyFirst, counts.onlySecond)
    (neither, undecided) = (counts.neither, counts.undecided)
  }

  public var decided: Int { bothObject + onlyFirst + onlySecond + neither }

  /// The share of texts on which they say the same. [0, 1]; nil without texts of which both can tell
  public var share: Double? {
    decided == 0 ? nil : Double(bothObject + neither) / Double(decided)
  }

  /// Cohen's kappa (Cohen 1960): agreement beyond what their rates alone would give; nil where one of them says
  /// the same of every text, when there is nothing beyond chance to find.
  public var kappa: Double? {
    guard let share else { return nil }
    let n = Double(decided)
    let (a, b) = (Double(bothObject + onlyFirst) / n, Double(bothObject + onlySecond) / n)
    let chance = a * b + (1 - a) * (1 - b)
    guard 0 < a, a < 1, 0 < b, b < 1 else { return nil }
    return (share - chance) / (1 - chance)
  }
}

/// The counts of `Agreement`.
struct PairCounts: Sendable {
  var (both, onlyFirst, onlySecond, neither, undecided) = (0, 0, 0, 0, 0)

  mutating func add(_ a: Standing, _ b: Standing) {
    switch (a, b) {
    case (.silent, _), (_, .silent): break
    case (.undecided, _), (_, .undecided): undecided += 1
    case (.objects, .objects): both += 1
    case (.objects, _): onlyFirst += 1
    case (_, .objects): onlySecond += 1
    default: neither += 1
    }
  }
}
