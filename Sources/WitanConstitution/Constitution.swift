public import Witan

/// A versioned file that says which texts a community wants, and which it does not, and why.
public struct Constitution: Sendable {
  /// Who answers for it.
  public struct Community: Sendable {
    public var who: String
    /// How it was adopted.
    public var adopted: String
    /// Where one objects.
    public var contact: String
    /// Who wrote the seeds and near misses, and how; empty where nobody says.
    public var texts: String
  }

  /// Where a principle pulls against another, or against something else of worth.
  public struct Tension: Sendable {
    public var with: String
    public var text: String
  }

  /// An answer with the prompt in whose light it is judged.
  public struct Exchange: Sendable, Hashable {
    public var prompt: String
    public var answer: String
  }

  /// One rule in natural language; one output of the classifier.
  public struct Principle: Sendable {
    public var id: String
    public var title: String
    public var statement: String
    public var stance: Stance
    public var side: Side
    /// Whether `any` learns its texts together with the other principles'; see `Label.isPooled`.
    public var isPooled: Bool
    public var rationale: String
    public var tensions: [Tension]
    /// Texts that fall under the principle: the inline examples, then the seeds of its files.
    public var seeds: [String]
    /// Texts that look close and do not.
    public var nearMisses: [String]
    /// Exchanges that fall under the principle, and those that look close and do not; of principles whose
    /// side is `exchange` only.
    public var exchanges: [Exchange]
    public var nearExchanges: [Exchange]
    /// What `{name}` in a seed or near miss may stand for.
    public var slots: [String: [String]]
    /// Frames of this principle's side, besides the common ones; each has `{text}` or
    /// `{lower}`, and may have `{background}` for a benign text.
    public var frames: [String]
  }

  /// Numbers of the synthesis.
  public struct Recipe: Sendable {
    /// Texts made of one seed: itself, and framed ones. 1 to 4
    public var perSeed = 3
    /// Texts made of one near miss or background text. 1 to 4
    public var perNegative = 2
    /// Share of the weight of all negatives that near misses have together, 0 to 0.9.
    public var nearMissShare = 0.25
    /// Weight of a seed, and of each text made of it, where a negative has 1 on average. Seeds are also what other
    /// principles are told apart by: more weight sets principles apart, less sets them off from ordinary text. 0.1 to 20
    public var seedWeight = 1.0
  }

  public var id: String
  public var title: String
  public var version: String
  public var language: String
  public var community: Community
  public var rationale: String
  public var recipe: Recipe
  public var principles: [Principle]
  /// The YAML as written.
  public var source: String
  /// SHA-256 of the YAML and of every file that it takes texts from, in order.
  public var digest: String

  /// The classifier's labels: one for each principle, in order.
  public var labels: [Label] {
    principles.map {
      Label(id: $0.id, title: $0.title, stance: $0.stance, side: $0.side, isPooled: $0.isPooled)
    }
  }
}
