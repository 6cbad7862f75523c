import Foundation
import Testing
import Witan
import WitanTraining

/// What the dev part decides: passes, word rates, the recipe.
struct RecipeSearchTests {
  @Test("a search finds the hidden layer that the data needs, and records the recipe")
  func autotune() throws {
    var trainer = XORData.trainer()
    trainer.options.autotune = 5
    // Looked at twice a recipe and once between two: 7 tenths of the time are some 110 recipes.
    var looks = 0
    trainer.clock = {
      looks += 1
      return 0.01 * Double(looks)
    }
    let result = try trainer.train(XORData.examples(800, seed: 81))
    #expect(!result.spec.hidden.isEmpty)
    // Without being asked a search makes no ensemble of hidden layers: it would outgrow the promised size.
    #expect(result.summary.members == 1)
    #expect(result.spec.hidden == result.summary.recipe.hidden)
    // It ends by the clock: 5 seconds are 500 looks, 3 or 4 of them for each recipe.
    #expect((50..<170).contains(result.summary.recipesTried), "\(result.summary.recipesTried)")
    let classifier = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(classifier, XORData.examples(400, seed: 82)) > 0.9)
    let stored = try JSON(parsing: #require(classifier.metadata["witan.training"]))
    #expect(stored["recipe"]?["hidden"]?.array?.compactMap { $0.int } == result.summary.recipe.hidden)
    #expect(stored["recipe"]?["word_rate"]?.number == Double(result.summary.recipe.wordRate ?? 0))
    #expect(stored["recipes_tried"]?.int == result.summary.recipesTried)
  }

  @Test("training goes on for as many passes without gain as patience allows", arguments: [1, 2, 5])
  func patience(_ patience: Int) throws {
    var trainer = ToyData.trainer()
    trainer.options.wordRates = [1]
    trainer.options.patience = patience
    trainer.options.maximumEpochs = 200
    // Labels of the dev part are noise in part, so its loss rises early.
    var dev = ToyData.choice(2, count: 60, seed: 83)
    for i in stride(from: 0, to: 60, by: 4) { dev[i].labels = ["class-0": 1] }
    var train = ToyData.choice(2, count: 60, seed: 84)
    for i in stride(from: 0, to: 60, by: 4) { train[i].labels = ["class-1": 1] }
    let summary = try trainer.train(train, dev: dev).summary
    #expect(summary.devLoss.count == summary.epochs + patience)
    #expect(summary.devLoss.count < 200)
    #expect(summary.devLoss.min() == summary.devLoss[summary.epochs - 1])
    #expect(summary.trainLoss.count == summary.devLoss.count)
  }

  @Test("the word rate with the lowest dev loss is taken")
  func wordRates() throws {
    let examples = ToyData.choice(2, count: 200, seed: 85)
    let dev = ToyData.choice(2, count: 60, seed: 86)
    func train(_ rates: [Float]) throws -> TrainingSummary {
      var trainer = ToyData.trainer()
      trainer.options.wordRates = rates
      trainer.options.maximumEpochs = 3
      return try trainer.train(examples, dev: dev).summary
    }
    let alone = try [1, 6].map { try train([$0]) }
    let both = try train([1, 6])
    let best = try #require(alone.min { $0.devLoss.min()! < $1.devLoss.min()! })
    #expect(both.recipe.wordRate == best.recipe.wordRate)
    #expect(both.devLoss == best.devLoss)
    #expect(alone.map(\.recipesTried) == [1, 1] && both.recipesTried == 2)
  }

  @Test("balanced classes find the rare one more often")
  func balance() throws {
    var random = SeededRandom(seed: 87)
    // The word that hints at the rare class stands in a tenth of the others too.
    func examples(_ count: Int) -> [Example] {
      (0..<count).map { i in
        let isRare = i % 20 == 0
        let isHinted = random.unit() < (isRare ? 0.7 : 0.1)
        return Example(
          text: ToyData.text([], &random) + (isHinted ? " beacon" : " harvest"),
          labels: [isRare ? "rare" : "usual": 1], isSingleLabel: true)
      }
    }
    let (train, test) = (examples(2000), examples(2000))
    func recall(_ balances: Bool) throws -> Double {
      var trainer = ToyData.trainer()
      trainer.options.balancesClasses = balances
      let classifier = try Classifier(bytes: trainer.train(train).modelBytes)
      let rare = test.filter { $0.labels["rare"] != nil }
      return Double(rare.count { classifier.score($0.text).best.id == "rare" }) / Double(rare.count)
    }
    let (plain, balanced) = try (recall(false), recall(true))
    #expect(plain < 0.2 && balanced > 0.5, "\(plain), \(balanced)")
  }

  @Test("options outside their range are refused by name")
  func options() throws {
    let examples = ToyData.choice(2, count: 40, seed: 88)
    func place(_ change: (inout TrainingOptions) -> Void) throws -> String {
      var trainer = ToyData.trainer()
      change(&trainer.options)
      let error = try #require(#expect(throws: WitanError.self) { try trainer.train(examples) })
      #expect(error.code == .invalidValue)
      return error.place
    }
    #expect(try place { $0.patience = 0 } == "options.patience")
    #expect(try place { $0.threads = 0 } == "options.threads")
    #expect(try place { $0.autotune = 0 } == "options.autotune")
    #expect(try place { $0.wordRates = [1, 0] } == "options.wordRates")
    #expect(try place { $0.recipe.featureDropout = 0.95 } == "options.recipe.featureDropout")
    #expect(try place { $0.recipe.learningRate = .nan } == "options.recipe.learningRate")
    #expect(try place { $0.recipe.hidden = [129] } == "hidden")
    #expect(try place { $0.recipe.hidden = [4, 4, 4] } == "hidden")
    #expect(try place { $0.recipe.log2Buckets = 23 } == "features.log2_buckets")
  }
}
