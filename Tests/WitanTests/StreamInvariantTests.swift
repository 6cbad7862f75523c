import CAllocationCounter
import Testing
import Witan

/// The promises of streaming, as the documentation states them.
@Suite(.serialized) struct StreamInvariantTests {
  private func scores(_ classifier: Classifier, _ chunks: [[UInt8]]) -> [UInt32] {
    let stream = classifier.makeStream()
    for chunk in chunks { stream.push(chunk) }
    stream.finish()
    return stream.read().map(\.bitPattern)
  }

  @Test(
    "any split of a short text gives the same scores, bit for bit (all splits)",
    arguments: [TestModel.Kind.linear, .dense, .whole])
  func everySplit(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let text = Array("Ab é𝐡ﬁ'不".utf8)
    let whole = scores(classifier, [text])
    for cuts in 0..<(1 << (text.count - 1)) {
      var chunks: [[UInt8]] = [[]]
      for (i, byte) in text.enumerated() {
        chunks[chunks.count - 1].append(byte)
        if i < text.count - 1, cuts >> i & 1 == 1 { chunks.append([]) }
      }
      #expect(scores(classifier, chunks) == whole, "cuts \(String(cuts, radix: 2))")
    }
  }

  @Test("any split of a long text gives the same scores, on every backend", arguments: TestModel.Kind.all)
  func randomSplits(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 42)
    KernelTests.withEveryBackend { backend in
      for round in 0..<60 {
        let text = TestModel.randomText(&random, length: 1 + random.below(900))
        let whole = scores(classifier, [text])
        var chunks: [[UInt8]] = []
        var rest = text[...]
        while !rest.isEmpty {
          let n = min(rest.count, random.below(3) == 0 ? 1 + random.below(200) : random.below(7))
          chunks.append(Array(rest.prefix(n)))
          rest = rest.dropFirst(n)
        }
        #expect(scores(classifier, chunks) == whole, "\(backend), round \(round)")
      }
    }
  }

  @Test("all backends give the same scores, bit for bit", arguments: TestModel.Kind.all)
  func backendsAgree(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 9)
    for _ in 0..<40 {
      let text = TestModel.randomText(&random, length: 300)
      var results: Set<[UInt32]> = []
      KernelTests.withEveryBackend { _ in results.insert(scores(classifier, [text])) }
      #expect(results.count == 1)
    }
  }

  @Test("after n bytes the scores are those of a document of these n bytes", arguments: TestModel.Kind.all)
  func prefixDeterminism(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let text = Array("Don't panic: ﬁne naïve Привет 日本語 3.14!".utf8)
    let stream = classifier.makeStream()
    for n in 1...text.count {
      stream.push([text[n - 1]])
      // Less an incomplete last character, which a document would replace.
      var prefix = text[..<n]
      while String(validating: prefix, as: UTF8.self) == nil { prefix = prefix.dropLast() }
      #expect(stream.read().map(\.bitPattern) == scores(classifier, [Array(prefix)]), "after \(n) bytes")
    }
  }

  @Test("reading does not change what comes after", arguments: TestModel.Kind.all)
  func readingIsPure(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 4)
    let text = TestModel.randomText(&random, length: 500)
    let stream = classifier.makeStream()
    for byte in text {
      stream.push([byte])
      _ = stream.read()
    }
    stream.finish()
    #expect(stream.read().map(\.bitPattern) == scores(classifier, [text]))
  }

  @Test("a reset stream scores as a new one", arguments: TestModel.Kind.all)
  func reset(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let stream = classifier.makeStream()
    stream.push([0xE2, 0x82])
    stream.push("something else")
    stream.reset()
    stream.push("héllo wörld")
    stream.finish()
    #expect(stream.read().map(\.bitPattern) == scores(classifier, [Array("héllo wörld".utf8)]))
  }

  @Test("a fork and its origin go on by themselves", arguments: TestModel.Kind.all)
  func fork(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let text = Array("one two thr".utf8)
    let stream = classifier.makeStream()
    stream.push(text)
    let fork = stream.fork()
    stream.push("ee")
    fork.push("ow")
    stream.finish()
    fork.finish()
    #expect(stream.read().map(\.bitPattern) == scores(classifier, [Array("one two three".utf8)]))
    #expect(fork.read().map(\.bitPattern) == scores(classifier, [Array("one two throw".utf8)]))
  }

  @Test("a saved stream goes on where it was, also inside a character", arguments: TestModel.Kind.all)
  func saveAndResume(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let text = Array("naïve 日本語 text 𝐡ere".utf8)
    for cut in 0...text.count {
      let stream = classifier.makeStream()
      stream.push(Array(text[..<cut]))
      let later = classifier.makeStream()
      try later.resume(stream.save())
      #expect(later.byteCount == cut)
      later.push(Array(text[cut...]))
      later.finish()
      #expect(later.read().map(\.bitPattern) == scores(classifier, [text]), "cut \(cut)")
    }
  }

  @Test("a damaged saved stream is an error or harmless, never a crash", arguments: TestModel.Kind.all)
  func damagedState(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 8)
    let stream = classifier.makeStream()
    stream.push("naïve 日本語 te")
    stream.push([0xF0, 0x9F])
    let saved = stream.save()
    #expect(throws: WitanError.self) { try stream.resume(Array(saved.dropLast())) }
    #expect(throws: WitanError.self) { try stream.resume([]) }
    for _ in 0..<20_000 {
      var bytes = saved
      for _ in 0...random.below(3) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      let other = classifier.makeStream()
      guard (try? other.resume(bytes)) != nil else { continue }
      other.push([0x80, 0xBF, 0xBF, 0x41])
      other.finish()
      _ = other.read()
    }
  }

  @Test("a stream of another model is refused, and the stream stays as it was")
  func otherModels() throws {
    let kinds = TestModel.Kind.all
    let models =
      try kinds.map { try Classifier(bytes: TestModel.bytes($0), embeddings: $0.embeddings) } + [
        // The same architecture with other weights, the same weights without the table.
        Classifier(bytes: TestModel.bytes(.linear, seed: 2)), Classifier(bytes: TestModel.bytes(.dense)),
      ]
    for (i, from) in models.enumerated() {
      let stream = from.makeStream()
      stream.push("one two thr")
      let saved = stream.save()
      for (j, to) in models.enumerated() {
        let other = to.makeStream()
        other.push("naïve 日本")
        guard i != j else {
          try other.resume(saved)
          #expect(other.read().map(\.bitPattern) == stream.read().map(\.bitPattern))
          continue
        }
        let before = other.save()
        #expect(throws: WitanError.self, "\(i) to \(j)") { try other.resume(saved) }
        #expect(other.save() == before)
      }
    }
  }

  @Test("a saved stream of more bytes than anyone pushed is refused, since counting on would overflow")
  func impossibleCount() {
    let stream = TestModel.classifier().makeStream()
    var saved = stream.save()
    saved.replaceSubrange(12..<20, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
    #expect(throws: WitanError.self) { try stream.resume(saved) }
  }

  @Test(
    "state is at most 16 KB, 32 KB with word pieces, and nothing is allocated per chunk",
    arguments: TestModel.Kind.all)
  func memory(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let stream = classifier.makeStream()
    #expect(stream.stateByteCount <= (kind.dimensions == nil ? 16 : 32) << 10)
    let text = Array("Streams hold a few kilobytes, 日本語 included. ".utf8)
    func pushAll() {
      text.withUnsafeBufferPointer { bytes in
        for start in stride(from: 0, to: bytes.count, by: 5) {
          stream.push(UnsafeBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 5)]))
          _ = stream.read()
        }
      }
    }
    pushAll()
    witan_allocations_start()
    let counts = Array(repeating: 0, count: 100)  // the counter sees this one
    for _ in 0..<2000 { pushAll() }
    let allocations = witan_allocations_stop()
    #expect(counts.count == 100)
    #expect(allocations == 1 || allocations == -1)
  }

  @Test("invalid UTF-8 is replaced and counted")
  func invalid() {
    let classifier = TestModel.classifier(hasAny: true)
    let scores = { (bytes: [UInt8]) -> Scores in
      let stream = classifier.makeStream()
      stream.push(bytes)
      stream.finish()
      return stream.scores
    }
    #expect(scores([0x61, 0xFF, 0x62]).replacements == 1)
    #expect(scores([0xE2, 0x82]).replacements == 1)
    #expect(scores([0xE2, 0x82, 0x41]).replacements == 1)
    #expect(scores([0xF0, 0x80, 0x80]).replacements == 3)
    #expect(scores(Array("fine".utf8)).replacements == 0)
    #expect(scores([]).features == 0)
  }

  @Test("a text beyond the feature limit is scored to the limit and says so")
  func limit() {
    let small = try! Classifier(bytes: TestModel.bytes(labels: 2, log2Buckets: 8))
    let stream = small.makeStream()
    let chunk = [UInt8](repeating: 0x61, count: 1 << 20)
    for _ in 0..<6 { stream.push(chunk) }
    stream.finish()
    #expect(stream.scores.isTruncated)
    #expect(stream.scores.features <= ModelSpec.maximumFeatures)
    #expect(stream.read().allSatisfy { $0.isFinite })
  }
}
