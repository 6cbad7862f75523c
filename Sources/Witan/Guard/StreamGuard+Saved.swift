extension StreamGuard {
  /// The state as bytes, held text included: what `resume` goes on from, also in another process. Events
  /// that were not told and states to go back to are not in it. Empty for guards that look for views: those
  /// cannot be saved, and `resume` says so.
  public func save() -> [UInt8] {
    if case .views = scorer { return [] }
    var out: [UInt8] = []
    func put(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out += $0 } }
    func put(_ number: Int) {
      put(UInt32(truncatingIfNeeded: number))
      put(UInt32(truncatingIfNeeded: number >> 32))
    }
    let p = progress
    let first = max(lengths.start, min(p.emittedWords, p.wordCount - Debounce.maximumWords))
    put(Self.savedMark)
    put(fingerprint)
    for number in [
      p.byteCount, p.wordStart, p.wordCount, p.emittedBytes, p.emittedWords, p.lengthByte, p.stopByte, first,
      decisions.wordCount,
    ] {
      put(number)
    }
    let cause = p.stop.flatMap { GuardReason.Cause.allCases.firstIndex(of: $0) }
    put((p.isPastLength ? 1 : 0) | (p.isFinished ? 2 : 0) | UInt32((cause ?? -1) + 1) << 2)
    p.scanner.saved.forEach(put)
    for watch in decisions.watches {
      put(Int(bitPattern: UInt(watch.history)))
      put(UInt32((watch.isOn ? 1 : 0) | (watch.isAllowed ? 2 : 0)))
      put(watch.probability.bitPattern)
      for number in [watch.word, watch.byte, watch.onsetWord, watch.onsetByte] { put(number) }
    }
    top?.save(put)
    for i in first..<p.wordCount { put(UInt32(lengths[i])) }
    out += text[p.emittedBytes..<p.byteCount]
    return out + scorer.save()
  }

  /// Takes up the state that `save` gave, of a guard of the same model and options; `rewindTokens` may
  /// differ. Throws `format` when the bytes are not such a state; the guard is then as it was.
  public func resume(_ saved: [UInt8]) throws(WitanError) {
    if case .views = scorer { return try scorer.resume(saved) }
    var reader = SavedReader(bytes: saved[...])
    guard try reader.word() == Self.savedMark, try reader.word() == fingerprint else {
      throw WitanError(.format, "the saved guard is of another version, model or options; save it again")
    }
    var p = GuardProgress()
    p.byteCount = try reader.number()
    p.wordStart = try reader.number(upTo: p.byteCount)
    p.wordCount = try reader.number(upTo: p.wordStart)
    p.emittedBytes = try reader.number(upTo: p.wordStart)
    p.emittedWords = try reader.number(upTo: p.wordCount)
    p.lengthByte = try reader.number(upTo: p.byteCount)
    p.stopByte = try reader.number(upTo: p.byteCount)
    let first = try reader.number(upTo: p.emittedWords)
    let observed = try reader.number(upTo: p.wordCount)
    let flags = try reader.word()
    let causes = GuardReason.Cause.allCases
    (p.isPastLength, p.isFinished) = (flags & 1 == 1, flags & 2 == 2)
    try reader.demand(Int(flags >> 2) <= causes.count, "its flags are unknown")
    p.stop = flags >> 2 == 0 ? nil : causes[Int(flags >> 2) - 1]
    try p.scanner.restore((try reader.words(WordScanner.savedCount))[...])
    var watches: [DecisionState.Watch] = []
    for rule in decisions.rules {
      watches.append(try reader.watch(rule, wordCount: observed, byteCount: p.byteCount))
    }
    // Words that nothing grades any more are not observed; else all are.
    try reader.demand(p.isPastLength || p.isFinished || observed == p.wordCount, "its words are miscounted")
    let stopped = watches.indices.contains { watches[$0].isOn && decisions.rules[$0].action == .terminate }
    try reader.demand(stopped == (p.stop == .output), "its rules contradict its end")

    let grades = try reader.words(top?.savedCount(words: observed) ?? 0)
    try reader.demand(top?.accepts(grades) ?? true, "its grades are out of range or order")

    let held = p.byteCount - p.emittedBytes
    try reader.demand(held <= options.maximumHeldBytes, "it keeps more text than is allowed")
    try reader.demand(p.wordCount - first <= held + Debounce.maximumWords, "it has too many words")
    let sizes = try reader.words(p.wordCount - first)
    try reader.demand(
      sizes.allSatisfy { 1...UInt32(options.maximumWordBytes + 8) ~= $0 }, "a word is too long")
    let complete = sizes.dropFirst(p.emittedWords - first).reduce(0) { $0 + Int($1) }
    try reader.demand(complete == p.wordStart - p.emittedBytes, "its words do not fit its text")
    let before = sizes.prefix(p.emittedWords - first).reduce(0) { $0 + Int($1) }
    try reader.demand(before <= p.emittedBytes, "its words do not fit its text")
    let keptText = try reader.bytes(held)
    try scorer.resume(Array(reader.rest))

    lastSerial += 1
    p.serial = lastSerial
    progress = p
    decisions.restore(watches, wordCount: observed)
    top?.resume(grades)
    text.reset(to: p.emittedBytes)
    keptText.withUnsafeBufferPointer(text.append)
    lengths.reset(to: first)
    for size in sizes { lengths.append(UInt16(size)) }
    events.reset()
    lostEventCount = 0
    emittable = p.emittedBytes..<p.emittedBytes
    history?.reset()
  }

  private static var savedMark: UInt32 { 0x5747_4401 }  // "WGD", version 1

  /// Tells guards apart that decide in different ways; models are told apart by the stream.
  private var fingerprint: UInt32 {
    let rules = decisions.rules.map {
      "\($0.output) \($0.on.bitPattern) \($0.off.bitPattern) \($0.needed)/\($0.window) \($0.action.rawValue)"
    }
    let limits = [
      options.holdWords, options.maximumWordBytes, options.maximumHeldBytes, options.maximumBytes,
    ]
    let text =
      "\(rules) \(limits) \(options.atMaximumBytes.rawValue) \(options.windows)"
      + (options.topGrades > 1 ? " top \(options.topGrades)" : "")
    return UInt32(truncatingIfNeeded: fnv1a(text.utf8))
  }
}
