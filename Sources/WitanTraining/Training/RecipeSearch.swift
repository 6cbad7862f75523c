internal import Witan

/// Finds the recipe, the number of passes and the calibration that are best on what was held out.
struct RecipeSearch {
  typealias Found = RecipeTrainer.Found

  /// What came of a search.
  struct Outcome {
    var found: Found
    var folds: [Fold]
    var tried: Int
    /// The features of the first fold, if they were the last that were looked at.
    var sets: FeatureCache.Sets?
    /// How many networks the time that is left allows to average.
    var members: Int
  }

  let options: TrainingOptions
  let trainer: RecipeTrainer
  /// The division of the examples with which each search begins.
  let first: Fold
  /// Those of cross-validation; of a dev part that was given, that division first.
  let folds: [Fold]

  /// Share of the time that goes into finding the recipe; the rest into the last fit. The second where fewer
  /// than `manyRecipes` can be tried: then averaging is worth more than one more try.
  private static let searchShare = (many: 0.7, few: 0.3)
  private static let manyRecipes = 10.0
  /// More networks than this improve nothing that was measured.
  private static let mostMembers = 8
  /// Cross-validation must leave time for so many recipes.
  private static let leastRecipes = 15.0

  /// Of so many standard errors a held-out loss must be lower for a search to change its recipe. Many are
  /// tried, and one of them is lower by luck.
  private static let leastGain = 1.0

  /// Tries word rates, then, with `autotune`, changes one choice at a time and keeps what lowers the
  /// held-out loss by more than its standard error; when nothing does, two or three choices at random,
  /// until the time is up.
  func run() throws(WitanError) -> Outcome {
    let started = trainer.clock()
    func elapsed() -> Double { trainer.clock() - started }
    let limit = options.autotune ?? 0
    let base = trainer.base
    var cache = FeatureCache()
    let bytes = first.fit.reduce(0) { $0 + $1.text.utf8.count }
    let isChoice =
      base.task == .singleLabel && options.warmStart == nil
      && first.fit.allSatisfy(\.isWhole)
    var start = options.recipe.resolved(
      outputs: base.outputs, bytes: bytes, examples: first.fit.count, isChoice: isChoice)
    start.wordRate = options.wordRates.first ?? start.wordRate
    var used = options.folds > 1 ? folds : [first]
    var found = try trainer.train(start, used, &cache, best: nil)
    let share = elapsed() * Self.manyRecipes > limit ? Self.searchShare.few : Self.searchShare.many
    if options.autotune != nil, options.folds == 0, folds.count > 1,
      elapsed() * Double(folds.count) * Self.leastRecipes < limit
    {
      // Small data: one held-out part tells recipes apart too badly, all parts in turn do it better.
      (used, cache) = (folds, FeatureCache())
      found = try trainer.train(start, used, &cache, best: nil)
    }
    var tried: Set<Recipe> = [start]
    func attempt(_ recipe: Recipe, leastGain: Double = Self.leastGain) throws(WitanError) -> Bool {
      guard tried.insert(recipe).inserted else { return false }
      let other = try trainer.train(recipe, used, &cache, best: found)
      guard other.best < found.best - leastGain * Self.standardError(other, found) else { return false }
      found = other
      return true
    }
    func outcome(members: Int?) -> Outcome {
      Outcome(
        found: found, folds: used, tried: tried.count,
        sets: used.count == 1 ? cache.known(0, found.networks[0].spec) : nil,
        members: members ?? (isChoice ? found.recipe.usualMembers : 1))
    }
    let isJudged = !used[0].held.isEmpty
    for rate in options.wordRates.dropFirst() where isJudged {
      var recipe = start
      recipe.wordRate = rate
      _ = try attempt(recipe, leastGain: 0)
    }
    guard options.autotune != nil, isJudged else {
      return outcome(members: options.members)
    }
    let end = limit * share
    var improved = true
    descent: while improved {
      improved = false
      for recipe in found.recipe.neighbours(outputs: base.outputs, isChoice: isChoice) {
        if elapsed() >= end { break descent }
        // A neighbour that was better is where the next round goes on from.
        if try attempt(recipe) { improved = true }
      }
    }
    var random = SeededRandom(seed: options.seed, purpose: "search")
    for _ in 0..<10_000 {  // the choices are finite: at some time all have been tried
      if elapsed() >= end { break }
      var recipe = found.recipe
      for _ in 0..<(2 + Int(random.next() % 2)) {
        let steps = recipe.neighbours(outputs: base.outputs, isChoice: isChoice)
        recipe = steps[Int(random.next() % UInt64(steps.count))]
      }
      _ = try attempt(recipe)
    }
    let examples = Double(first.fit.count + first.held.count)
    let fit = max(1e-3, found.secondsPerExample * examples * Double(found.epochs))
    var members = options.members
    if members == nil, found.recipe.hidden?.isEmpty ?? true {
      // Units side by side would make the table larger than promised; linear networks add up.
      members = min(
        Self.mostMembers, max(isChoice ? found.recipe.usualMembers : 1, Int((limit - elapsed()) / fit)))
    }
    return outcome(members: members)
  }

  /// Of the difference of two mean held-out losses, from the differences on each example.
  private static func standardError(_ a: Found, _ b: Found) -> Double {
    let differences = zip(a.heldLosses, b.heldLosses).map { $0 - $1 }
    let count = Double(differences.count)
    guard count > 1, a.heldLosses.count == b.heldLosses.count else { return 0 }
    let mean = differences.reduce(0, +) / count
    let square = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (square / (count - 1) / count).squareRoot()
  }
}
