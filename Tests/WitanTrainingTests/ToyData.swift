import Witan
import WitanTraining

/// Texts whose label is told by their words: what any text classifier has to learn.
enum ToyData {
  private static let neutral = [
    "the", "and", "of", "walk", "table", "seven", "often", "blue", "under", "window", "today", "maybe",
  ]
  private static let telling = [
    ["river", "boat", "harbour", "sail", "anchor", "tide"],
    ["oven", "flour", "butter", "yeast", "crust", "dough"],
    ["guitar", "chord", "melody", "drum", "tempo", "choir"],
  ]

  /// Five neutral words and two of each class named. [classes < 3]
  static func text(_ classes: [Int], _ random: inout SeededRandom) -> String {
    var words = (0..<5).map { _ in random.pick(neutral) }
    for c in classes { words += [random.pick(telling[c]), random.pick(telling[c])] }
    random.shuffle(&words)
    return words.joined(separator: " ")
  }

  /// One label each: `class-0` ...
  static func choice(_ classes: Int, count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      let c = random.below(classes)
      return Example(text: text([c], &random), labels: ["class-\(c)": 1], isSingleLabel: true)
    }
  }

  /// Any of three labels each, also none.
  static func multiLabel(count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      let present = (0..<3).filter { _ in random.below(5) < 2 }
      return Example(
        text: text(present, &random),
        labels: Dictionary(uniqueKeysWithValues: present.map { ("class-\($0)", 1) }))
    }
  }

  /// Training that takes a fraction of a second.
  static func trainer(seed: UInt64 = 1) -> Trainer {
    var options = TrainingOptions()
    options.seed = seed
    options.recipe.log2Buckets = 12
    options.maximumEpochs = 12
    options.packsTable = false  // rows by bucket are easier to look at
    return Trainer(options: options)
  }

  /// Share of examples whose labels are exactly those that `classifier` names.
  static func accuracy(_ classifier: Classifier, _ examples: [Example]) -> Double {
    let hits = examples.count { example in
      let scores = classifier.score(example.text)
      let named = example.isSingleLabel ? [scores.best.id] : scores.flagged.map(\.id)
      return Set(named) == Set(example.labels.keys)
    }
    return Double(hits) / Double(examples.count)
  }
}
