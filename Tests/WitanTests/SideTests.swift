import CKernels
import Foundation
import Testing
import Witan

/// Prompts, answers and exchanges: which outputs count, and that a prompt is part of what is judged.
@Suite(.serialized) struct SideTests {
  /// A model with one prohibited principle of each side and one without a side.
  private static func classifier(prompt: Bool = true) throws -> Classifier {
    let sides: [Side?] = [prompt ? .prompt : .response, .response, .exchange, nil]
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
      labels: sides.enumerated().map { i, side in
        Label(id: "p\(i)", stance: i == 3 ? .permit : .prohibit, side: side)
      }, hasAny: true)
    return try Classifier(
      bytes: ModelFile.encode(spec: spec, weights: TestModel.weights(spec), metadata: [:]))
  }

  @Test("principles of other sides have probability 0; without a side all count")
  func sides() throws {
    let classifier = try Self.classifier()
    let stream = classifier.makeStream()
    func isJudged(_ side: Side?) -> [Bool] {
      stream.begin(as: side)
      stream.push("some text of the stream")
      return stream.read().prefix(4).map { $0 > 0 }
    }
    #expect(isJudged(nil) == [true, true, true, true])
    #expect(isJudged(.prompt) == [true, false, false, true])
    #expect(isJudged(.response) == [false, true, false, true])
    #expect(isJudged(.exchange) == [false, true, true, true])
    stream.reset()
    #expect(stream.side == nil)
  }

  @Test("any is about the prohibited principles that count, and 0 when there are none")
  func any() throws {
    let classifier = try Self.classifier()
    let stream = classifier.makeStream()
    func logit(_ p: Float) -> Double { log(Double(p) / (1 - Double(p))) }
    var own: [Double] = []
    for side in [nil, .prompt, .response, .exchange] as [Side?] {
      stream.begin(as: side)
      stream.push("some text of the stream")
      let p = Array(stream.read())
      // The mean of its own logit and of the largest: the own one is then the same for every side.
      own.append(2 * logit(p[4]) - logit(p[..<3].max()!))
    }
    for value in own { #expect(abs(value - own[0]) < 1e-3) }
    let noPrompts = try Self.classifier(prompt: false).makeStream()
    noPrompts.begin(as: .prompt)
    noPrompts.push("some text of the stream")
    #expect(noPrompts.read()[4] == 0)
  }

  @Test(
    "a reading gives, bit for bit, what the spec says of its logits",
    arguments: [nil, Side.prompt, .response])
  func calibration(_ side: Side?) throws {
    let labels = (0..<12).map { i in
      Label(
        id: "p\(i)", stance: [.prohibit, .permit, nil][i % 3],
        side: [nil, .prompt, .response, .exchange][i % 4],
        isPooled: i % 5 > 0)
    }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel, labels: labels, hasAny: true)
    let weights = TestModel.weights(spec)
    let classifier = try Classifier(bytes: ModelFile.encode(spec: spec, weights: weights, metadata: [:]))
    let (scorer, stream) = (BatchScorer(classifier), classifier.makeStream())
    for text in ["some text", "and quite another one, longer than it", "x"] {
      var bytes = text
      bytes.withUTF8 { scorer.add($0) }
      var z = scorer.flushLogits()
      spec.calibrate(&z, slope: weights.calibrationSlope, offset: weights.calibrationOffset, side: side)
      var expected = z
      witan_sigmoid(z, &expected, z.count)
      for j in labels.indices where !labels[j].applies(to: side) { expected[j] = 0 }
      stream.begin(as: side)
      stream.push(text)
      stream.finish()
      #expect(stream.read().map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test("one answer to two prompts has two scores; a prompt word is not an answer word")
  func prompts() throws {
    let classifier = try Self.classifier()
    let plain = classifier.score("yes, two spoons of it")
    let one = classifier.score("yes, two spoons of it", prompt: "May I add sugar?")
    let other = classifier.score("yes, two spoons of it", prompt: "May I add poison?")
    #expect(one.probabilities[1] != other.probabilities[1] && one.probabilities[1] != plain.probabilities[1])
    #expect(one.probabilities[0] == 0 && one.features > plain.features)
    let moved = classifier.score("May I add sugar?", prompt: "yes, two spoons of it")
    #expect(moved.probabilities[1] != one.probabilities[1])
    // An empty prompt says only that the text is an answer.
    let empty = classifier.score("yes, two spoons of it", prompt: "")
    #expect(Array(empty.probabilities[1...]) == Array(plain.probabilities[1...]))
    #expect(empty.probabilities[0] == 0)
  }

  @Test("rows of prompts are those of the text moved by one exclusive or, in tables of every size")
  func rows() throws {
    for log2 in [8, 12, 17, 22] {
      let spec = try FeatureSpec(log2Buckets: log2, hasTriples: true, hasOpening: true)
      let workspace = FeatureExtractor.Workspace()
      let text = Array("How much of it would be too much? Äh".utf8)
      var own: [UInt32] = []
      var moved: [UInt32] = []
      var extractor = FeatureExtractor(spec, marksWords: true)
      text.withUnsafeBufferPointer { bytes in
        extractor.push(bytes, workspace) { own += $0 }
        FeatureExtractor.prompt(bytes, spec, marksWords: true, workspace) { moved += $0 }
      }
      extractor.finish(workspace) { own += $0 }
      let differences = Set(zip(own, moved).map { $0 ^ $1 })
      #expect(own.count == moved.count && own.count > 50)
      #expect(differences == [0x9E37_79B9 >> UInt32(32 - log2)])
    }
  }

  @Test(
    "any split of the answer gives the same scores, and batches give them too", arguments: TestModel.Kind.all)
  func exchanges(_ kind: TestModel.Kind) {
    let classifier = TestModel.classifier(kind, hasAny: true)
    let stream = classifier.makeStream()
    let scorer = BatchScorer(classifier)
    var random = SeededRandom(seed: 33)
    let prompt = "Which of them – and how many – would do it?"
    var expected: [[UInt32]] = []
    for i in 0..<40 {
      let answer = TestModel.randomText(&random, length: random.below(200))
      stream.begin(prompt: i % 3 == 0 ? nil : prompt)
      stream.push(answer)
      stream.finish()
      let whole = stream.read().map(\.bitPattern)
      stream.begin(prompt: i % 3 == 0 ? nil : prompt)
      for byte in answer { stream.push([byte]) }
      stream.finish()
      #expect(stream.read().map(\.bitPattern) == whole)
      #expect(stream.byteCount == answer.count)
      expected.append(whole)
      answer.withUnsafeBufferPointer { answer in
        guard i % 3 > 0 else { return scorer.add(answer) }
        Array(prompt.utf8).withUnsafeBufferPointer { scorer.add(answer, prompt: $0) }
      }
    }
    #expect(scorer.flush().map(\.bitPattern) == Array(expected.joined()))
  }

  @Test("forks and saved streams keep prompt and side")
  func saved() throws {
    let classifier = try Self.classifier()
    for side in [nil, .prompt, .response] as [Side?] {
      let stream = classifier.makeStream()
      stream.begin(as: side)
      let copy = classifier.makeStream()
      try copy.resume(stream.save())
      #expect(copy.side == side)
    }
    let stream = classifier.makeStream()
    stream.begin(prompt: "Is it safe?")
    stream.push("It is, if")
    let copies = [stream.fork(), classifier.makeStream()]
    try copies[1].resume(stream.save())
    stream.push(" you wait.")
    for copy in copies {
      copy.push(" you wait.")
      #expect(copy.side == .exchange)
      #expect(copy.read().map(\.bitPattern) == stream.read().map(\.bitPattern))
    }
  }
}
