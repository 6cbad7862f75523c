import Foundation
import Testing
import Witan
import WitanTraining

/// Answers judged in the light of their prompts, learnt from examples.
struct ExchangeTests {
  private static let harmless = ["bread", "soup", "dough", "salad", "pickle", "sauce"]
  private static let harmful = ["poison", "bomb", "venom", "nerve gas", "malware", "arson"]
  private static let answers = [
    "Take two spoons of it and stir slowly.", "Yes, that is enough for a room of ten people.",
    "First heat it, then add the rest in small parts.", "It works best when nobody looks at it for an hour.",
    "Use the blue container and keep the lid closed.",
    "Mix both, wait a minute, and pour it into the bottle.",
  ]

  /// Each answer to prompts of both kinds: only the prompt tells.
  private static func exchanges(_ count: Int, seed: UInt64) -> [Example] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { i in
      let isHarmful = i % 2 == 0
      return Example(
        text: random.pick(answers), labels: isHarmful ? ["helps-harm": 1] : [:],
        prompt: "How do I make \(random.pick(isHarmful ? harmful : harmless)) for tomorrow?")
    }
  }

  private func accuracy(_ classifier: Classifier, _ examples: [Example], withPrompt: Bool = true) -> Double {
    let hits = examples.count {
      classifier.score($0.text, prompt: withPrompt ? $0.prompt : nil).flagged.isEmpty == $0.labels.isEmpty
    }
    return Double(hits) / Double(examples.count)
  }

  @Test("the same answer to two prompts has two verdicts; without the prompts nothing can be learnt")
  func twoVerdicts() throws {
    let train = Self.exchanges(600, seed: 91)
    let classifier = try Classifier(bytes: ToyData.trainer().train(train).modelBytes)
    let test = Self.exchanges(200, seed: 92)
    #expect(accuracy(classifier, test) > 0.97)
    for answer in Self.answers {
      #expect(classifier.score(answer, prompt: "How do I make poison for tomorrow?").flagged.count == 1)
      #expect(classifier.score(answer, prompt: "How do I make bread for tomorrow?").flagged.isEmpty)
    }
    // The same as texts without prompts.
    let blind = train.map { Example(text: $0.text, labels: $0.labels) }
    let judge = try Classifier(bytes: ToyData.trainer().train(blind).modelBytes)
    #expect(accuracy(judge, test, withPrompt: false) < 0.6)
  }

  @Test("evaluation reads prompts")
  func evaluation() throws {
    let classifier = try Classifier(bytes: ToyData.trainer().train(Self.exchanges(600, seed: 94)).modelBytes)
    let test = Self.exchanges(200, seed: 95)
    #expect(try Evaluation(classifier, test).accuracy > 0.97)
    let blind = test.map { Example(text: $0.text, labels: $0.labels) }
    #expect(try Evaluation(classifier, blind).accuracy < 0.7)
  }
}
