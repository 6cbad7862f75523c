/// How a fastText model turns scores into probabilities. Raw values are fastText's own names.
public enum FastTextLoss: String, Sendable, CaseIterable {
  /// One choice of all labels.
  case softmax
  /// A yes or no for each label.
  case oneVersusAll = "ova"
  /// One choice of all labels, decided along the edges of a Huffman tree.
  case hierarchicalSoftmax = "hs"
  /// A yes or no for each label, learned against sampled labels.
  case negativeSampling = "ns"
}

/// What a model was trained with, as far as reading text depends on it.
public struct FastTextArguments: Sendable, Hashable {
  /// Numbers in a row.
  public var dimension: Int
  public var loss: FastTextLoss
  /// Longest run of words that is a feature.
  public var wordNgrams: Int
  /// Rows that hashed word n-grams and subwords share.
  public var buckets: Int
  /// Shortest and longest subword, in UTF-8 characters; no subwords when the longest is 0.
  public var shortestSubword: Int
  public var longestSubword: Int

  /// Longer n-grams are refused: the work for each word grows with them.
  static let maximumNgram = 128

  /// Throws `format`, naming the field, for values that no trained model has.
  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ field: String) throws(WitanError) {
      if !condition { throw WitanError(.format, message, at: field) }
    }
    try demand(dimension > 0, "is \(dimension), not at least 1", "dim")
    try demand(0...Self.maximumNgram ~= wordNgrams, "is \(wordNgrams), not in 0...128", "wordNgrams")
    try demand(
      0...Self.maximumNgram ~= shortestSubword, "is \(shortestSubword), not in 0...128", "minn")
    try demand(0...Self.maximumNgram ~= longestSubword, "is \(longestSubword), not in 0...128", "maxn")
    let isHashing = wordNgrams > 1 || longestSubword > 0
    try demand(
      isHashing ? 1...Int(Int32.max) ~= buckets : 0...Int(Int32.max) ~= buckets,
      "is \(buckets), but n-grams need at least 1", "bucket")
  }
}

extension FastTextArguments {
  package var json: JSON {
    [
      "dim": JSON(dimension), "loss": .string(loss.rawValue), "wordNgrams": JSON(wordNgrams),
      "bucket": JSON(buckets), "minn": JSON(shortestSubword), "maxn": JSON(longestSubword),
    ]
  }

  /// Reads what `json` wrote. Throws `format`, naming the field.
  package init(json: JSON) throws(WitanError) {
    func int(_ field: String) throws(WitanError) -> Int {
      guard let value = json[field]?.int else {
        throw WitanError(.format, "is missing or not a whole number", at: field)
      }
      return value
    }
    guard let loss = json["loss"]?.string.flatMap(FastTextLoss.init) else {
      throw WitanError(.format, "is missing or not one of softmax, ova, hs, ns", at: "loss")
    }
    self.init(
      dimension: try int("dim"), loss: loss, wordNgrams: try int("wordNgrams"),
      buckets: try int("bucket"), shortestSubword: try int("minn"), longestSubword: try int("maxn"))
    try check()
  }
}
