import Witan
import WitanTraining

/// Texts of three kinds, rated by two groups of two raters: on texts of water `first` says yes and `second` no; on
/// texts of bread all say yes; on texts of music all say the same, but what it is no word tells.
enum RaterData {
  enum Kind: Int, CaseIterable { case water, bread, music }

  static func texts(_ count: Int, seed: UInt64, fields: Bool = true) -> [RatedText] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { i in
      let kind = Kind(rawValue: i % 3)!
      let coin = random.below(2)
      let ratings = ["ada", "bea", "cyd", "dan"].map { rater in
        let isFirst = rater < "c"
        let vote =
          switch kind {
          case .water: isFirst ? 1 : 0
          case .bread: 1
          case .music: coin
          }
        return Rating(
          degree: Float(vote),
          fields: fields ? ["rater": rater, "group": isFirst ? "first" : "second"] : ["rater": rater])
      }
      return RatedText(text: ToyData.text([kind.rawValue], &random) + " \(i)", ratings: ratings)
    }
  }

  static func trainer(by fields: [String], seed: UInt64 = 1) throws -> RaterTrainer {
    var trainer = ToyData.trainer(seed: seed)
    trainer.options.folds = 1
    trainer.options.members = 1
    return RaterTrainer(grouping: try RaterGrouping(fields: fields), trainer: trainer)
  }
}
