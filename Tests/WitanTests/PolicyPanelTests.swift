import Testing
import Witan

/// Who of a panel speaks for whom of a policy, and what verdicts name.
struct PolicyPanelTests {
  private static let texts = ["", "a quiet afternoon in the garden", "one two three! four, five; six?"]

  /// A policy over `sided-1` and `sided-2` (`TestPanel.sided`), which it calls `one` and `two`.
  private static let policy: JSON = [
    "witan_policy": 1, "id": "tiny", "title": "Tiny", "version": "1", "missing": "hold",
    "owner": ["who": "w", "adopted": "a", "contact": "c"],
    "members": [
      ["name": "one", "constitution": "sided-1"],
      ["name": "two", "constitution": "sided-2", "version": "1.2", "digest": "sha256:2"],
    ],
    "floor": ["objects": "ask", "rules": [["when": "one/p0", "from": 0.01, "then": "annotate"]]],
  ]

  private func policy(_ path: [String] = [], _ value: JSON? = nil) throws -> Policy {
    let json = path.isEmpty ? Self.policy : try PolicyParsingTests.changed(Self.policy, path, value)
    return try Policy(json: json.text(), digest: "sha256:of-the-policy")
  }

  private func panel(_ signers: [String?] = [nil, nil], names: [String?] = [nil, nil]) throws -> Panel {
    try Panel(
      [1, 2].map { i in
        PanelMember(
          try TestPanel.sided(seed: UInt64(i)), name: names[i - 1], modelDigest: "sha256:model-\(i)",
          signer: signers[i - 1])
      })
  }

  @Test("members speak by their constitution or their name; verdicts name policy, constitution and model")
  func naming() throws {
    for (names, other) in [([nil, nil], "sided-1"), (["x", "two"], "x")] as [([String?], String)] {
      let panel = try panel(names: names)
      let speaking = try PolicyPanel(panel, policy())
      #expect(panel.members[0].name == other && speaking.missing.isEmpty)
      for text in Self.texts {
        let verdict = try speaking.verdict(panel.verdict(text).opinions)
        #expect(verdict.opinions.map(\.provenance.member) == ["one", "two"])
        #expect(verdict.opinions.map(\.provenance.modelDigest) == ["sha256:model-1", "sha256:model-2"])
        #expect(verdict.opinions.map(\.provenance.digest) == ["sha256:1", "sha256:2"])
        #expect(verdict.opinions.map(\.scores) == panel.verdict(text).opinions.map(\.scores))
        #expect(verdict.decision == speaking.policy.decide(verdict.opinions))
        #expect(
          verdict.decision?.policy
            == PolicyIdentity(id: "tiny", version: "1", digest: "sha256:of-the-policy"))
        let json = verdict.json
        #expect(json["decision"]?["policy"]?["digest"] == "sha256:of-the-policy")
        #expect(json["opinions"]?.array?[1]["provenance"]?["model_digest"] == "sha256:model-2")
      }
    }
    // In memory nobody knows of a file.
    #expect(try Policy(json: Self.policy.text()).identity.digest == nil)
  }

  @Test("a monitor of the panel's streams decides as the verdict on opinions, on every side")
  func monitoring() throws {
    let panel = try panel()
    let speaking = try PolicyPanel(panel, policy())
    var monitor = try speaking.makeMonitor()
    let stream = panel.makeStream()
    var random = SeededRandom(seed: 12)
    var seen = Set<GuardAction>()
    for side in [nil] + Side.allCases {
      for _ in 0..<30 {
        stream.begin(as: side)
        monitor.begin(as: side)
        for chunk in TestPanel.chunks(TestModel.randomText(&random, length: 200), &random) {
          stream.push(chunk)
          let action = monitor.decide(stream.read())
          let decision = try #require(try speaking.verdict(stream.opinions).decision)
          #expect(action == decision.action && monitor.decision == decision)
          seen.insert(action)
        }
      }
    }
    #expect(seen.count > 1, "\(seen)")
  }

  @Test("the signer that a policy demands must have signed")
  func signer() throws {
    let signed = try policy(["members", "0", "signer"], "Council")
    #expect(try PolicyPanel(panel(["Council", nil]), signed).missing.isEmpty)
    for (signer, found) in [(nil, "unknown"), ("Mallory", "'Mallory'")] as [(String?, String)] {
      let error = #expect(throws: WitanError.self) { try PolicyPanel(panel([signer, nil]), signed) }
      #expect(error?.place == "members.sided-1")
      #expect(
        error?.message == "cannot speak for 'one': its signer is \(found), the policy wants 'Council'")
      // Opinions that come in other ways are those of a missing member.
      let opinion = try Panel([
        PanelMember(TestPanel.sided(seed: 1), name: "one", signer: signer),
        PanelMember(TestPanel.sided(seed: 2), name: "two"),
      ]).verdict("").opinions
      let decision = signed.decide(opinion)
      #expect(decision.action >= .hold && (decision.rule != "missing" || decision.members == ["one"]))
      var monitor = try PolicyMonitor(
        signed,
        sources: [PolicySource(PanelMember(TestPanel.sided(seed: 1), name: "one", signer: signer))])
      _ = monitor.fail()
      #expect(monitor.decision.members == ["one", "two"])
    }
    #expect(signed.explanation.contains { $0.contains("signed by Council") && $0.contains("or of another") })
  }

  @Test("what does not fit is an error that names it")
  func faults() throws {
    func error(_ policy: Policy, _ panel: Panel, _ context: PolicyContext = PolicyContext()) -> WitanError? {
      #expect(throws: WitanError.self) { try PolicyPanel(panel, policy, context) }
    }
    let two = try panel()
    #expect(error(try policy(), two, PolicyContext(role: "x"))?.place == "role")
    let version = error(try policy(["members", "1", "version"], "9"), two)
    #expect(version?.message.contains("its version is '1.2', the policy wants '9'") == true)
    #expect(error(try policy(["floor", "rules", "0", "when"], "one/p99"), two)?.place == "one/p99")
    let twice = try Panel(["a", "b"].map { PanelMember(try TestPanel.sided(seed: 1), name: $0) })
    #expect(error(try policy(), twice)?.message.contains("could speak for 'one' as 'a' could") == true)
    let both = try policy(["members", "1"], ["name": "two", "constitution": "sided-1"])
    let alone = try Panel([PanelMember(TestPanel.sided(seed: 1))])
    #expect(error(both, alone)?.message.contains("for 'one' and for 'two'") == true)
    let layers: JSON = [["name": "house", "objects": "hold", "unless": "one/p0"]]
    var fields = try #require(Self.policy.object)
    fields["layers"] = layers
    let exempting = try Policy(json: JSON.object(fields).text())
    #expect(error(exempting, two)?.message.contains("neither permits nor encourages") == true)
    let speaking = try PolicyPanel(two, policy())
    #expect(throws: WitanError.self) { try speaking.verdict([]) }
    #expect(try PolicyPanel(alone, policy()).missing == ["two"])
  }
}
