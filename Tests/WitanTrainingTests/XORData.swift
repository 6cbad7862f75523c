import Witan
import WitanTraining

/// Texts of which no word tells the label, only which of two words stand together: 50 % is all that a
/// sum over words or neighbours can have.
enum XORData {
  /// "same" when both or none of two words are there; texts are of one length, the two never neighbours.
  static func examples(_ count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    let filler = (0..<8).map { "w\($0)" }
    return (0..<count).map { i in
      var words = (0..<5).map { _ in random.pick(filler) }
      let (a, b) = (i % 2 == 0, i / 2 % 2 == 0)
      let places = random.below(2) == 0 ? (1, 3) : (3, 1)
      if a { words[places.0] = "alpha" }
      if b { words[places.1] = "omega" }
      return Example(
        text: words.joined(separator: " "), labels: [a == b ? "same" : "other": 1], isSingleLabel: true)
    }
  }

  static func trainer(hidden: [Int] = []) -> Trainer {
    var options = TrainingOptions()
    options.recipe.log2Buckets = 12
    options.recipe.characters = false
    options.recipe.hidden = hidden
    options.recipe.learningRate = 0.1
    options.wordRates = [1]
    return Trainer(options: options)
  }
}
