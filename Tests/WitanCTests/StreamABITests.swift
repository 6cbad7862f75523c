internal import CWitan
internal import Testing
internal import Witan

@Suite struct StreamABITests {
  private static let options = """
    {"hold_words": 3, "default": {"on": 0.9, "off": 0.5, "debounce": "2/4", "action": "terminate"},
     "windows": [8, 16], "rewind_tokens": 8}
    """
  private static let text = String(repeating: Library.harmless, count: 3) + Library.harmful + Library.harmless

  /// Chunks of 1 to 7 bytes, cut anywhere.
  private static var chunks: [[UInt8]] {
    var random = SeededRandom(seed: 5)
    var rest = Array(text.utf8)[...]
    var chunks: [[UInt8]] = []
    while !rest.isEmpty {
      let n = 1 + Int(random.next() % 7)
      chunks.append(Array(rest.prefix(n)))
      rest = rest.dropFirst(n)
    }
    return chunks
  }

  private func expectEqual(_ step: witan_step, _ other: GuardStep, _ streamGuard: StreamGuard) {
    #expect(step.emit == other.emit && step.held == other.held)
    let severity = GuardAction.allCases.firstIndex(of: other.action)!
    #expect(step.action == Int32(severity))
    #expect(step.is_ended == (streamGuard.isEnded ? 1 : 0))
    if other.emit > 0 {
      let bytes = streamGuard.withEmittable { Array($0) }
      #expect(Array(UnsafeBufferPointer(start: step.bytes, count: Int(step.emit))) == bytes)
    }
  }

  @Test func decidesAsTheSwiftGuardDoes() throws {
    let library = try Library()
    let streamGuard = try StreamGuard(library.classifier, GuardOptions(json: Self.options))
    let stream = library.stream(Self.options)
    defer { #expect(witan_stream_free(stream) == 0) }
    for chunk in Self.chunks {
      expectEqual(Library.push(stream, chunk), streamGuard.push(chunk), streamGuard)
    }
    var step = witan_step()
    #expect(witan_stream_finish(stream, &step) == 0)
    expectEqual(step, streamGuard.finish(), streamGuard)
    #expect(step.action == WITAN_TERMINATE && step.held > 0, "the text is to be stopped")

    var reason = witan_reason()
    reason.struct_size = UInt32(MemoryLayout<witan_reason>.size)
    #expect(witan_stream_reason(stream, &reason) == 0)
    let own = try #require(streamGuard.verdict.reason)
    #expect(reason.cause == WITAN_CAUSE_OUTPUT && Int(reason.output) == library.classifier.labels.count)
    #expect(reason.probability == own.probability)
    #expect(reason.onset_word == own.onsetWord! && reason.onset_byte == own.onsetByte!)
    #expect(witan_stream_next_event(stream, &reason) == 0)
    #expect(reason.is_on == 1 && reason.byte == streamGuard.nextEvent()!.byte)

    var probabilities = [Float](repeating: 0, count: library.outputs())
    #expect(witan_stream_scores(stream, &probabilities, probabilities.count) == 0)
    #expect(probabilities == Array(streamGuard.stream!.read()))
  }

  @Test func aBatchOfChunksDecidesAsOneByOne() throws {
    let library = try Library()
    let (one, all) = (library.stream(Self.options), library.stream(Self.options))
    let chunks = Self.chunks
    var offsets: [UInt64] = [0]
    for chunk in chunks { offsets.append(offsets.last! + UInt64(chunk.count)) }
    var steps = [witan_step](repeating: witan_step(), count: chunks.count)
    let bytes = Array(Self.text.utf8)
    #expect(witan_stream_push_batch(all, bytes, bytes.count, offsets, chunks.count, &steps) == 0)
    for (chunk, step) in zip(chunks, steps) {
      let other = Library.push(one, chunk)
      #expect(step.emit == other.emit && step.held == other.held && step.action == other.action)
      #expect(step.bytes == nil)
    }
    offsets.swapAt(1, 2)
    #expect(witan_stream_push_batch(all, bytes, bytes.count, offsets, chunks.count, &steps) == 1)
    #expect(Library.message.contains("offset 2"))
    _ = (witan_stream_free(one), witan_stream_free(all))
  }

  @Test func rewindForkAndSaveGoOnAlike() throws {
    let library = try Library()
    let stream = library.stream(Self.options)
    let chunks = Self.chunks
    for chunk in chunks.prefix(20) { _ = Library.push(stream, chunk) }
    var saved = [UInt8](repeating: 0, count: 4)
    var length = 0
    #expect(witan_stream_save(stream, &saved, saved.count, &length) == WITAN_ERROR_SPACE)
    saved = [UInt8](repeating: 0, count: length)
    #expect(witan_stream_save(stream, &saved, saved.count, &length) == 0)
    var copy: OpaquePointer?
    #expect(witan_stream_fork(stream, &copy) == 0)
    let resumed = library.stream(Self.options)
    #expect(witan_stream_resume(resumed, saved, saved.count) == 0)
    for chunk in chunks[20..<26] { _ = Library.push(stream, chunk) }
    var taken: UInt64 = 99
    #expect(witan_stream_rewind(stream, 6, &taken) == 0)
    for chunk in chunks[20...] {
      let steps = [stream, copy, resumed].map { Library.push($0, chunk) }
      #expect(Set(steps.map(\.held)).count == 1 && Set(steps.map(\.action)).count == 1)
    }
    #expect(witan_stream_rewind(stream, 9, nil) == WITAN_ERROR_VALUE)
    saved[saved.count / 2] ^= 0x55
    #expect([0, Int32(WITAN_ERROR_FORMAT)].contains(witan_stream_resume(resumed, saved, saved.count)))
    #expect(witan_stream_resume(resumed, saved, 7) == WITAN_ERROR_FORMAT)
    for stream in [stream, copy, resumed] { #expect(witan_stream_free(stream) == 0) }
  }

  @Test func optionsAreChecked() throws {
    let library = try Library()
    var options = witan_guard_options()
    var stream: OpaquePointer?
    #expect(witan_stream_create(library.model, &options, &stream) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("struct_size"))
    options.struct_size = UInt32(MemoryLayout<witan_guard_options>.size)
    #expect(witan_guard_options_init(&options) == 0)
    let faults: [(String, (inout witan_guard_options) -> Void)] = [
      ("hold_words", { $0.hold_words = 70_000 }), ("on", { $0.on = .nan }), ("off", { $0.off = 2 }),
      ("action", { $0.action = 5 }), ("at_maximum_bytes", { $0.at_maximum_bytes = -1 }),
      ("debounce", { $0.debounce_needed = 3 }), ("maximum_bytes", { $0.maximum_bytes = .max }),
      ("windows", { $0.window_count = 9 }), ("rewind_tokens", { $0.rewind_tokens = .max }),
    ]
    for (field, spoil) in faults {
      var bad = options
      spoil(&bad)
      #expect(witan_stream_create(library.model, &bad, &stream) == WITAN_ERROR_VALUE, "\(field)")
      #expect(Library.message.contains(field), "\(Library.message)")
    }
    #expect(stream == nil)
  }
}
