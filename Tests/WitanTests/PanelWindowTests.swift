import CAllocationCounter
import Testing
import Witan

/// Windows of panel streams: each member says, bit for bit, what its own windowed stream says.
@Suite(.serialized) struct PanelWindowTests {
  private func bits(_ p: UnsafeBufferPointer<Float>) -> [UInt32] { p.map(\.bitPattern) }

  @Test("windows: what each member's own windowed stream says, any split, side and prompt, on every backend")
  func windows() throws {
    let classifiers = try TestPanel.classifiers()
    let panel = try TestPanel.panel(classifiers)
    var random = SeededRandom(seed: 31)
    let sizes = [9, 3]
    var differences = 0
    try KernelTests.withEveryBackend { backend in
      let stream = try panel.makeStream(windows: sizes)
      let alone = try classifiers.map { try $0.makeStream(windows: sizes) }
      for round in 0..<5 {
        let prompt = round == 4 ? "What is 日本語, and who asks?" : nil
        let side = ([nil] + Side.allCases)[round % 4]
        if prompt != nil { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
        for one in alone { if prompt != nil { one.begin(prompt: prompt) } else { one.begin(as: side) } }
        for _ in 0..<25 {
          let word = TestModel.randomText(&random, length: 1 + random.below(40))
          for chunk in TestPanel.chunks(word, &random) { stream.push(chunk) }
          for one in alone { one.push(word) }
          if random.below(4) > 0 {
            stream.advance()
            for one in alone { one.advance() }
          }
          guard random.below(2) == 0 else { continue }
          let largest = bits(stream.readLargest())
          #expect(largest == alone.flatMap { bits($0.readLargest()) }, "\(backend), round \(round)")
          let whole = bits(stream.read())
          #expect(whole == alone.flatMap { bits($0.read()) }, "\(backend), round \(round)")
          if largest != whole { differences += 1 }
        }
        stream.finish()
        for one in alone { one.finish() }
        #expect(bits(stream.readLargest()) == alone.flatMap { bits($0.readLargest()) })
      }
    }
    #expect(differences > 20)
  }

  @Test("opinions through windows: the same probabilities, findings of them, the rest of the whole text")
  func opinions() throws {
    let classifiers = try [TestPanel.sided(), TestPanel.judging(lower: 0.4, upper: 0.6)]
    let panel = try TestPanel.panel(classifiers)
    let stream = try panel.makeStream(windows: [4])
    var random = SeededRandom(seed: 32)
    var findings: Set<Finding> = []
    for _ in 0..<60 {
      stream.push(TestModel.randomText(&random, length: 12) + [0x20])
      stream.advance()
      let largest = Array(stream.readLargest())
      for (i, opinion) in stream.windowedOpinions.enumerated() {
        let own = Array(largest[panel.outputs(of: i)])
        #expect(opinion.scores.probabilities + [opinion.scores.any!] == own)
        if i == 1 { #expect(opinion.finding == classifiers[i].finding(of: opinion.scores, side: nil)) }
        #expect(opinion.scores.doubts == nil)
        #expect(opinion.scores.features == stream.opinions[i].scores.features)
        findings.insert(opinion.finding)
      }
    }
    #expect(findings.count > 1)
  }

  @Test("without windows the largest is the whole text; windows out of range are refused")
  func limits() throws {
    let panel = try TestPanel.panel([TestModel.classifier(hasAny: true), TestPanel.sided()])
    let stream = panel.makeStream()
    stream.push("some words ")
    stream.advance()
    #expect(bits(stream.readLargest()) == bits(stream.read()))
    for sizes in [[0], [4097], [-1, 3]] {
      #expect(throws: WitanError.self) { try panel.makeStream(windows: sizes) }
    }
  }

  @Test("forks and resumed streams go on as the one they come from, in windows too")
  func forkAndResume() throws {
    let classifiers = try TestPanel.classifiers()
    let (panel, same) = (try TestPanel.panel(classifiers), try TestPanel.panel(classifiers))
    var random = SeededRandom(seed: 33)
    for round in 0..<6 {
      let sizes = round % 2 == 0 ? [2, 7] : []
      let stream = try panel.makeStream(windows: sizes)
      if round == 2 { stream.begin(prompt: "Is it so?") }
      if round > 2 { stream.begin(as: .response) }
      for _ in 0..<30 {
        stream.push(TestModel.randomText(&random, length: random.below(30)))
        if random.below(3) > 0 { stream.advance() }
        guard random.below(5) == 0 else { continue }
        let saved = stream.save()
        let resumed = try same.makeStream(windows: sizes)
        resumed.push("something else")
        try resumed.resume(saved)
        #expect(resumed.save() == saved)
        let fork = stream.fork()
        let next = TestModel.randomText(&random, length: 60)
        let chunks = TestPanel.chunks(next, &random)
        for copy in [fork, resumed] {
          #expect(copy.byteCount == stream.byteCount && copy.side == stream.side)
          for chunk in chunks { copy.push(chunk) }
          copy.advance()
        }
        #expect(fork.save() == resumed.save())
        // The origin goes on by itself, and then comes to the same.
        let before = bits(stream.readLargest())
        #expect(before == bits(stream.readLargest()))
        stream.push(next)
        stream.advance()
        for copy in [fork, resumed] {
          #expect(bits(copy.readLargest()) == bits(stream.readLargest()), "round \(round)")
          #expect(bits(copy.read()) == bits(stream.read()), "round \(round)")
        }
      }
    }
  }

  @Test("a saved stream is refused by other panels and other windows, and by classifiers")
  func refusals() throws {
    let classifiers = try [TestPanel.sided(), TestPanel.sided(seed: 2)]
    let panel = try TestPanel.panel(classifiers)
    let stream = panel.makeStream()
    stream.push("some words")
    let saved = stream.save()
    func message(_ panel: Panel, windows: [Int] = [], _ saved: [UInt8]) throws -> String? {
      let other = try panel.makeStream(windows: windows)
      other.push("kept")
      let before = bits(other.read())
      do {
        try other.resume(saved)
        return nil
      } catch {
        #expect(bits(other.read()) == before && other.byteCount == 4)
        return error.description
      }
    }
    #expect(try message(panel, saved) == nil)
    let another = "the saved stream is of another panel: other members, or in another order"
    #expect(try message(TestPanel.panel(classifiers.reversed()), saved) == another)
    #expect(try message(panel.dropping("member-1"), saved) == another)
    #expect(try message(Panel(classifiers.map { PanelMember($0) }), saved) == another)
    #expect(try message(panel, windows: [3], saved)?.hasPrefix("the saved stream is damaged") == true)
    let windowed = try panel.makeStream(windows: [3])
    windowed.push("word ")
    windowed.advance()
    #expect(try message(panel, windowed.save())?.hasSuffix("has it the same windows?") == true)
    let one = classifiers[0].makeStream()
    #expect(try message(panel, one.save())?.contains("not of a panel") == true)
    #expect(throws: WitanError.self) { try one.resume(saved) }
    for count in [0, 4, 20, saved.count - 4, saved.count - 1] {
      #expect(try message(panel, Array(saved.prefix(count))) != nil)
    }
  }

  @Test("a damaged saved stream is an error or harmless, never a crash")
  func damage() throws {
    let panel = try TestPanel.panel(TestPanel.classifiers())
    var random = SeededRandom(seed: 34)
    for sizes in [[], [2, 5]] {
      let stream = try panel.makeStream(windows: sizes)
      for _ in 0..<7 {
        stream.push(TestModel.randomText(&random, length: 20))
        stream.advance()
      }
      stream.push([0xF0, 0x9F])
      let saved = stream.save()
      let other = try panel.makeStream(windows: sizes)
      var refused = 0
      for i in 0..<3000 {
        var bytes = saved
        // The numbers before the sums are few among all bytes.
        let range = i % 2 == 0 ? bytes.count : 400
        for _ in 0...random.below(3) {
          bytes[random.below(range)] = UInt8(truncatingIfNeeded: random.next())
        }
        do {
          try other.resume(bytes)
        } catch {
          refused += 1
          continue
        }
        other.push("more text")
        other.advance()
        other.finish()
        #expect(other.readLargest().allSatisfy { $0 >= 0 && $0 <= 1 })
      }
      #expect(refused > 500)
      #expect(throws: WitanError.self) { try other.resume(saved.dropLast(4)) }
    }
  }

  @Test("nothing is allocated by pushes, word ends and readings of windows")
  func memory() throws {
    let panel = try TestPanel.panel(TestPanel.classifiers())
    let stream = try panel.makeStream(windows: [4, 16])
    let text = Array("some words ".utf8)
    var sum: Float = 0
    func run() {
      for _ in 0..<100 {
        stream.push(text)
        stream.advance()
        sum += stream.readLargest()[0]
      }
    }
    run()
    witan_allocations_start()
    run()
    let allocations = witan_allocations_stop()
    #expect(allocations <= 1)
    #expect(sum.isFinite)
  }
}
