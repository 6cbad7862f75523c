import Testing
import Witan

/// Guards over panels: what rules say of a member follows as from a guard of that member alone.
struct PanelGuardTests {
  /// The options with rules about `member-i/label-j` for those about `label-j`.
  private static func named(_ options: GuardOptions, _ member: Int) -> GuardOptions {
    var options = options
    options.rules = Dictionary(
      uniqueKeysWithValues: options.rules.map { ("member-\(member)/\($0.key)", $0.value) })
    return options
  }

  private func isSame(_ a: GuardReason?, _ b: GuardReason?, _ member: Int) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return a.output == b.output.map { "member-\(member)/\($0)" } && a.cause == b.cause && a.action == b.action
      && a.probability == b.probability && a.onsetWord == b.onsetWord && a.onsetByte == b.onsetByte
      && a.byte == b.byte
  }

  @Test(
    "rules about one member decide as its own guard does: windows, debounce, limits, any split",
    arguments: [false, true])
  func oneMember(alike: Bool) throws {
    let classifiers = try TestPanel.four(alike: alike)
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 41)
    var causes: [String: Int] = [:]
    for round in 0..<60 {
      let member = [0, 2][round % 2]
      let options = GuardRun.options(&random, GuardRun.thresholds(classifiers[member]))
      let one = try StreamGuard(classifiers[member], options)
      let all = try StreamGuard(panel, Self.named(options, member))
      let text = TestModel.randomText(&random, length: random.below(700))
      let alone = GuardRun(one, GuardRun.chunks(text, &random))
      let together = GuardRun(all, GuardRun.chunks(text, &random))
      #expect(together.emitted == alone.emitted)
      #expect(together.verdict.held == alone.verdict.held)
      #expect(isSame(together.verdict.reason, alone.verdict.reason, member), "round \(round)")
      #expect(together.events.count == alone.events.count)
      for (a, b) in zip(together.events, alone.events) {
        #expect(a.kind == b.kind && a.byte == b.byte && isSame(a.reason, b.reason, member))
      }
      #expect((together.byteCount, together.wordCount) == (alone.byteCount, alone.wordCount))
      causes[alone.verdict.reason?.cause.rawValue ?? "end", default: 0] += 1
    }
    #expect(causes["output", default: 0] > 5 && causes["end", default: 0] > 5, "\(causes)")
  }

  @Test("the default rule is about each member's any, and of several rules the strictest decides")
  func strictest() throws {
    let classifiers = try TestPanel.four()
    let panel = try TestPanel.panel(classifiers)
    let usual = classifiers.map { GuardRun.thresholds($0).last! }
    var random = SeededRandom(seed: 42)
    var deciding: Set<String> = []
    for round in 0..<60 {
      var own = classifiers.map { _ in GuardOptions(rewindTokens: 0, windows: [3]) }
      var options = own[0]
      if round % 2 == 0 {
        let rule = DecisionRule(on: Float(0.9 + 0.0999 * random.unit()))
        options.defaultRule = rule
        for i in own.indices { own[i].defaultRule = rule }
      } else {
        // Thresholds that each member often stays below.
        for i in own.indices {
          let rule = DecisionRule(on: min(0.9999, usual[i] + (1 - usual[i]) * Float(random.unit())))
          options.rules["member-\(i)/any"] = rule
          own[i].defaultRule = rule
        }
      }
      let text = TestModel.randomText(&random, length: 300)
      let alone = try zip(classifiers, own).map { GuardRun(try StreamGuard($0, $1), [text]) }
      let together = GuardRun(try StreamGuard(panel, options), [text])
      let first = alone.compactMap { $0.verdict.reason?.byte }.min()
      #expect(together.verdict.reason?.byte == first)
      #expect(together.verdict.action == (first == nil ? .emit : .terminate))
      if let first, let name = together.verdict.reason?.output {
        deciding.insert(name)
        let member = classifiers.indices.first { "member-\($0)/any" == name }
        #expect(alone[try #require(member)].verdict.reason?.byte == first)
      }
    }
    #expect(deciding.count > 1, "\(deciding)")
  }

  @Test("rewinding and pushing is as if the tokens had never come", arguments: [false, true])
  func rewind(alike: Bool) throws {
    let classifiers = try TestPanel.four(alike: alike)
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 43)
    for _ in 0..<25 {
      var options = GuardRun.options(&random, GuardRun.thresholds(classifiers[2]))
      options.maximumHeldBytes = max(400, options.maximumHeldBytes)
      options = Self.named(options, 2)
      let (drafting, plain) = (try StreamGuard(panel, options), try StreamGuard(panel, options))
      var (emitted, plainEmitted): ([UInt8], [UInt8]) = ([], [])
      for token in GuardRun.chunks(TestModel.randomText(&random, length: 400), &random) {
        let (drafts, before, mark) = (random.below(5), drafting.verdict, drafting.mark())
        var retracted = 0
        for _ in 0..<drafts {
          retracted += drafting.push(TestModel.randomText(&random, length: random.below(40))).emit
        }
        let taken =
          random.below(2) == 0 ? try drafting.rewind(tokens: drafts) : try drafting.rewind(to: mark)
        #expect(taken == retracted)
        #expect(drafting.verdict == before)
        #expect(drafting.push(token) == plain.push(token))
        drafting.withEmittable { emitted += $0 }
        plain.withEmittable { plainEmitted += $0 }
        #expect(drafting.save() == plain.save())
      }
      #expect(drafting.finish() == plain.finish())
      #expect(emitted == plainEmitted)
    }
  }

  @Test(
    "forked and saved guards go on as the one they come from; other panels refuse them",
    arguments: [false, true])
  func forkAndSave(alike: Bool) throws {
    let classifiers = try TestPanel.four(alike: alike)
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 44)
    for _ in 0..<15 {
      let options = Self.named(GuardRun.options(&random, GuardRun.thresholds(classifiers[0])), 0)
      let one = try StreamGuard(panel, options)
      one.begin(prompt: random.below(2) == 0 ? "Is it so?" : nil)
      for _ in 0..<random.below(20) { _ = one.push(TestModel.randomText(&random, length: 20)) }
      let resumed = try StreamGuard(panel, options)
      try resumed.resume(one.save())
      let fork = one.fork()
      for _ in 0..<10 {
        let chunk = TestModel.randomText(&random, length: random.below(40))
        let step = one.push(chunk)
        for copy in [fork, resumed] {
          let own = copy.push(chunk)
          #expect(own.emit == step.emit && own.held == step.held && own.action == step.action)
        }
      }
      for copy in [fork, resumed] { #expect(copy.save() == one.save()) }
      let other = try StreamGuard(panel.adding(PanelMember(classifiers[0], name: "more")), options)
      #expect(throws: WitanError.self) { try other.resume(one.save()) }
    }
  }

  @Test("the limit of features is met at the same byte as by the classifier, however the text is cut")
  func features() throws {
    let classifier = try TestPanel.alike(1)[0]
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 1, action: .annotate), maximumBytes: 1 << 40)
    let panel = try Panel([PanelMember(classifier, name: "one")])
    let word = Array(String(repeating: "\u{FDFA}", count: 40).utf8) + [0x20]  // 18 letters each
    var ends: Set<Int?> = []
    for cuts in [[word], [Array(word.dropLast()), [0x20]], [Array(word[..<7]), Array(word[7...])]] {
      for one in [try StreamGuard(classifier, options), try StreamGuard(panel, options)] {
        while !one.isEnded { for cut in cuts { _ = one.push(cut) } }
        #expect(one.verdict.reason?.cause == .length)
        ends.insert(one.verdict.reason?.byte)
      }
    }
    #expect(ends.count == 1, "\(ends)")
  }

  @Test("a member that the default rule finds nothing to watch of is an error, and none where it is named")
  func nothingToWatch() throws {
    let plain = try Classifier(bytes: TestModel.bytes(labels: 2, task: .singleLabel))
    let panel = try TestPanel.panel([TestModel.classifier(.dense, hasAny: true), plain])
    let error = #expect(throws: WitanError.self) { try StreamGuard(panel) }
    #expect(error?.message.contains("watch nothing of 'member-1'") == true, "\(String(describing: error))")
    let name = panel.outputNames[panel.outputs(of: 1).lowerBound]
    _ = try StreamGuard(panel, GuardOptions(rules: [name: DecisionRule(on: 0.9)]))
  }

  @Test("errors name the rule and what there is; views are not looked for")
  func errors() throws {
    let panel = try TestPanel.panel(TestPanel.four())
    func message(_ options: GuardOptions) -> String? {
      do {
        _ = try StreamGuard(panel, options)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(
      message(GuardOptions(rules: ["any": DecisionRule()]))
        == "rules.any: is no output of this panel; name one as MEMBER/PRINCIPLE or MEMBER/any, of "
        + "member-0, member-1, member-2, member-3")
    #expect(
      message(GuardOptions(rules: ["member-1/p3": DecisionRule(), "member-3/any": DecisionRule()])) == nil)
    #expect(
      message(GuardOptions(rewindTokens: 0, looksForViews: true))
        == "views: are not looked for by panels; guard one classifier")
    #expect(try StreamGuard(panel).stream == nil)
    #expect(try StreamGuard(panel).panelStream?.panel === panel)
    #expect(panel.outputNames.count == panel.outputCount)
    #expect(panel.outputNames[panel.outputs(of: 1).lowerBound + 3] == "member-1/p3")
  }
}
