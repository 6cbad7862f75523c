import Testing
import Witan

/// Guards of prompts, of answers, and of answers in the light of their prompts.
struct GuardSideTests {
  /// Prohibited principles about prompts, about answers and about both.
  private static func classifier() throws -> Classifier {
    let sides: [Side?] = [.prompt, .response, nil]
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
      labels: sides.enumerated().map { Label(id: "label-\($0)", stance: .prohibit, side: $1) }, hasAny: true)
    return try Classifier(
      bytes: ModelFile.encode(spec: spec, weights: TestModel.weights(spec), metadata: [:]))
  }

  private static let options = GuardOptions(
    rules: Dictionary(
      uniqueKeysWithValues: (0..<3).map { ("label-\($0)", DecisionRule(on: 1e-6, action: .annotate)) }),
    defaultRule: nil, rewindTokens: 0, windows: [2, 5])
  private static let text = "some words of a text that is longer than all of its windows are "

  private func outputsOn(_ streamGuard: StreamGuard) -> Set<String> {
    _ = streamGuard.push(Self.text)
    var found: Set<String> = []
    while let event = streamGuard.nextEvent() { found.insert(event.reason.output ?? "") }
    return found
  }

  @Test("rules of principles of the other side do not turn on", arguments: [false, true])
  func sides(looksForViews: Bool) throws {
    var options = Self.options
    options.looksForViews = looksForViews
    let one = try StreamGuard(Self.classifier(), options)
    #expect(outputsOn(one) == ["label-0", "label-1", "label-2"])
    one.begin(as: .prompt)
    #expect(outputsOn(one) == ["label-0", "label-2"])
    one.begin(as: .response)
    #expect(outputsOn(one) == ["label-1", "label-2"])
    one.begin(prompt: "What is it?")
    #expect(outputsOn(one) == ["label-1", "label-2"])
    one.reset()
    #expect(outputsOn(one).count == 3)
  }

  @Test("one answer to two prompts has two grades, also beyond all windows", arguments: [false, true])
  func prompts(looksForViews: Bool) throws {
    var options = Self.options
    options.looksForViews = looksForViews
    let one = try StreamGuard(Self.classifier(), options)
    func grades(_ prompt: String?) -> [Float] {
      one.begin(prompt: prompt)
      _ = one.push(Self.text)
      return Array(one.grades)
    }
    let (sugar, poison) = (grades("May I add sugar?"), grades("May I add poison?"))
    #expect(sugar[1] != poison[1] && sugar[0] == 0)
    #expect(sugar == grades("May I add sugar?"))
    one.begin(prompt: "May I add sugar?")
    _ = one.push(String(Self.text.prefix(30)))
    let fork = one.fork()
    _ = fork.push(String(Self.text.dropFirst(30)))
    #expect(Array(fork.grades) == sugar)
  }

  @Test("a stream of a pool stands where it was opened, and nowhere when its place is taken anew")
  func pool() throws {
    let classifier = try Self.classifier()
    let pool = try StreamPool(classifier, Self.options, capacity: 3)
    let alone = try StreamGuard(classifier, Self.options)
    for round in 0..<3 {
      let ids = [
        try pool.open(as: .prompt), try pool.open(prompt: "Round \(round)?"), try pool.open(),
      ]
      for id in ids { try pool.push(Self.text, to: id) }
      pool.step { _, _ in }
      for (i, id) in ids.enumerated() {
        switch i {
        case 0: alone.begin(as: .prompt)
        case 1: alone.begin(prompt: "Round \(round)?")
        default: alone.reset()
        }
        _ = alone.push(Self.text)
        #expect(try pool.verdict(of: id) == alone.verdict)
        while let event = alone.nextEvent() { #expect(try pool.nextEvent(of: id) == event) }
        #expect(try pool.nextEvent(of: id) == nil)
      }
      for id in ids.shuffled() { try pool.close(id) }
    }
  }
}
