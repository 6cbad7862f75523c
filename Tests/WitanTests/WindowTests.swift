import CAllocationCounter
import Testing
import Witan

/// Windows of the last words of a stream.
@Suite(.serialized) struct WindowTests {
  /// What `readLargest` should be: from the sums that a plain stream has at each word end.
  private func naive(
    _ classifier: Classifier, _ ends: [(sums: [Int32], dense: [Int32], count: Int)],
    _ now: (sums: [Int32], dense: [Int32], count: Int), _ sizes: [Int],
    prompt: (sums: [Int32], count: Int)? = nil
  ) -> [UInt32] {
    let outputs = classifier.spec.outputs
    var largest = [Float](repeating: 0, count: outputs)
    let whole = (sums: now.sums.map { _ in Int32(0) }, dense: now.dense.map { _ in Int32(0) }, count: 0)
    let isLong = ends.count > sizes.max()!
    for start in (isLong ? [] : [whole])
      + sizes.filter({ $0 < ends.count }).map({ ends[ends.count - 1 - $0] })
    {
      var sums = zip(now.sums, start.sums).map { $0 - $1 }
      var count = now.count - start.count
      // The whole text has its prompt already.
      if let prompt, start.count > 0 {
        sums = zip(sums, prompt.sums).map { $0 + $1 }
        count += prompt.count
      }
      sums += [Int32](repeating: 0, count: 64)
      let dense = zip(now.dense, start.dense).map { $0 - $1 }
      var scratch = [Float](repeating: 0, count: classifier.scratchCount(1))
      var out = [Float](repeating: 0, count: outputs)
      dense.withUnsafeBufferPointer {
        classifier.probabilities(
          sums, counts: &count, denseSums: dense.isEmpty ? nil : $0.baseAddress, scratch: &scratch,
          into: &out, side: { _ in prompt == nil ? nil : .exchange })
      }
      for j in 0..<outputs { largest[j] = max(largest[j], out[j]) }
    }
    return largest.map(\.bitPattern)
  }

  @Test(
    "a window grades the words after a word end, by sums of its own", arguments: TestModel.Kind.all)
  func exact(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 5)
    let sizes = [3, 11]
    let stream = try classifier.makeStream(windows: sizes)
    func state() -> (sums: [Int32], dense: [Int32], count: Int) {
      (Array(stream.sums), Array(stream.denseSums), stream.closedFeatures)
    }
    for _ in 0..<4 {
      stream.reset()
      var ends: [(sums: [Int32], dense: [Int32], count: Int)] = []
      for _ in 0..<40 {
        // With a space at its end no word is open, so that all is in the sums.
        stream.push(TestModel.randomText(&random, length: 1 + random.below(20)) + [0x20])
        stream.advance()
        ends.append(state())
        #expect(stream.readLargest().map(\.bitPattern) == naive(classifier, ends, state(), sizes))
      }
    }
  }

  @Test("windows of an answer are graded in the light of its prompt, also when forked and resumed")
  func prompts() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    var random = SeededRandom(seed: 8)
    let sizes = [2, 9]
    let stream = try classifier.makeStream(windows: sizes)
    func state() -> (sums: [Int32], dense: [Int32], count: Int) {
      (Array(stream.sums), Array(stream.denseSums), stream.closedFeatures)
    }
    for round in 0..<4 {
      stream.begin(prompt: "Is that number \(round) so?")
      let prompt = (sums: Array(stream.sums), count: stream.closedFeatures)
      #expect(prompt.count > 0)
      var ends: [(sums: [Int32], dense: [Int32], count: Int)] = []
      for i in 0..<30 {
        stream.push(TestModel.randomText(&random, length: 1 + random.below(20)) + [0x20])
        stream.advance()
        ends.append(state())
        let grades = stream.readLargest().map(\.bitPattern)
        #expect(grades == naive(classifier, ends, state(), sizes, prompt: prompt))
        guard i % 10 == 9 else { continue }
        let resumed = try classifier.makeStream(windows: sizes)
        try resumed.resume(stream.save())
        #expect(resumed.readLargest().map(\.bitPattern) == grades)
        let fork = stream.fork()
        withExtendedLifetime(fork) { #expect(fork.readLargest().map(\.bitPattern) == grades) }
      }
    }
    stream.reset()
    for _ in 0..<20 {
      stream.push("plain words ")
      stream.advance()
    }
    let plain = try classifier.makeStream(windows: sizes)
    for _ in 0..<20 {
      plain.push("plain words ")
      plain.advance()
    }
    #expect(stream.readLargest().map(\.bitPattern) == plain.readLargest().map(\.bitPattern))
  }

  @Test("what comes late in a long text is graded as if it stood alone, nearly")
  func late() throws {
    let classifier = TestModel.classifier(hasAny: true)
    var random = SeededRandom(seed: 6)
    var differences = 0
    for _ in 0..<20 {
      let stream = try classifier.makeStream(windows: [8])
      for _ in 0..<300 {
        stream.push(TestModel.randomText(&random, length: 8) + [0x20])
        stream.advance()
      }
      let (whole, largest) = (Array(stream.read()), Array(stream.readLargest()))
      if largest != whole { differences += 1 }
    }
    #expect(differences > 15)
  }

  @Test("a fork and a resumed stream have the windows of their origin")
  func forkAndResume() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    var random = SeededRandom(seed: 7)
    let stream = try classifier.makeStream(windows: [4, 16])
    for i in 0..<60 {
      stream.push(TestModel.randomText(&random, length: 12))
      stream.advance()
      guard i % 7 == 0 else { continue }
      let resumed = try classifier.makeStream(windows: [4, 16])
      let saved = stream.save()
      try resumed.resume(saved)
      let next = TestModel.randomText(&random, length: 30)
      let copies = [stream.fork(), resumed]
      for copy in copies {
        copy.push(next)
        copy.advance()
      }
      #expect(copies[0].readLargest().map(\.bitPattern) == copies[1].readLargest().map(\.bitPattern))
      #expect(throws: WitanError.self) { try resumed.resume(saved.dropLast(4)) }
      #expect(throws: WitanError.self) { try classifier.makeStream().resume(saved) }
    }
  }

  @Test("windows out of range are refused; reading them allocates nothing")
  func limits() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    for sizes in [[0], [4097], [-1, 3]] {
      #expect(throws: WitanError.self) { try classifier.makeStream(windows: sizes) }
    }
    let stream = try classifier.makeStream(windows: [16, 48])
    let text = Array("some words ".utf8)
    func run() {
      for _ in 0..<200 {
        stream.push(text)
        stream.advance()
        _ = stream.readLargest()
      }
    }
    run()
    witan_allocations_start()
    run()
    let allocations = witan_allocations_stop()
    // The counter counts its own test once where it works at all (-1 where it cannot).
    #expect(allocations <= 1)
    #expect(stream.stateByteCount < 1 << 17)
  }
}
