import CAllocationCounter
import Foundation
import Testing
import Witan

/// The doubt of each output: what it is computed from, its promises, its place in the file.
@Suite(.serialized) struct DoubtTests {
  static let kinds: [TestModel.Kind] = [
    .linear, .dense, .deep, .whole, TestModel.Kind(testDescription: "weighted", isWeighted: true),
  ]

  private func weights(_ spec: ModelSpec, seed: UInt64 = 3) -> ModelWeights {
    var weights = TestModel.weights(spec)
    var random = SeededRandom(seed: seed, purpose: "doubt")
    weights.doubt = (0..<spec.doubtInputs * spec.doubtInputs).map { _ in Float(random.unit() - 0.5) }
    weights.doubtVariance = (0..<spec.width * spec.doubtInputs).map { _ in Float(random.unit()) }
    return weights
  }

  private func bytes(
    _ kind: TestModel.Kind, labels: Int = 10, hasAny: Bool = true, log2Buckets: Int = 12,
    task: ModelSpec.Task = .multiLabel, change: (inout ModelWeights) -> Void = { _ in }
  ) throws -> [UInt8] {
    let spec = try TestModel.spec(
      kind, labels: labels, hasAny: hasAny, log2Buckets: log2Buckets, task: task
    ).with(doubt: true)
    var weights = weights(spec)
    change(&weights)
    return ModelFile.encode(spec: spec, weights: weights, metadata: [:])
  }

  private func classifier(_ kind: TestModel.Kind) throws -> Classifier {
    try Classifier(bytes: bytes(kind), embeddings: kind.embeddings)
  }

  private func doubts(_ classifier: Classifier, _ chunks: [[UInt8]]) throws -> [UInt32] {
    let stream = classifier.makeStream()
    for chunk in chunks { stream.push(chunk) }
    stream.finish()
    return try #require(stream.readDoubts()).map(\.bitPattern)
  }

  @Test("doubts are the roots of the quadratic forms of the file's two matrices", arguments: kinds)
  func quadraticForm(_ kind: TestModel.Kind) throws {
    let classifier = try classifier(kind)
    let spec = classifier.spec
    let weights = weights(spec)
    let scorer = BatchScorer(classifier)
    let text = Array("the quick brown fox, don't 3.14 日本語".utf8)
    text.withUnsafeBufferPointer(scorer.add)
    let p = Array(scorer.flush())
    let phi = scorer.representation(of: 0).map { Double($0) }
    let n = spec.doubtInputs
    #expect(phi.count == n && phi[n - 1] == 1)
    // The inputs are what they are said to be: logits that give the probabilities, a unit vector, features.
    for j in 0..<spec.width { #expect(abs(1 / (1 + exp(-phi[j])) - Double(p[j])) < 1e-6) }
    let vector = phi[spec.width..<spec.width + (spec.dense?.dimensions ?? 0)]
    if !vector.isEmpty { #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 0.01) }
    let count = classifier.score(String(decoding: text, as: UTF8.self)).features
    #expect(abs(phi[n - 2] - 1 / Double(count).squareRoot()) < 1e-6)
    #expect((phi[n - 3] > 0) == kind.isWeighted)
    let read = try #require(scorer.doubts(of: 0))
    for j in [0, spec.width - 1] {
      var form = 0.0
      for a in 0..<n {
        for b in 0..<n {
          // The covariance of the weights of inputs a and b.
          var covariance = 0.0
          for d in 0..<n {
            let product = weights.doubt[a * n + d] * weights.doubt[b * n + d]
            covariance += Double(weights.doubtVariance[j * n + d]) * Double(product)
          }
          form += phi[a] * covariance * phi[b]
        }
      }
      #expect(abs(Double(read[j]) - form.squareRoot()) < 1e-4 * form.squareRoot(), "output \(j)")
    }
  }

  @Test("any split of a text, a batch and every backend give the same doubts, bit for bit", arguments: kinds)
  func sameBits(_ kind: TestModel.Kind) throws {
    let classifier = try classifier(kind)
    var random = SeededRandom(seed: 31)
    let texts = (0..<70).map { _ in TestModel.randomText(&random, length: 1 + random.below(300)) }
    let expected = try texts.map { try doubts(classifier, [$0]) }
    #expect(Set(expected).count > 60)
    try KernelTests.withEveryBackend { backend in
      let scorer = BatchScorer(classifier)
      var done = 0
      func flush() throws {
        let count = scorer.flush().count / classifier.spec.outputs
        // In any order: reading one changes no other.
        for i in (0..<count).reversed() {
          let read = try #require(scorer.doubts(of: i)).map(\.bitPattern)
          #expect(read == expected[done + i], "\(backend), text \(done + i)")
        }
        done += count
      }
      for text in texts {
        if scorer.isFull { try flush() }
        text.withUnsafeBufferPointer(scorer.add)
      }
      try flush()
      for (text, whole) in zip(texts, expected).prefix(20) {
        let cut = random.below(text.count + 1)
        let parts = [Array(text[..<cut]), Array(text[cut...])]
        #expect(try doubts(classifier, parts) == whole, "\(backend)")
      }
    }
  }

  @Test("reading doubts on the way changes neither scores nor later doubts", arguments: kinds)
  func readingIsPure(_ kind: TestModel.Kind) throws {
    let classifier = try classifier(kind)
    let plain = try Classifier(
      bytes: TestModel.bytes(kind, hasAny: true), embeddings: kind.embeddings)
    let text = Array("Don't panic: ﬁne naïve Привет 日本語 3.14!".utf8)
    let (stream, without) = (classifier.makeStream(), plain.makeStream())
    for byte in text {
      stream.push([byte])
      without.push([byte])
      _ = stream.readDoubts()
      #expect(stream.read().map(\.bitPattern) == without.read().map(\.bitPattern))
    }
    stream.finish()
    #expect(try #require(stream.readDoubts()).map(\.bitPattern) == doubts(classifier, [text]))
    let scores = stream.scores
    #expect(scores.doubts?.count == 10 && scores.anyDoubt != nil)
    #expect(without.readDoubts() == nil && without.scores.doubts == nil && !plain.hasDoubts)
  }

  @Test("reading doubts allocates nothing, and the state stays within its promise", arguments: kinds)
  func memory(_ kind: TestModel.Kind) throws {
    let stream = try classifier(kind).makeStream()
    #expect(stream.stateByteCount <= (kind.dimensions == nil ? 16 : 32) << 10)
    let text = Array("Streams hold a few kilobytes, 日本語 included. ".utf8)
    var sum: Float = 0
    func pushAll() {
      text.withUnsafeBufferPointer(stream.push)
      for value in stream.readDoubts()! { sum += value }
    }
    pushAll()
    witan_allocations_start()
    for _ in 0..<200 { pushAll() }
    let allocations = witan_allocations_stop()
    #expect(allocations <= 0 && sum.isFinite)
  }

  @Test("a model without its table of word pieces has no doubts to tell")
  func withoutTable() throws {
    let classifier = try Classifier(bytes: bytes(.dense))
    #expect(!classifier.hasDoubts && classifier.score("a few words").doubts == nil)
  }

  @Test("both labels of a choice of two share the doubt of their one logit")
  func binary() throws {
    let classifier = try Classifier(bytes: bytes(.linear, labels: 2, hasAny: false, task: .singleLabel))
    let read = try #require(classifier.score("a few words").doubts)
    #expect(read.count == 2 && read[0] == read[1] && read[0] > 0)
  }

  @Test("the tensors are written and read back as they were")
  func roundTrip() throws {
    let file = try bytes(.deep)
    let (read, made) = (try ModelFile.plainWeights(file), weights(try Classifier(bytes: file).spec))
    #expect(read.doubt == made.doubt && read.doubtVariance == made.doubtVariance)
    let again = ModelFile.encode(spec: try Classifier(bytes: file).spec, weights: read, metadata: [:])
    let isSame = again == file
    #expect(isSame)
  }

  @Test(
    "what is wrong with the tensors is an error that names the field",
    arguments: [
      ("\"doubt\":{", "\"doubd\":{", "doubt: is missing"),
      ("\"doubt_variance\":{", "\"doubt_variants\":{", "doubt_variance: is missing"),
      ("[6, 6]", "[36, 1]", "doubt.shape: is [36, 1], but the spec needs [6, 6]"),
      ("[3, 6]", "[6, 3]", "doubt_variance.shape: is [6, 3], but the spec needs [3, 6]"),
      (#"\"doubt\":true"#, #"\"doubt\":3"#, "witan.spec.doubt: is missing or of the wrong type"),
    ])
  func damagedHeader(_ old: String, _ new: String, _ named: String) throws {
    let file = try bytes(.linear, labels: 3, hasAny: false, log2Buckets: 8)
    #expect(message(file) == "no error")
    #expect(message(edited(file, old, new)).contains(named), "\(message(edited(file, old, new)))")
  }

  private func message(_ bytes: [UInt8]) -> String {
    do {
      _ = try Classifier(bytes: bytes)
      return "no error"
    } catch { return error.description }
  }

  @Test("values that are not finite and variances below 0 are refused by name")
  func damagedValues() throws {
    #expect(message(try bytes(.linear) { $0.doubt[5] = .nan }).contains("doubt: holds a value"))
    #expect(
      message(try bytes(.linear) { $0.doubtVariance[5] = .infinity })
        .contains("doubt_variance: holds a value"))
    #expect(
      message(try bytes(.linear) { $0.doubtVariance[5] = -1 }).contains("doubt_variance: holds a variance"))
  }

  @Test("the largest values that a file may hold give the largest doubt, which is a number")
  func overflow() throws {
    let huge = try Classifier(
      bytes: bytes(.linear) { weights in
        for i in weights.doubt.indices { weights.doubt[i] = i % 2 == 0 ? 9e8 : -9e8 }
        for i in weights.doubtVariance.indices { weights.doubtVariance[i] = 9e8 }
        for i in weights.bias.indices { weights.bias[i] = 9e8 }
      })
    let scores = huge.score("a few words")
    #expect(scores.doubts?.allSatisfy { $0 == 1e6 } == true && scores.anyDoubt == 1e6)
  }

  @Test("a model too wide for the square of its inputs is refused")
  func tooWide() throws {
    let spec = TestModel.spec(labels: 510)
    let error = #expect(throws: WitanError.self) { try spec.with(doubt: true) }
    #expect(error?.description.contains("needs at most 512 logits") == true)
    #expect(try TestModel.spec(labels: 509).with(doubt: true).doubtInputs == 512)
  }
}
