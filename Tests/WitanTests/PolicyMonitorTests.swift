import CAllocationCounter
import Testing
import Witan

/// The policy of a stream decides as that of opinions.
struct PolicyMonitorTests {
  private static let absent = RandomPolicy.Numbers(p: RandomPolicy.labels.map { _ in 0 })

  private func source(_ name: String, _ numbers: RandomPolicy.Numbers) -> PolicySource {
    PolicySource(
      provenance: RandomPolicy.provenance(name), labels: numbers.labels,
      anyThreshold: numbers.any == nil ? nil : 0.5, isComplete: numbers.isComplete, abstains: numbers.abstains
    )
  }

  /// A case in which every `any` of a rule is there, as monitors demand.
  private func made(_ seed: Int) throws -> (Policy, PolicyContext, [RandomPolicy.Numbers?], RandomPolicy) {
    var random = RandomPolicy(seed: seed)
    let policy = try random.policy()
    let context = try random.context(policy)
    var numbers = random.numbers()
    for i in numbers.indices where numbers[i] != nil && numbers[i]?.any == nil {
      let name = RandomPolicy.members[i] + "/any"
      let layers = [policy.floor] + policy.layers + [context.user?.layer].compactMap { $0 }
      if layers.contains(where: { $0.rules.contains { $0.signals.contains { $0.name == name } } }) {
        numbers[i]?.any = 0.25
      }
    }
    return (policy, context, numbers, random)
  }

  @Test("a monitor's decisions are those of opinions with the same probabilities, reading after reading")
  func equals() throws {
    for seed in 0..<2000 {
      var (policy, context, numbers, random) = try made(seed)
      let sources = zip(RandomPolicy.members, numbers).compactMap { name, n in n.map { source(name, $0) } }
      var monitor = try PolicyMonitor(policy, context, sources: sources)
      monitor.begin(as: .response)
      #expect(monitor.decision == policy.decide([], context), "seed \(seed)")
      for _ in 0..<4 {
        for i in numbers.indices {
          for k in RandomPolicy.labels.indices { numbers[i]?.p[k] = Float(random.random.below(21)) / 20 }
          if numbers[i]?.any != nil { numbers[i]?.any = Float(random.random.below(21)) / 20 }
        }
        let reading = numbers.compactMap { $0 }.flatMap { $0.p + ($0.any.map { [$0] } ?? []) }
        #expect(monitor.outputs == reading.count)
        let action = reading.withUnsafeBufferPointer { monitor.decide($0) }
        let expected = policy.decide(RandomPolicy.opinions(numbers), context)
        #expect(action == expected.action && monitor.decision == expected, "seed \(seed)")
      }
      #expect(monitor.fail() == policy.decide([], context).action, "seed \(seed)")
      #expect(monitor.decision == policy.decide([], context), "seed \(seed)")
    }
  }

  @Test("a member is silent on the sides that it has no rules about, and there alone")
  func sides() throws {
    let policy = try Policy(json: PolicyParsingTests.minimal.text())
    let labels = [Label(id: "bad", stance: .prohibit, side: .response)]
    let sources = [("one", "one"), ("two", "second")].map { name, constitution in
      PolicySource(
        provenance: Provenance(member: name, constitution: constitution), labels: labels, anyThreshold: 0.5)
    }
    var monitor = try PolicyMonitor(policy, sources: sources)
    let reading: [Float] = [0.9, 0.9, 0.9, 0.9]
    let cases: [(Side?, GuardAction)] = [
      (nil, .ask), (.prompt, .emit), (.response, .ask), (.exchange, .ask), (.prompt, .emit),
    ]
    for (side, action) in cases {
      monitor.begin(as: side)
      #expect(monitor.decision.rule == "missing")
      #expect(reading.withUnsafeBufferPointer { monitor.decide($0) } == action, "\(String(describing: side))")
    }
  }

  @Test("a classifier with prediction sets objects, accepts and cannot tell as its opinions do")
  func predictionSets() throws {
    for (lower, upper) in [(0.3, 0.6), (0.6, 0.3), (0.5, 0.5), (0, 1)] as [(Double, Double)] {
      let classifier = try TestPanel.judging(lower: lower, upper: upper)
      let panel = try Panel([PanelMember(classifier, name: "one")])
      var fields = try #require(PolicyParsingTests.minimal.object)
      fields["members"] = [["name": "one", "constitution": "judging"]]
      fields["layers"] = nil
      fields["floor"] = ["objects": "terminate", "undecided": "ask"]
      let speaking = try PolicyPanel(panel, Policy(json: JSON.object(fields).text()))
      var monitor = try speaking.makeMonitor()
      var seen = Set<GuardAction>()
      for side in [nil, Side.prompt, .response] {
        monitor.begin(as: side)
        for i in 0...200 {
          let p = Float(i) / 200
          let applies = side != .prompt
          let reading = [applies ? p : 0, 0.1, applies ? p : 0]
          let scores = Scores(
            labels: classifier.spec.labels, probabilities: Array(reading.prefix(2)), any: reading[2],
            features: 1,
            replacements: 0, isTruncated: false)
          let opinion = Opinion(
            classifier, scores, side: side, provenance: panel.members[0].provenance)
          let expected = try #require(try speaking.verdict([opinion]).decision)
          let action = reading.withUnsafeBufferPointer { monitor.decide($0) }
          #expect(
            action == expected.action && monitor.decision == expected, "\(p) on \(String(describing: side))")
          seen.insert(action)
        }
      }
      #expect(seen.count >= 2, "\(lower), \(upper): \(seen)")
    }
  }

  @Test("a reading of another size, or of no probabilities, is of missing members")
  func damage() throws {
    let policy = try Policy(json: PolicyParsingTests.minimal.text())
    var numbers = Self.absent
    numbers.any = 0
    let sources = ["one", "two"].map { name in
      PolicySource(
        provenance: Provenance(member: name, constitution: name == "one" ? "one" : "second"),
        labels: RandomPolicy.labels, anyThreshold: 0.5)
    }
    var monitor = try PolicyMonitor(policy, sources: sources)
    var reading = [Float](repeating: 0, count: 12)
    #expect(reading.withUnsafeBufferPointer { monitor.decide($0) } == .emit)
    reading[3] = .nan
    #expect(reading.withUnsafeBufferPointer { monitor.decide($0) } == .hold)
    #expect(monitor.decision.rule == "missing" && monitor.decision.members == ["one"])
    reading[3] = 0
    #expect(reading.withUnsafeBufferPointer { monitor.decide($0) } == .emit)
    #expect(reading.dropLast().withContiguousStorageIfAvailable { monitor.decide($0) } == .hold)
    #expect(monitor.decision.members == ["one", "two"])
  }

  @Test("what a source lacks is an error")
  func faults() throws {
    let policy = try Policy(json: PolicyParsingTests.minimal.text())
    func error(_ sources: [PolicySource], _ context: PolicyContext = PolicyContext()) -> WitanError? {
      #expect(throws: WitanError.self) { try PolicyMonitor(policy, context, sources: sources) }
    }
    let other = PolicySource(
      provenance: Provenance(member: "one", constitution: "one"), labels: [Label(id: "bat")],
      anyThreshold: nil)
    let unknown = error([other])
    #expect(unknown?.place == "one/bad" && unknown?.message.contains("did you mean 'bat'?") == true)
    let two = PolicySource(
      provenance: Provenance(member: "two", constitution: "second"), labels: [], anyThreshold: 0.5)
    #expect(error([two, two])?.place == "sources.two")
    #expect(error([two], PolicyContext(role: "r"))?.place == "role")
  }

  @Test("deciding allocates nothing")
  func allocations() throws {
    for seed in 0..<50 {
      let (policy, context, numbers, _) = try made(seed)
      let sources = zip(RandomPolicy.members, numbers).compactMap { name, n in n.map { source(name, $0) } }
      var monitor = try PolicyMonitor(policy, context, sources: sources)
      var readings: [[Float]] = []
      for i in 0..<8 {
        var reading: [Float] = []
        for k in 0..<monitor.outputs { reading.append(Float((k * 7 + i * 3) % 11) / 10) }
        readings.append(reading)
      }
      var severest = GuardAction.emit
      for reading in readings {
        severest = max(severest, reading.withUnsafeBufferPointer { monitor.decide($0) })
      }
      witan_allocations_start()
      for reading in readings {
        severest = max(severest, reading.withUnsafeBufferPointer { monitor.decide($0) })
      }
      let count = witan_allocations_stop()
      #expect(count <= 0, "seed \(seed) \(severest): \(count)")
    }
  }
}
