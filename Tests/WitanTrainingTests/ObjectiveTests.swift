import Foundation
import Testing
import Witan
import WitanTraining

/// What training lowers: gradients against differences, and what the amount of text decides.
struct ObjectiveTests {
  private func spec(_ classes: Int) throws -> ModelSpec {
    try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .singleLabel,
      labels: (0..<classes).map { Label(id: "class-\($0)") })
  }

  private func loss(
    _ objective: Objective, _ spec: ModelSpec, _ z: [Float], _ targets: [Float], weight: Float = 1
  ) -> (loss: Double, gradient: [Float]) {
    // Activations are read in whole vectors.
    var (z, gradient) = (z + [Float](repeating: 0, count: 32), [Float](repeating: 0, count: 32))
    let loss = objective.loss(spec, &z, targets[...], weight: weight, gradient: &gradient)
    return (loss, Array(gradient.prefix(spec.width)))
  }

  @Test("gradients are those of the loss", arguments: Objective.allCases, [2, 5])
  func gradients(_ objective: Objective, _ classes: Int) throws {
    let spec = try spec(classes)
    var random = SeededRandom(seed: 171, purpose: "\(objective.rawValue) \(classes)")
    for _ in 0..<50 {
      let z = (0..<spec.width).map { _ in Float(random.unit() * 6 - 3) }
      var targets = [Float](repeating: 0, count: spec.width)
      if spec.isBinary { targets[0] = Float(random.below(2)) } else { targets[random.below(classes)] = 1 }
      let (_, gradient) = loss(objective, spec, z, targets, weight: 0.5)
      for j in 0..<spec.width {
        let h: Float = 1e-2
        var (up, down) = (z, z)
        up[j] += h
        down[j] -= h
        let slope =
          (loss(objective, spec, up, targets, weight: 0.5).loss
            - loss(objective, spec, down, targets, weight: 0.5).loss) / Double(up[j] - down[j])
        #expect((slope - Double(gradient[j])).magnitude < 6e-3, "z \(z), column \(j)")
      }
    }
  }

  @Test("a text with enough margin has no squared hinge, and moves nothing")
  func margin() throws {
    let spec = try spec(3)
    let (none, still) = loss(.squaredHinge, spec, [1.5, -1, -2], [1, 0, 0])
    #expect(none == 0 && still == [0, 0, 0])
    // (1 - 0.5)^2 / 2 + (1 - 0)^2 / 2
    let (some, pull) = loss(.squaredHinge, spec, [0.5, 0, -2], [1, 0, 0])
    #expect((some - 0.625).magnitude < 1e-6 && pull == [-0.5, 1, 0])
  }

  @Test("every objective learns, gives the same bytes for any number of threads, and is recorded")
  func learns() throws {
    for objective in Objective.allCases {
      var trainer = ToyData.trainer()
      trainer.options.recipe.objective = objective
      let examples = ToyData.choice(3, count: 300, seed: 172)
      let result = try trainer.train(examples)
      trainer.options.threads = 1
      #expect(try trainer.train(examples).modelBytes == result.modelBytes)
      let classifier = try Classifier(bytes: result.modelBytes)
      #expect(ToyData.accuracy(classifier, ToyData.choice(3, count: 200, seed: 173)) > 0.95)
      #expect(result.summary.recipe.objective == objective)
      let stored = try JSON(parsing: #require(classifier.metadata["witan.training"]))
      #expect(
        stored["recipe"]?["objective"]?.string == (objective == .crossEntropy ? nil : objective.rawValue))
    }
  }

  @Test("three networks of the cross entropy of a choice are averaged; the one that was judged is the first")
  func usualMembers() throws {
    var phases: [String] = []
    var trainer = ToyData.trainer()
    trainer.onProgress = { phases.append($0.phase) }
    let (examples, dev) = (
      ToyData.choice(2, count: 100, seed: 176), ToyData.choice(2, count: 40, seed: 177)
    )
    let three = try trainer.train(examples, dev: dev)
    #expect(three.summary.members == 3)
    #expect(Set(phases) == ["train", "refit 2/3", "refit 3/3"])
    phases = []
    #expect(try trainer.train(examples).summary.members == 3)
    #expect(Set(phases) == ["train", "refit 1/3", "refit 2/3", "refit 3/3"])
    // Yes-or-no labels are not averaged without being asked.
    #expect(try trainer.train(ToyData.multiLabel(count: 100, seed: 178)).summary.members == 1)
  }

  @Test("one against the rest, a judged network goes on over all examples, held out ones too")
  func goesOn() throws {
    var events: [TrainingProgress] = []
    var trainer = ToyData.trainer()
    trainer.options.recipe.objective = .oneVersusRest
    trainer.options.recipe.learningRate = 0.005  // so that it takes many passes
    trainer.onProgress = { events.append($0) }
    let result = try trainer.train(ToyData.choice(3, count: 300, seed: 179))
    let last = events.filter { $0.phase == "refit" }
    #expect(result.summary.epochs > 2 && Set(last.map(\.epoch)) == [1, 2])
    #expect(last.last?.examplesTotal == 300)
    let isOther = result.heldOutWeights.table != result.weights.table
    #expect(isOther)
  }

  @Test("a hinge refuses degrees between 0 and 1")
  func degrees() throws {
    var trainer = ToyData.trainer()
    trainer.options.recipe.objective = .squaredHinge
    var examples = ToyData.choice(3, count: 30, seed: 174)
    examples[7].labels = ["class-0": 0.5, "class-1": 0.5]
    let error = #expect(throws: WitanError.self) { try trainer.train(examples) }
    #expect(error?.code == .invalidValue && error?.description.contains("options.recipe.objective") == true)
    // Left open, such examples take the cross entropy.
    trainer.options.recipe.objective = nil
    #expect(try trainer.train(examples).summary.recipe.objective == .crossEntropy)
  }

  @Test("the amount of text and the number of labels decide what was left open")
  func decided() {
    let few = Recipe().resolved(outputs: 6, bytes: 270_000, examples: 5000, isChoice: true)
    #expect(few.objective == .squaredHinge && few.phrases == true && few.usualMembers == 1)
    let fine = Recipe().resolved(outputs: 77, bytes: 600_000, examples: 10_000, isChoice: true)
    #expect(fine.objective == .squaredHinge && fine.phrases == false && fine.hidden == [])
    let posts = Recipe().resolved(outputs: 20, bytes: 14_000_000, examples: 11_000, isChoice: true)
    #expect(posts.objective == .oneVersusRest && posts.wordRate == 1 && posts.crowdsTable)
    let news = Recipe().resolved(outputs: 4, bytes: 3_400_000, examples: 14_000, isChoice: true)
    #expect(news.objective == .crossEntropy && news.wordRate == 3 && news.usualMembers == 3)
    // Principles are not a choice: theirs stays as it was.
    let principles = Recipe().resolved(outputs: 20, bytes: 500_000, examples: 5000)
    #expect(principles.objective == .crossEntropy && principles.phrases == false)
    #expect(principles.wordRate == 3 && !principles.crowdsTable)
  }

  @Test("the temperature is where the loss is least")
  func temperature() {
    var random = SeededRandom(seed: 175)
    for width in [2, 7] {
      for sharpness in [0.2, 1, 8] as [Float] {
        var (logits, targets): ([Float], [Float]) = ([], [])
        for _ in 0..<300 {
          let z = (0..<width).map { _ in Float(random.unit() * 4 - 2) }
          // The label is drawn from softmax(z); what is given is z times the sharpness.
          let total = z.reduce(0) { $0 + exp($1) }
          var left = Float(random.unit()) * total
          let label =
            z.firstIndex {
              left -= exp($0); return left <= 0
            } ?? width - 1
          logits += z.map { $0 * sharpness }
          targets += (0..<width).map { $0 == label ? 1 : 0 }
        }
        func loss(_ t: Double) -> Double {
          (0..<300).reduce(0.0) { sum, i in
            let z = (0..<width).map { Double(logits[i * width + $0]) / t }
            let y = (0..<width).first { targets[i * width + $0] == 1 }!
            return sum + log(z.reduce(0) { $0 + exp($1) }) - z[y]
          }
        }
        let weights = [Float](repeating: 1, count: 300)
        let t = Double(Calibrator.temperature(logits, targets, weights, width: width))
        #expect(loss(t) <= loss(t * 1.01) && loss(t) <= loss(t / 1.01), "\(width) \(sharpness) \(t)")
      }
    }
  }
}
