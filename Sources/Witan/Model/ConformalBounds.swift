/// Between which probabilities one output can tell, so that its prediction sets hold the truth as often as
/// promised.
///
/// The set of a text holds "falls under" from `lower` on and "does not" up to `upper`; both were taken from
/// labelled texts of that class alone, so that each class is covered by itself (label-conditional conformal
/// prediction: Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World, section 4.5; Sadinle, Lei
/// and Wasserman 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels). Where `lower` is above
/// `upper` the sets between them are empty.
public struct ConformalBounds: Sendable, Hashable {
  /// A label's id, or `any`.
  public let output: String
  /// Share of the texts of each class whose set lacks the truth at most, on average over samples. In (0, 1)
  public let alpha: Double
  /// The least probability whose set holds "falls under". [0, 1]
  public let lower: Float
  /// The largest probability whose set holds "does not". [0, 1]
  public let upper: Float
  /// Texts of the sample that fall under it.
  public let positives: Int
  /// Texts of the sample that do not.
  public let negatives: Int
  /// Where the texts of the sample stood that answered no prompt; nil where nobody said.
  public let side: Side?
  /// The promise in words.
  public let statement: String
  /// Whether the model read word-piece vectors when it was calibrated.
  let hadEmbeddings: Bool

  /// Whether the set of a text with the probability `p` holds "falls under".
  package func includesFallsUnder(_ p: Float) -> Bool { p >= lower }

  /// Whether it holds "does not".
  package func includesDoesNot(_ p: Float) -> Bool { p <= upper }

  /// What the set of a text with the probability `p` says.
  public func finding(_ p: Float) -> Finding {
    switch (includesFallsUnder(p), includesDoesNot(p)) {
    case (true, false): .fallsUnder
    case (false, true): .doesNot
    default: .cannotTell
    }
  }
}

extension ConformalBounds {
  /// Reads one of the list in `ConformalSets.key`. Throws `invalidValue`, naming the field.
  init(_ json: JSON, _ spec: ModelSpec, at place: String) throws(WitanError) {
    func fault(_ field: String, _ message: String) -> WitanError {
      WitanError(.invalidValue, message, at: "__metadata__.\(place).\(field)")
    }
    output = json["output"]?.string ?? ""
    guard spec.outputIndex(output) != nil else { throw fault("output", "is no output of the model") }
    guard let alpha = json["alpha"]?.number, alpha > 0, alpha < 1 else {
      throw fault("alpha", "is not above 0 and below 1")
    }
    self.alpha = alpha
    func bound(_ field: String) throws(WitanError) -> Float {
      guard let value = json[field]?.number, 0...1 ~= value else { throw fault(field, "is not in 0...1") }
      return Float(value)
    }
    (lower, upper) = (try bound("lower"), try bound("upper"))
    func count(_ field: String) throws(WitanError) -> Int {
      guard let n = json[field]?["n"]?.int, n > 0 else {
        throw fault("\(field).n", "is not a whole number above 0")
      }
      return n
    }
    (positives, negatives) = (try count("falls_under"), try count("does_not"))
    if let value = json["side"] {
      guard let side = value.string.flatMap(Side.init) else {
        throw fault("side", "is not prompt, response or exchange")
      }
      self.side = side
    } else {
      side = nil
    }
    guard let statement = json["promise"]?.string, statement.utf8.count <= 1000 else {
      throw fault("promise", "is not a string of at most 1000 bytes")
    }
    self.statement = statement
    guard let hadEmbeddings = json["embeddings"]?.bool else {
      throw fault("embeddings", "is not true or false")
    }
    self.hadEmbeddings = hadEmbeddings
  }
}
