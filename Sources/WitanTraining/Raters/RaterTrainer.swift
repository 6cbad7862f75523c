public import Witan

/// Trains one model of the opinions of groups of raters, and of all of them.
///
/// One output a group over features that all share (multi-annotator models: Davani, Diaz and Prabhakaran 2022,
/// section 3; here over groups too, so that a jury can be put together as in Gordon et al. 2022): each
/// learns the mean rating of its members, texts that none of them rated are left out of its loss, and it
/// begins at what all raters say (`Sharing`).
public struct RaterTrainer {
  public var grouping: RaterGrouping
  /// How fast a group's opinion moves away from the pooled one, beside how fast that learns: above 0, at most 1.
  /// Chosen on held-out train texts: at 0.5 opinions by race or education are apart for no reason.
  public var groupRate: Float = 0.25
  /// How the model is trained.
  public var trainer: Trainer

  /// Texts below which recipes and passes are judged by five-fold cross-validation: a tenth of them has too
  /// few ratings of each group.
  static let fewTexts = 3000
  /// Networks that are averaged, as for a choice.
  static let members = 3

  public init(grouping: RaterGrouping, trainer: Trainer) {
    (self.grouping, self.trainer) = (grouping, trainer)
  }

  /// A model, what its groups are, and those that are too small for an opinion.
  public struct Result {
    public let model: Trainer.Result
    public let opinions: OpinionGroups
    /// `field=value` and the number of ratings.
    public let leftOut: [(name: String, ratings: Int)]
  }

  /// Trains on rated texts. Options that name folds or members keep them. O(epochs x features x groups)
  ///
  /// Throws `data` when less than two groups have enough ratings, and as `Trainer.train`; `invalidValue` with a
  /// teacher, a warm start, doubts or balanced classes, which know nothing of raters.
  public func train(
    _ texts: [RatedText], dev: [RatedText]? = nil, metadata: [String: String] = [:]
  ) throws(WitanError) -> Result {
    var options = trainer.options
    let isPlain =
      options.distillation == nil && options.warmStart == nil && !options.estimatesDoubt
      && !options.balancesClasses
    guard isPlain else {
      throw WitanError(
        .invalidValue, "do not go with a teacher, a warm start, doubts or balanced classes", at: "raters")
    }
    guard groupRate > 0, groupRate <= 1 else {
      throw WitanError(.invalidValue, "is not above 0 and at most 1", at: "group rate")
    }
    let found = try grouping.find(in: texts)
    options.sharing = Sharing(column: found.opinions.pooled, gain: groupRate)
    if options.folds == 0, options.autotune == nil, dev == nil, texts.count < Self.fewTexts {
      options.folds = 5
    }
    options.members = options.members ?? Self.members
    options.recipe.hidden = options.recipe.hidden ?? []
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 14), task: .multiLabel, labels: found.labels)
    var metadata = metadata
    metadata[OpinionGroups.key] = found.opinions.json(labels: found.labels).text()
    var inner = trainer
    inner.options = options
    let model = try inner.train(
      Self.examples(texts, found), dev: dev.map { Self.examples($0, found) }, spec: spec, metadata: metadata)
    return Result(model: model, opinions: found.opinions, leftOut: found.leftOut)
  }

  /// Each text with the mean rating of each group as the degree of its label. A group of n ratings of a text
  /// weighs n over the mean number of a text's ratings in its loss, and nothing where it has none.
  static func examples(_ texts: [RatedText], _ found: RaterGrouping.Found) -> [Example] {
    let usual = Float(texts.reduce(0) { $0 + $1.ratings.count }) / Float(max(1, texts.count))
    return texts.map { text in
      var example = text.unlabelled
      let pooled = found.labels[found.opinions.pooled].id
      example.labels[pooled] = text.mean
      example.labelWeights[pooled] = Float(text.ratings.count) / usual
      for (group, votes) in zip(found.opinions.groups, found.opinions.votes(text)) {
        let id = found.labels[group.output].id
        example.labelWeights[id] = Float(votes.count) / usual
        if !votes.isEmpty { example.labels[id] = votes.reduce(0, +) / Float(votes.count) }
      }
      return example
    }
  }

  /// What pools raters away: the side that most of them are on, one choice of `no` and `yes` for each text; ties
  /// are `yes`.
  public static func majority(_ texts: [RatedText]) -> [Example] {
    texts.map {
      Example(
        text: $0.text, labels: [$0.mean >= 0.5 ? "yes" : "no": 1], isSingleLabel: true, prompt: $0.prompt)
    }
  }
}
