import Foundation
import Testing
import Witan
import WitanTraining

/// What a student learns of a teacher.
struct DistillationTests {
  private func teacher(_ classes: Int = 3, seed: UInt64 = 41) throws -> Classifier {
    try Classifier(
      bytes: ToyData.trainer().train(ToyData.choice(classes, count: 900, seed: seed)).modelBytes)
  }

  private func message(_ distillation: Distillation, _ examples: [Example]) throws -> String {
    var trainer = ToyData.trainer()
    trainer.options.distillation = distillation
    return try #require(#expect(throws: WitanError.self) { _ = try trainer.train(examples) }).description
  }

  @Test("softened probabilities are those of the divided logits", arguments: [0.5, 1, 2, 10] as [Float])
  func softening(_ temperature: Float) {
    let z: [Float] = [2, -1, 0.5]
    func softmax(_ z: [Float]) -> [Float] {
      let e = z.map { exp($0) }
      return e.map { $0 / e.reduce(0, +) }
    }
    let soft = Distillation.soften(softmax(z)[...], temperature, true)
    for (p, q) in zip(soft, softmax(z.map { $0 / temperature })) { #expect(abs(p - q) < 1e-6) }
    let each = Distillation.soften(z.map { 1 / (1 + exp(-$0)) }[...], temperature, false)
    for (p, x) in zip(each, z) { #expect(abs(p - 1 / (1 + exp(-x / temperature))) < 1e-6) }
  }

  @Test("extreme probabilities and temperatures give shares; zeros and no numbers say nothing")
  func extremes() {
    #expect(Distillation.soften([1, 0, 0], 2, true) == [1, 0, 0])
    #expect(Distillation.soften([0.5, 0.25, 0.25], 1e-3, true) == [1, 0, 0])
    #expect(Distillation.soften([0, 1, 0.5], 3, false) == [0, 1, 0.5])
    #expect(Distillation.soften([0.5, 0.5], 1e-3, false) == [0.5, 0.5])
    #expect(Distillation.soften([0, 0], 1, true).isEmpty)
    #expect(Distillation.soften([.nan, 1], 1, true).isEmpty)
  }

  @Test("targets mix label and teacher; unlabelled texts take the teacher's word")
  func targets() throws {
    let model = try teacher()
    var distillation = Distillation(teacher: model)
    (distillation.weight, distillation.temperature) = (0.25, 2)
    distillation.unlabelled = ["oven flour", "guitar drum"]
    let examples = ToyData.choice(3, count: 50, seed: 42)
    let targets = distillation.targets(examples)
    #expect(targets.count == 52)
    for (i, target) in targets.enumerated() {
      let p = model.score(target.text).probabilities
      let powers = p.map { $0.squareRoot() }  // temperature 2
      for (j, label) in model.labels.map(\.id).enumerated() {
        let soft = powers[j] / powers.reduce(0, +)
        let own = i < 50 ? examples[i].labels[label] ?? 0 : 0
        let wanted = i < 50 ? 0.75 * own + 0.25 * soft : soft
        #expect(abs((target.labels[label] ?? 0) - wanted) < 1e-5)
      }
      #expect(target.isSingleLabel && abs(target.labels.values.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test("from few labels and texts without any, a student comes near to its teacher", arguments: [2, 3])
  func student(_ classes: Int) throws {
    let model = try teacher(classes)
    let few = ToyData.choice(classes, count: 12, seed: 43)
    let test = ToyData.choice(classes, count: 400, seed: 44)
    let alone = try Classifier(bytes: ToyData.trainer().train(few).modelBytes)
    var trainer = ToyData.trainer()
    trainer.options.distillation = Distillation(teacher: model)
    trainer.options.distillation?.unlabelled = ToyData.choice(classes, count: 600, seed: 45).map(\.text)
    let result = try trainer.train(few)
    let taught = try Classifier(bytes: result.modelBytes)
    #expect(ToyData.accuracy(alone, test) < 0.9)
    #expect(ToyData.accuracy(taught, test) > 0.97)
    // The held-out part has its own labels and no unlabelled text.
    #expect(result.summary.examples == 12 && result.summary.devExamples < 12)
    let stored = try JSON(parsing: #require(taught.metadata["witan.teacher"]))
    #expect(stored["unlabelled"]?.int == 600 && stored["weight"]?.number == 0.5)
  }

  @Test("labels that each hold by themselves are learnt from a teacher too")
  func multiLabel() throws {
    let model = try Classifier(
      bytes: ToyData.trainer().train(ToyData.multiLabel(count: 900, seed: 46)).modelBytes)
    var trainer = ToyData.trainer()
    trainer.options.distillation = Distillation(teacher: model)
    trainer.options.distillation?.unlabelled = ToyData.multiLabel(count: 600, seed: 47).map(\.text)
    let few = ToyData.multiLabel(count: 20, seed: 48)
    let taught = try Classifier(bytes: trainer.train(few).modelBytes)
    #expect(ToyData.accuracy(taught, ToyData.multiLabel(count: 300, seed: 49)) > 0.95)
  }

  @Test("a teacher that says nothing of a text leaves its label, and unlabelled texts out")
  func silence() throws {
    var distillation = Distillation(teacher: SilentModel(scores: try teacher(2).score("")))
    distillation.unlabelled = ["x", "y"]
    let examples = ToyData.choice(2, count: 5, seed: 50)
    #expect(distillation.targets(examples) == examples)
  }

  @Test("a teacher with other labels, another task or a weight out of range is an error that says so")
  func faults() throws {
    let (two, three) = (ToyData.choice(2, count: 40, seed: 51), ToyData.choice(3, count: 40, seed: 52))
    let small = try Distillation(teacher: teacher(2))
    #expect(try message(small, three).contains("teacher: has no label 'class-2'"))
    var distillation = try Distillation(teacher: teacher(3))
    #expect(try message(distillation, two).contains("teacher: has the label 'class-2', which no example has"))
    let many = ToyData.multiLabel(count: 60, seed: 53)
    #expect(try message(distillation, many).contains("teacher: makes one choice, but"))
    distillation.weight = 1.5
    #expect(try message(distillation, three).contains("teacher weight: is not in 0...1"))
    (distillation.weight, distillation.temperature) = (1, 0)
    #expect(try message(distillation, three).contains("temperature: is not above 0"))
  }
}

/// Knows no word: all probabilities are 0, as fastText gives them then.
private struct SilentModel: TextModel {
  final class Stream: TextStream {
    private let zeros = UnsafeMutablePointer<Float>.allocate(capacity: 2)
    init(_ scores: Scores) {
      self.scores = scores
      zeros.initialize(repeating: 0, count: 2)
    }
    deinit { zeros.deallocate() }
    func push(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func push(_ text: String) {}
    func finish() {}
    func reset() {}
    func read() -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: zeros, count: 2) }
    let scores: Scores
  }

  let scores: Scores
  var labels: [Label] { [Label(id: "class-0"), Label(id: "class-1")] }
  var task: ModelSpec.Task { .singleLabel }
  var hasAny: Bool { false }
  var anyThreshold: Float { 1 }
  func makeStream() -> Stream { Stream(scores) }
}
