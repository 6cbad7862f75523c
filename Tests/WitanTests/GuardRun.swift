import Witan

/// What came of pushing a text through a guard in one way.
struct GuardRun: Equatable {
  var emitted: [UInt8] = []
  var events: [GuardEvent] = []
  var verdict: GuardStep
  var byteCount: Int
  var wordCount: Int

  /// Pushes `chunks`, finishes, and checks after each push what holds at all times.
  init(_ streamGuard: StreamGuard, _ chunks: [[UInt8]], finishes: Bool = true) {
    streamGuard.reset()
    var emitted: [UInt8] = []
    var events: [GuardEvent] = []
    func take(_ step: GuardStep) {
      streamGuard.withEmittable { emitted += $0 }
      while let event = streamGuard.nextEvent() { events.append(event) }
      precondition(emitted.count == streamGuard.emittedByteCount)
      precondition(step.held == streamGuard.byteCount - emitted.count)
    }
    for chunk in chunks { take(streamGuard.push(chunk)) }
    if finishes { take(streamGuard.finish()) }
    (self.emitted, self.events) = (emitted, events)
    verdict = streamGuard.verdict
    (byteCount, wordCount) = (streamGuard.byteCount, streamGuard.wordCount)
  }

  /// A text cut at random.
  static func chunks(_ text: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      let n = min(rest.count, random.below(3) == 0 ? random.below(200) : random.below(7))
      chunks.append(Array(rest.prefix(n)))
      rest = rest.dropFirst(n)
    }
    return chunks
  }

  /// Rules of all kinds over the outputs of a test model, at thresholds that its scores often cross.
  static func options(
    _ random: inout SeededRandom, _ thresholds: [Float], actions: [GuardAction] = GuardAction.allCases
  ) -> GuardOptions {
    var options = GuardOptions(defaultRule: nil, holdWords: random.below(2) == 0 ? 0 : random.below(9))
    for _ in 0...random.below(3) {
      let output = random.below(thresholds.count - 1)
      let on = min(0.9999, thresholds[output] * Float(0.9 + random.unit() * 0.15))
      let m = 1 + random.below(6)
      options.rules["label-\(output)"] = DecisionRule(
        on: on, off: random.below(2) == 0 ? nil : on * 0.9,
        debounce: random.below(2) == 0 ? .consecutive(m) : .of(1 + random.below(m), m),
        action: random.pick(actions))
    }
    options.maximumWordBytes = random.pick([16, 64, 256])
    if random.below(2) == 0 { options.windows = [1 + random.below(4), 8 + random.below(20)] }
    if random.below(3) == 0 { options.topGrades = 2 + random.below(9) }
    if random.below(4) == 0 { options.maximumHeldBytes = options.maximumWordBytes + 4 + random.below(100) }
    if random.below(4) == 0 {
      options.maximumBytes = 1 + random.below(600)
      options.atMaximumBytes = random.pick([.terminate, .annotate])
    }
    return options
  }

  /// The probability of each output that nine of ten words stay below.
  static func thresholds(_ classifier: Classifier) -> [Float] {
    var random = SeededRandom(seed: 77)
    let stream = classifier.makeStream()
    var seen: [[Float]] = []
    for _ in 0..<20 {
      stream.reset()
      for chunk in chunks(TestModel.randomText(&random, length: 400), &random) {
        stream.push(chunk)
        seen.append(Array(stream.read()))
      }
    }
    return (0..<classifier.spec.outputs).map { j in
      min(0.999, max(0.001, seen.map { $0[j] }.sorted()[seen.count * 9 / 10]))
    }
  }
}
