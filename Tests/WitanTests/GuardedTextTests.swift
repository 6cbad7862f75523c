import Testing
import Witan

struct GuardedTextTests {
  private let classifier = TestModel.classifier(hasAny: true)

  private func streamGuard(_ action: GuardAction, on: Float = 1e-9, hold: Int = 0) throws -> StreamGuard {
    try StreamGuard(
      classifier,
      GuardOptions(
        rules: ["label-3": DecisionRule(on: on, action: action)], defaultRule: nil, holdWords: hold))
  }

  private func chunks<Chunk: Sendable>(_ chunks: [Chunk]) -> AsyncStream<Chunk> {
    AsyncStream { continuation in
      for chunk in chunks { continuation.yield(chunk) }
      continuation.finish()
    }
  }

  @Test("a text that passes comes out whole, in words")
  func passes() async throws {
    let text = "Hëllo wörld, 日本 text"
    var out: [String] = []
    let bytes = Array(text.utf8).map { [$0] }
    for try await piece in chunks(bytes).guarded(by: try streamGuard(.annotate)) { out.append(piece) }
    #expect(out == ["Hëllo ", "wörld,", " 日", "本", " text"])
    out = []
    for try await piece in chunks(["Hëllo w", "örld, ", "日本 text"]).guarded(
      by: try streamGuard(.emit, hold: 1))
    {
      out.append(piece)
    }
    #expect(out.joined() == text && out[0] == "Hëllo ")
  }

  @Test("what is stopped throws after what went out before it", arguments: [GuardAction.terminate, .hold])
  func stops(_ action: GuardAction) async throws {
    // Debounce lets the text begin: the third word is on.
    let words = ["one ", "two ", "three ", "four "]
    let stream = classifier.makeStream()
    var peak: [Float] = []
    for word in words {
      stream.push(word)
      peak.append(stream.read()[3])
    }
    let top = try #require(peak.indices.max { peak[$0] < peak[$1] })
    let one = try streamGuard(action, on: peak[top])
    var out = ""
    do {
      for try await piece in chunks(Array(words[...top])).guarded(by: one) { out += piece }
      Issue.record("did not throw")
    } catch let stop as GuardStop {
      #expect(stop.reason.output == "label-3" && stop.reason.action == action)
      #expect(stop.held == words[top].utf8.count)
      #expect("\(stop)".contains("(\(action.rawValue)): label-3 is"))
    }
    #expect(out == words[..<top].joined())
    #expect(one.isEnded)
  }

  @Test("a question is answered by the caller, without an answer it ends the stream")
  func asks() async throws {
    var out = ""
    let asked = chunks(["one two ", "three"]).guarded(by: try streamGuard(.ask)) { reason in
      reason.output == "label-3" ? .release : .terminate
    }
    for try await piece in asked { out += piece }
    #expect(out == "one two three")
    await #expect(throws: GuardStop.self) {
      for try await _ in chunks(["one two ", "three"]).guarded(by: try streamGuard(.ask)) {}
    }
  }

  @Test("an error of the stream, and cancellation, leave a cancelled guard")
  func failure() async throws {
    struct Fault: Error {}
    let failing = AsyncThrowingStream<String, any Error> { continuation in
      continuation.yield("one two")
      continuation.finish(throwing: Fault())
    }
    let one = try streamGuard(.emit)
    await #expect(throws: Fault.self) { for try await _ in failing.guarded(by: one) {} }
    #expect(one.verdict.reason?.cause == .cancelled && one.verdict.held == 3)

    let cause = try await Task {
      let other = try streamGuard(.emit)
      let endless = AsyncStream<String> { "word " }
      do {
        for try await _ in endless.guarded(by: other) { withUnsafeCurrentTask { $0?.cancel() } }
      } catch is CancellationError {
        return other.verdict.reason?.cause
      }
      return nil
    }.value
    #expect(cause == .cancelled)
  }
}
