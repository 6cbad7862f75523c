/// The text that a guard lets out of a stream of chunks, as soon as it does: whole words.
///
/// Ends where the stream ends. Throws `GuardStop` where the guard terminates it, and at its end when text
/// is still held; `CancellationError` when the task is cancelled, and what the stream throws: the guard is
/// then cancelled, so that its verdict is defined and what it held stays in. Invalid UTF-8 is replaced.
///
/// A rule that asks is answered by `ask`, once each time that it turns on; the stream waits for the answer.
/// Only one iteration may use the guard, which is begun anew with it.
public struct GuardedText<Base: AsyncSequence>: AsyncSequence where Base.Element: GuardedChunk {
  public typealias Ask = @Sendable (GuardReason) async -> GuardAnswer

  let base: Base
  let streamGuard: StreamGuard
  let prompt: String?
  let ask: Ask

  public struct AsyncIterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    let streamGuard: StreamGuard
    let ask: Ask
    private var stop: GuardStop?

    init(base: Base.AsyncIterator, streamGuard: StreamGuard, ask: @escaping Ask) {
      (self.base, self.streamGuard, self.ask) = (base, streamGuard, ask)
    }

    public mutating func next() async throws -> String? {
      while stop == nil && !streamGuard.isEnded {
        try check()
        let chunk: Base.Element?
        do {
          chunk = try await base.next()
        } catch {
          _ = streamGuard.cancel()
          throw error
        }
        try check()
        var step = chunk?.push(to: streamGuard) ?? streamGuard.finish()
        var text = emitted(step)
        while step.action == .ask, let reason = step.reason {
          let answer = await ask(reason)
          try check()
          step = streamGuard.resolve(answer)
          text += emitted(step)
        }
        if streamGuard.isEnded, step.action.holdsBack, let reason = step.reason {
          stop = GuardStop(reason: reason, held: step.held)
        }
        if !text.isEmpty { return text }
      }
      // Told once, after what went out before it.
      if let stop {
        self.stop = nil
        throw stop
      }
      return nil
    }

    private func check() throws {
      guard Task.isCancelled else { return }
      _ = streamGuard.cancel()
      throw CancellationError()
    }

    private func emitted(_ step: GuardStep) -> String {
      step.emit == 0 ? "" : streamGuard.withEmittable { String(decoding: $0, as: UTF8.self) }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    streamGuard.begin(prompt: prompt)
    return AsyncIterator(base: base.makeAsyncIterator(), streamGuard: streamGuard, ask: ask)
  }
}

extension AsyncSequence where Element: GuardedChunk {
  /// What `streamGuard` lets out of these chunks; see `GuardedText`. Without `ask` a question is answered
  /// with `terminate`. With a prompt the text is judged as the answer to it.
  public func guarded(
    by streamGuard: StreamGuard, prompt: String? = nil,
    ask: @escaping GuardedText<Self>.Ask = { _ in .terminate }
  ) -> GuardedText<Self> {
    GuardedText(base: self, streamGuard: streamGuard, prompt: prompt, ask: ask)
  }
}
