import Testing
import Witan

/// What a verdict rests on: spans without which it would not have been given.
struct EvidenceTests {
  /// The output's probability as any text gets it.
  private static func probability(
    _ classifier: Classifier, _ text: [UInt8], _ output: Int, prompt: String? = nil, side: Side? = nil
  ) -> Float {
    let stream = classifier.makeStream()
    if let prompt { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
    stream.push(text)
    stream.finish()
    return stream.read()[output]
  }

  private static let text = Array("The quick brown-fox don't naïve 日本 text hi fox, the quick fox!".utf8)

  @Test(
    "in random texts spans are in order, apart, between characters, and their removal does what they say",
    arguments: TestModel.Kind.all)
  func properties(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var random = SeededRandom(seed: 7)
    var (flagged, flips, spanCount) = (0, 0, 0)
    for round in 0..<120 {
      let text = TestModel.randomText(&random, length: random.below(round < 100 ? 80 : 900))
      let output = random.below(classifier.spec.outputs)
      let whole = Self.probability(classifier, text, output)
      // Close below, so that some removals change the verdict and others cannot.
      let threshold = whole * Float(1 - random.unit() * (round % 2 == 0 ? 0.5 : 0.005))
      let limit = random.below(7)
      let evidence = try classifier.evidence(
        of: text, output: output, options: EvidenceOptions(threshold: threshold, limit: limit))
      #expect(evidence.probability == whole)
      #expect(evidence.isFlagged == (whole >= threshold))
      #expect(evidence.namedCount <= min(limit, evidence.wordCount))
      let borders = Set(Self.borders(text))
      var at = 0
      for span in evidence.spans {
        #expect(span.bytes.lowerBound >= at && !span.bytes.isEmpty && span.words > 0)
        #expect(borders.contains(span.bytes.lowerBound) && borders.contains(span.bytes.upperBound))
        #expect(span.share > 0 && span.share <= 1)
        at = span.bytes.upperBound
      }
      #expect(at <= text.count)
      let rest = Self.probability(classifier, evidence.removed(from: text), output)
      #expect(evidence.remaining == rest, "round \(round)")
      #expect(evidence.flips == (rest < threshold))
      if !evidence.spans.isEmpty {
        #expect(abs(evidence.spans.reduce(0) { $0 + $1.share } - 1) < 1e-5)
        #expect(rest <= whole)
      }
      flagged += evidence.isFlagged ? 1 : 0
      flips += evidence.flips ? 1 : 0
      spanCount += evidence.spans.count
    }
    #expect(flagged > 100 && flips > 10 && spanCount > flips)
  }

  /// Borders of grapheme clusters by the standard library, invalid parts as it repairs them.
  private static func borders(_ text: [UInt8]) -> [Int] {
    var at = 0
    var rest = text[...]
    var borders = [0]
    for character in String(decoding: text, as: UTF8.self) {
      for scalar in character.unicodeScalars {
        let bytes = Array(String(scalar).utf8)
        if rest.starts(with: bytes) {
          rest = rest.dropFirst(bytes.count)
          at += bytes.count
        } else {  // the longest beginning of a character that is none, at least a byte
          var length = 1
          while length < 3, length < rest.count,
            String(decoding: rest.prefix(length + 1), as: UTF8.self).unicodeScalars.count == 1
          { length += 1 }
          rest = rest.dropFirst(length)
          at += length
        }
      }
      borders.append(at)
    }
    return borders
  }

  @Test("no word that is named could have stayed", arguments: TestModel.Kind.all)
  func minimal(_ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, hasAny: true)
    var checked = 0
    for i in 0..<4 * classifier.spec.outputs {
      let output = i / 4
      let whole = Self.probability(classifier, Self.text, output)
      let options = EvidenceOptions(threshold: whole * [0.8, 0.95, 0.99, 0.998][i % 4], limit: 50)
      let evidence = try classifier.evidence(of: Self.text, output: output, options: options)
      // Spans of one word each can be put back one by one.
      guard evidence.flips, evidence.spans.count > 1, evidence.spans.allSatisfy({ $0.words == 1 }) else {
        continue
      }
      for i in evidence.spans.indices {
        var ranges = evidence.spans.map(\.bytes)
        ranges.remove(at: i)
        let text = VerdictEvidence.removing(ranges, from: Self.text)
        #expect(Self.probability(classifier, text, output) >= options.threshold!)
        checked += 1
      }
    }
    #expect(checked > 0)
  }

  @Test("the first word named is the one whose removal lowers the logit most")
  func first() throws {
    for kind in TestModel.Kind.all {
      let classifier = TestModel.classifier(kind, hasAny: true)
      let words = FeatureExtractor.removableWords(
        of: Self.text, FeatureExtractor.words(of: Self.text, classifier.spec.features))
      for output in 0..<classifier.spec.outputs {
        let rests = words.map {
          Self.probability(classifier, VerdictEvidence.removing([$0.bytes], from: Self.text), output)
        }
        let evidence = try classifier.evidence(
          of: Self.text, output: output, options: EvidenceOptions(threshold: 1e-6, limit: 1))
        if evidence.spans.isEmpty {
          #expect(rests.min()! >= evidence.probability)
        } else {
          #expect(evidence.remaining == rests.min())
          #expect(
            evidence.spans == [VerdictEvidence.Span(bytes: evidence.spans[0].bytes, words: 1, share: 1)])
        }
      }
    }
  }

  @Test(
    "of a choice the verdict is the best label", arguments: [2, 4], [TestModel.Kind.linear, .dense, .whole])
  func choice(labels: Int, _ kind: TestModel.Kind) throws {
    let classifier = TestModel.classifier(kind, labels: labels, task: .singleLabel)
    var random = SeededRandom(seed: 3)
    var flips = 0
    for _ in 0..<60 {
      let text = TestModel.randomText(&random, length: 60)
      let scores = classifier.score(String(decoding: text, as: UTF8.self))
      let repaired = Array(String(decoding: text, as: UTF8.self).utf8)
      for output in 0..<labels {
        let evidence = try classifier.evidence(
          of: repaired, output: output, options: EvidenceOptions(limit: 8))
        #expect(evidence.isFlagged == (scores.bestIndex == output))
        #expect(evidence.isFlagged || evidence.spans.isEmpty)
        guard evidence.flips else { continue }
        flips += 1
        let rest = classifier.score(String(decoding: evidence.removed(from: repaired), as: UTF8.self))
        #expect(rest.bestIndex != output)
        #expect(evidence.namedCount <= 8)
      }
    }
    #expect(flips > 5)
  }

  @Test("a text without the verdict, words or room has no spans; wrong arguments are named")
  func edges() throws {
    let classifier = TestModel.classifier(.whole, hasAny: true)
    let high = try classifier.evidence(of: Self.text, output: 0, options: EvidenceOptions(threshold: 1))
    #expect(!high.isFlagged && !high.flips && high.spans.isEmpty && high.remaining == high.probability)
    for text in ["", " \r\n", "\u{200B}"] {
      let evidence = try classifier.evidence(
        of: text.utf8, output: 0, options: EvidenceOptions(threshold: 1e-9))
      #expect(evidence.isFlagged && evidence.spans.isEmpty && evidence.wordCount == 0)
    }
    let none = try classifier.evidence(
      of: Self.text, output: 0, options: EvidenceOptions(threshold: 1e-9, limit: 0))
    #expect(none.isFlagged && !none.flips && none.spans.isEmpty)
    var error = try #require(
      #expect(throws: WitanError.self) { try classifier.evidence(of: Self.text, output: 11) })
    #expect(error.message == "there is no output 11; the model has 11")
    error = try #require(
      #expect(throws: WitanError.self) {
        try classifier.evidence(of: Self.text, output: 0, options: EvidenceOptions(limit: -1))
      })
    #expect(error.description.contains("limit"))
  }

  @Test("at most a fifth of the words is named by default, three of short texts, fifty of long ones")
  func limits() throws {
    #expect([0, 4, 15, 19, 20, 100, 9999].map(EvidenceOptions.defaultLimit) == [3, 3, 3, 3, 4, 20, 50])
    let classifier = TestModel.classifier(.linear)
    for (count, most) in [(7, 3), (40, 8), (300, 50)] {
      let words = (0..<count).map { "word\($0) ," }  // marks do not count
      let evidence = try classifier.evidence(
        of: words.joined(separator: " ").utf8, output: 0, options: EvidenceOptions(threshold: 1e-9))
      #expect(evidence.wordCount == 2 * count)
      #expect((1...most).contains(evidence.namedCount))
    }
  }

  @Test("evidence in an answer is judged in the light of its prompt, and on a side")
  func prompts() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    let prompt = "a quick question about foxes"
    for output in [0, 10] {
      let whole = Self.probability(classifier, Self.text, output, prompt: prompt)
      let evidence = try classifier.evidence(
        of: Self.text, output: output,
        options: EvidenceOptions(prompt: Array(prompt.utf8), threshold: whole * 0.9))
      #expect(evidence.probability == whole)
      #expect(whole != Self.probability(classifier, Self.text, output))
      let rest = evidence.removed(from: Self.text)
      #expect(evidence.remaining == Self.probability(classifier, rest, output, prompt: prompt))
    }
    let sided = try Classifier(
      bytes: ModelFile.encode(
        spec: ModelSpec(
          features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
          labels: [
            Label(id: "asks", stance: .prohibit, side: .prompt),
            Label(id: "says", stance: .prohibit, side: .response),
          ], hasAny: true),
        weights: TestModel.weights(TestModel.spec(labels: 2, hasAny: true)), metadata: [:]))
    let options = EvidenceOptions(side: .response, threshold: 1e-6)
    #expect(try !sided.evidence(of: Self.text, output: 0, options: options).isFlagged)
    let any = try sided.evidence(of: Self.text, output: 2, options: options)
    #expect(any.isFlagged && any.probability == Self.probability(sided, Self.text, 2, side: .response))
  }

  @Test("evidence of a verdict of windows lies in the window that decides")
  func windows() throws {
    let classifier = TestModel.classifier(.dense, hasAny: true)
    var random = SeededRandom(seed: 5)
    for _ in 0..<40 {
      let text = TestModel.randomText(&random, length: 300)
      let options = EvidenceOptions(threshold: 1e-9, limit: 4)
      let evidence = try classifier.evidence(of: text, output: 10, windows: [3, 9], options: options)
      let starts = VerdictEvidence.guardWordStarts(in: text)
      let tails = [3, 9].map { starts.count > $0 ? starts[starts.count - $0] : 0 }
      let probabilities = tails.map { Self.probability(classifier, Array(text[$0...]), 10) }
      #expect(evidence.probability == probabilities.max())
      let decides = tails[probabilities[0] >= probabilities[1] ? 0 : 1]
      #expect(evidence.spans.allSatisfy { $0.bytes.lowerBound >= decides })
      let alone = try classifier.evidence(of: text[tails[1]...], output: 10, options: options)
      if decides == tails[1] {
        #expect(
          evidence.spans.map(\.bytes)
            == alone.spans.map { $0.bytes.lowerBound + tails[1]..<$0.bytes.upperBound + tails[1] })
      }
    }
    let short = try classifier.evidence(of: "hi fox".utf8, output: 10, windows: [3, 9])
    #expect(short.probability == Self.probability(classifier, Array("hi fox".utf8), 10))
  }
}
