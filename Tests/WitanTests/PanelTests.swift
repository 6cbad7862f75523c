import CAllocationCounter
import Testing
import Witan

/// Each member of a panel says, bit for bit, what its classifier says alone.
@Suite(.serialized) struct PanelTests {
  private func bits(_ p: UnsafeBufferPointer<Float>) -> [UInt32] { p.map(\.bitPattern) }

  @Test("documents: the probabilities of all members are those of each alone, on every backend")
  func documents() throws {
    let classifiers = try TestPanel.classifiers()
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 3)
    let texts = (0..<150).map { i in i % 10 == 0 ? [] : BulkRun.randomText(&random) }
    let expected = classifiers.map { BulkRun.streamed($0, texts).map { Array($0.dropLast(2)) } }
    KernelTests.withEveryBackend { backend in
      for log2Words in [1, 9] {
        let scorer = PanelScorer(panel, log2Words: log2Words)
        var scored: [[UInt32]] = []
        func flush() {
          let p = scorer.flush()
          for i in 0..<p.count / panel.outputCount {
            scored.append(p[i * panel.outputCount..<(i + 1) * panel.outputCount].map(\.bitPattern))
          }
        }
        for text in texts {
          if scorer.isFull { flush() }
          text.withUnsafeBufferPointer { scorer.add($0) }
        }
        flush()
        for member in classifiers.indices {
          for i in texts.indices {
            #expect(
              Array(scored[i][panel.outputs(of: member)]) == expected[member][i],
              "\(backend), member \(member), text \(i)")
          }
        }
      }
    }
  }

  @Test("streams: any split, read at any time, gives what each member's stream gives, on every backend")
  func streams() throws {
    let classifiers = try TestPanel.classifiers()
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 4)
    KernelTests.withEveryBackend { backend in
      let stream = panel.makeStream()
      for round in 0..<12 {
        let text = TestModel.randomText(&random, length: 1 + random.below(500))
        let alone = classifiers.map { $0.makeStream() }
        stream.reset()
        for chunk in TestPanel.chunks(text, &random) {
          stream.push(chunk)
          for one in alone { one.push(chunk) }
          guard random.below(3) == 0 else { continue }
          #expect(bits(stream.read()) == alone.flatMap { bits($0.read()) }, "\(backend), round \(round)")
        }
        stream.finish()
        for one in alone { one.finish() }
        #expect(bits(stream.read()) == alone.flatMap { bits($0.read()) }, "\(backend), round \(round)")
        #expect(stream.byteCount == text.count)
      }
    }
  }

  @Test("opinions are the scores of each alone: probabilities, doubts, features, with sides and prompts")
  func opinions() throws {
    let classifiers = try TestPanel.classifiers()
    let panel = try TestPanel.panel(classifiers)
    let scorer = PanelScorer(panel)
    var random = SeededRandom(seed: 5)
    var texts: [(text: String, prompt: String?, side: Side?)] = []
    for i in 0..<30 {
      let text = String(decoding: TestModel.randomText(&random, length: random.below(200)), as: UTF8.self)
      let prompt = String(decoding: TestModel.randomText(&random, length: random.below(90)), as: UTF8.self)
      texts.append((text, i % 5 == 4 ? prompt : nil, i % 5 == 4 ? nil : ([nil] + Side.allCases)[i % 5]))
    }
    for (text, prompt, side) in texts { scorer.add(text, prompt: prompt, side: side) }
    _ = scorer.flush()
    for (i, (text, prompt, side)) in texts.enumerated() {
      let verdicts = [scorer.verdict(of: i), panel.verdict(text, prompt: prompt, side: side)]
      for verdict in verdicts {
        #expect(verdict.opinions.count == classifiers.count)
        for (opinion, classifier) in zip(verdict.opinions, classifiers) {
          let stream = classifier.makeStream()
          if prompt != nil { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
          stream.push(text)
          stream.finish()
          #expect(opinion.scores == stream.scores, "text \(i), \(opinion.provenance.member)")
          #expect(opinion.side == stream.side)
          #expect(opinion.isComplete == classifier.isComplete)
        }
      }
    }
    // The comparison above is of something: doubts are there, and texts are told apart.
    #expect(scorer.opinions(of: 1).last?.scores.doubts != nil)
    #expect(scorer.opinions(of: 1).last?.scores != scorer.opinions(of: 2).last?.scores)
  }

  @Test("members that join or leave make another panel; running streams go on undisturbed")
  func running() throws {
    let classifiers = try [
      TestPanel.sided(seed: 1), TestPanel.sided(seed: 2), TestPanel.sided(seed: 3, dimensions: 16),
    ]
    let panel = try Panel(classifiers.prefix(2).map { PanelMember($0) })
    let (stream, alone) = (panel.makeStream(), classifiers.map { $0.makeStream() })
    stream.push("the quick ")
    for one in alone { one.push("the quick ") }
    let larger = try panel.adding(PanelMember(classifiers[2]))
    let other = try larger.dropping("sided-1")
    #expect(panel.members.map(\.name) == ["sided-1", "sided-2"])
    #expect(larger.members.map(\.name) == ["sided-1", "sided-2", "sided-3"])
    #expect(other.members.map(\.name) == ["sided-2", "sided-3"])
    stream.push("brown fox")
    for one in alone { one.push("brown fox") }
    #expect(bits(stream.read()) == alone.prefix(2).flatMap { bits($0.read()) })
    let (second, third) = (larger.makeStream(), other.makeStream())
    for one in [second, third] { one.push("the quick brown fox") }
    #expect(bits(second.read()) == alone.flatMap { bits($0.read()) })
    #expect(bits(third.read()) == alone.dropFirst().flatMap { bits($0.read()) })
  }

  @Test("provenance says whose words an opinion rests on")
  func provenance() throws {
    let panel = try Panel([
      PanelMember(TestPanel.sided(seed: 4)), PanelMember(TestModel.classifier(), name: "plain"),
    ])
    let opinions = panel.verdict("some text").opinions
    #expect(
      opinions.map(\.provenance) == [
        Provenance(
          member: "sided-4", title: "Sided 4", constitution: "sided-4", version: "1.4", digest: "sha256:4",
          author: "Author 4"), Provenance(member: "plain"),
      ])
    #expect(opinions.map(\.origin) == [.synthetic, .training])
  }

  @Test("names are unique, members are one to 256, and who is dropped is there; errors name the member")
  func errors() throws {
    let classifier = TestModel.classifier()
    func message(_ body: () throws(WitanError) -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return error.description
      }
    }
    let one = PanelMember(classifier, name: "one")
    #expect(
      message { () throws(WitanError) in _ = try Panel([one, one]) }
        == "members.one: is the name of two members; give one of them another")
    #expect(
      message { () throws(WitanError) in _ = try Panel([]) }
        == "members: there are 0; a panel has 1 to 256 members")
    let many = (0..<257).map { PanelMember(classifier, name: "\($0)") }
    #expect(
      message { () throws(WitanError) in _ = try Panel(many) }
        == "members: there are 257; a panel has 1 to 256 members")
    let panel = try Panel([one, PanelMember(classifier, name: "two")])
    #expect(
      message { () throws(WitanError) in _ = try panel.dropping("three") }
        == "members.three: is no member; there are one, two")
    let wide = try Classifier(bytes: TestModel.bytes(labels: 4000, log2Buckets: 8))
    #expect(
      message { () throws(WitanError) in
        _ = try Panel((0..<3).map { PanelMember(wide, name: "wide-\($0)") })
      }?.hasPrefix("members.wide-2: with this member the panel has 12000 columns") == true)
  }

  @Test("a fork goes on by itself")
  func fork() throws {
    let panel = try TestPanel.panel(TestPanel.classifiers())
    let stream = panel.makeStream()
    stream.begin(as: .response)
    stream.push("the quick bro")
    let fork = stream.fork()
    #expect(bits(fork.read()) == bits(stream.read()))
    fork.push("wn fox")
    stream.push("ken dish")
    let whole = panel.makeStream()
    whole.begin(as: .response)
    whole.push("the quick brown fox")
    #expect(bits(fork.read()) == bits(whole.read()))
    #expect(bits(fork.read()) != bits(stream.read()))
    #expect(fork.byteCount == whole.byteCount)
  }

  @Test("nothing is allocated by a push, a reading or a text of a batch")
  func memory() throws {
    let panel = try TestPanel.panel(TestPanel.classifiers())
    let (stream, scorer) = (panel.makeStream(), PanelScorer(panel))
    var random = SeededRandom(seed: 6)
    let texts = (0..<PanelScorer.size).map { _ in TestModel.randomText(&random, length: 200) }
    var sum: Float = 0
    func round() -> Int {
      witan_allocations_start()
      for text in texts {
        text.withUnsafeBufferPointer { text in
          stream.push(text)
          sum += stream.read()[0]
          scorer.add(text)
        }
      }
      sum += scorer.flush()[0]
      return witan_allocations_stop()
    }
    for _ in 0..<3 { _ = round() }
    for _ in 0..<5 { #expect(round() <= 0) }
    #expect(sum.isFinite)
    #expect(stream.stateByteCount < 200_000)
  }
}
