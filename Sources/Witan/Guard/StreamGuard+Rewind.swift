/// A place in a text to go back to; valid for the guard that gave it.
public struct GuardMark: Sendable, Hashable {
  let owner: ObjectIdentifier
  let serial: Int
}

// Speculative decoding and beam search take tokens back: each push is a token.
extension StreamGuard {
  /// Pushes that can be taken back now: at most `GuardOptions.rewindTokens`, fewer after `reset`, `fork`
  /// and `resume`, and where more than twice `maximumHeldBytes` came in fewer pushes.
  public var rewindableTokens: Int { history?.count ?? 0 }

  /// This place, to go back to while it is among the last `rewindableTokens`.
  public func mark() -> GuardMark { GuardMark(owner: ObjectIdentifier(self), serial: progress.serial) }

  /// Takes the last pushes back, also ones that were ignored, with what they decided and what `resolve`
  /// answered since: the guard is as if they had never come. O(width); no allocation.
  ///
  /// Returns how many bytes were emitted since and are taken back with them. Whoever has sent them on
  /// cannot be helped: emit after verification, or hold back more.
  ///
  /// Throws `invalidValue` when the place is too long ago or not of this text, and after `finish`.
  @discardableResult
  public func rewind(tokens: Int) throws(WitanError) -> Int {
    guard !progress.isFinished, progress.stop != .cancelled else {
      throw WitanError(.invalidValue, "the text has ended; only reset() leads on", at: "rewind")
    }
    guard 0...rewindableTokens ~= tokens else {
      throw WitanError(
        .invalidValue, "\(tokens) tokens cannot be taken back, \(rewindableTokens) can; see rewind_tokens",
        at: "rewind")
    }
    defer { emittable = progress.emittedBytes..<progress.emittedBytes }
    guard tokens > 0, let history else { return 0 }
    let slot = history[tokens]
    let taken = max(0, progress.emittedBytes - slot.progress.emittedBytes)
    scorer.restore(slot.stream)
    decisions.assign(slot.decisions)
    if let before = slot.top { top?.copy(before) }
    progress = slot.progress
    text.truncate(to: progress.byteCount)
    lengths.truncate(to: progress.wordCount)
    events.truncate(to: slot.eventCount)
    history.drop(tokens)
    return taken
  }

  /// Takes back what was pushed since `mark`; see `rewind(tokens:)`.
  @discardableResult
  public func rewind(to mark: GuardMark) throws(WitanError) -> Int {
    let isHere = mark.owner == ObjectIdentifier(self)
    if isHere && mark.serial == progress.serial { return try rewind(tokens: 0) }
    let age = (0..<rewindableTokens).first { isHere && history?[$0 + 1].progress.serial == mark.serial }
    guard let age else {
      throw WitanError(
        .invalidValue, "the mark is none of the last \(rewindableTokens) tokens; see rewind_tokens",
        at: "rewind")
    }
    return try rewind(tokens: age + 1)
  }

  /// Notes the state before a push.
  func note() {
    if let history {
      let slot = history.add()
      scorer.store(slot.stream)
      slot.decisions.assign(decisions)
      if let top { slot.top?.copy(top) }
      slot.progress = progress
      slot.eventCount = events.end
      forget()
    }
    lastSerial += 1
    progress.serial = lastSerial
  }

  /// Drops states that cannot be gone back to: text is kept for the oldest one, many bytes are not kept
  /// for long; windows reach back over a number of words.
  func forget() {
    guard let history else { return }
    while let oldest = history.oldest,
      progress.byteCount - oldest.progress.emittedBytes > 2 * options.maximumHeldBytes
        || !scorer.isKept(oldest.stream)
    {
      history.dropOldest()
    }
  }
}
