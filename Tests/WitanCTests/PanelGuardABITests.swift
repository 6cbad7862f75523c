internal import CWitan
internal import Foundation
internal import Testing
internal import Witan

/// Windows and saved states of panel streams, guards and pools over panels, through the header.
@Suite struct PanelGuardABITests {
  private static let options = """
    {"hold_words": 2, "rewind_tokens": 4, "windows": [8], "default": {"action": "terminate"},
     "rules": {"debaters/any": {"on": 0.2, "action": "annotate"}}}
    """

  private func withOptions<R>(_ json: String, _ body: (inout witan_guard_options) -> R) -> R {
    var raw = witan_guard_options()
    raw.struct_size = UInt32(MemoryLayout<witan_guard_options>.size)
    #expect(witan_guard_options_init(&raw) == 0)
    var json = json
    return json.withUTF8 { json in
      json.withMemoryRebound(to: CChar.self) {
        (raw.json, raw.json_length) = ($0.baseAddress, json.count)
        return body(&raw)
      }
    }
  }

  private static let text = Array(
    (String(repeating: Library.harmless, count: 3) + Library.harmful + Library.harmless).utf8)

  @Test func windowedStreamsAreThoseOfThePanelAndCanBeSaved() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    var stream: OpaquePointer?
    #expect(witan_panel_stream_create_windowed(panel.panel, [4, 9], 2, &stream) == 0)
    let own = try panel.own.makeStream(windows: [4, 9])
    var scores = [Float](repeating: 0, count: panel.own.outputCount)
    for word in Self.text.split(separator: 32).map({ Array($0) + [32] }) {
      #expect(witan_panel_stream_push(stream, word, word.count) == 0)
      own.push(word)
      #expect(witan_panel_stream_end_word(stream) == 0)
      own.advance()
      #expect(witan_panel_stream_window_scores(stream, &scores, scores.count) == 0)
      #expect(scores == Array(own.readLargest()))
    }
    #expect(scores != panel.scores(stream))
    #expect(witan_panel_stream_window_scores(stream, &scores, 3) == WITAN_ERROR_SPACE)

    var length = 0
    #expect(witan_panel_stream_save(stream, nil, 0, &length) == WITAN_ERROR_SPACE)
    var saved = [UInt8](repeating: 0, count: length)
    #expect(witan_panel_stream_save(stream, &saved, saved.count, &length) == 0)
    #expect(saved == own.save())
    var other: OpaquePointer?
    #expect(witan_panel_stream_create_windowed(panel.panel, [9, 4], 2, &other) == 0)
    #expect(witan_panel_stream_resume(other, saved, saved.count) == 0, "\(Library.message)")
    #expect(witan_panel_stream_window_scores(other, &scores, scores.count) == 0)
    #expect(scores == Array(own.readLargest()))
    #expect(witan_panel_stream_resume(other, saved, saved.count - 4) == WITAN_ERROR_FORMAT)
    saved[4] ^= 1
    #expect(witan_panel_stream_resume(other, saved, saved.count) == WITAN_ERROR_FORMAT)
    #expect(
      Library.message == "the saved stream is of another panel: other members, or in another order")
    for one in [stream, other] { #expect(witan_panel_stream_free(one) == 0) }
    #expect(witan_panel_stream_create_windowed(panel.panel, nil, 1, &stream) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_stream_create_windowed(panel.panel, [0], 1, &stream) == WITAN_ERROR_VALUE)
  }

  @Test func guardsOverPanelsDecideAsFromSwift() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    var stream: OpaquePointer?
    #expect(withOptions(Self.options) { witan_panel_guard_create(panel.panel, &$0, &stream) } == 0)
    let own = try StreamGuard(panel.own, GuardOptions(json: Self.options))
    var isTakenBack = false
    for start in stride(from: 0, to: Self.text.count, by: 5) {
      let chunk = Array(Self.text[start..<min(start + 5, Self.text.count)])
      if start % 35 == 0 {
        _ = Library.push(stream, chunk)
        #expect(witan_stream_rewind(stream, 1, nil) == 0)
        isTakenBack = true
      }
      let (step, expected) = (Library.push(stream, chunk), own.push(chunk))
      #expect(step.emit == UInt64(expected.emit) && step.held == UInt64(expected.held))
      #expect(step.action == expected.action.number)
    }
    #expect(isTakenBack && own.verdict.action == .terminate)
    var reason = witan_reason()
    reason.struct_size = UInt32(MemoryLayout<witan_reason>.size)
    #expect(witan_stream_reason(stream, &reason) == 0)
    let expected = try #require(own.verdict.reason)
    #expect(panel.own.outputNames[Int(reason.output)] == expected.output)
    #expect(reason.probability == expected.probability)
    var scores = [Float](repeating: 0, count: panel.own.outputCount)
    #expect(witan_stream_scores(stream, &scores, scores.count) == 0)
    #expect(try scores == Array(#require(own.panelStream).read()))
    #expect(witan_stream_free(stream) == 0)
    let wrong = #"{"rules": {"fraud": {}}}"#
    #expect(
      withOptions(wrong) { witan_panel_guard_create(panel.panel, &$0, &stream) } == WITAN_ERROR_VALUE)
    #expect(Library.message.hasPrefix("rules.fraud: is no output of this panel"))
  }

  @Test func poolsOverPanelsTakeAnotherPanelForNewStreams() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    let json = #"{"rewind_tokens": 0, "windows": [8]}"#
    var pool: OpaquePointer?
    #expect(withOptions(json) { witan_panel_pool_create(panel.panel, &$0, 4, &pool) } == 0)
    var one = witan_panel_member()
    one.model = panel.models[2]
    var smaller: OpaquePointer?
    #expect(witan_panel_create(&one, 1, &smaller) == 0)
    var (old, new): (UInt64, UInt64) = (0, 0)
    #expect(witan_pool_open(pool, &old) == 0)
    #expect(witan_pool_use_panel(pool, smaller, nil) == 0)
    #expect(witan_pool_open(pool, &new) == 0)
    #expect(
      withOptions(#"{"rewind_tokens": 0, "rules": {"nobody/any": {}}}"#) {
        witan_pool_use_panel(pool, smaller, &$0)
      } == WITAN_ERROR_VALUE)
    #expect(witan_panel_free(smaller) == 0)
    let options = try GuardOptions(json: json)
    let alone = try [
      StreamGuard(panel.own, options),
      StreamGuard(Panel([PanelMember(panel.own.members[2].classifier)]), options),
    ]
    var entries = [witan_pool_step_entry](repeating: witan_pool_step_entry(), count: 4)
    for start in stride(from: 0, to: Self.text.count, by: 5) {
      let chunk = Array(Self.text[start..<min(start + 5, Self.text.count)])
      for id in [old, new] { #expect(witan_pool_push(pool, id, chunk, chunk.count) == 0) }
      for one in alone { _ = one.push(chunk) }
      var count = 0
      #expect(witan_pool_step(pool, &entries, entries.count, &count) == 0)
      for entry in entries.prefix(count) {
        let expected = alone[entry.stream == old ? 0 : 1].verdict
        #expect(entry.step.held == UInt64(expected.held) && entry.step.action == expected.action.number)
      }
    }
    for (id, expected) in zip([old, new], alone) {
      var reason = witan_reason()
      reason.struct_size = UInt32(MemoryLayout<witan_reason>.size)
      #expect(witan_pool_reason(pool, id, &reason) == 0)
      #expect(reason.output == expected.verdict.reason?.outputIndex.map { Int32($0) } ?? -1)
      #expect(witan_pool_close(pool, id) == 0)
    }
    #expect(alone[0].verdict.action == .terminate)
    #expect(witan_pool_free(pool) == 0)
  }
}

extension GuardAction {
  fileprivate var number: witan_action { Int32(Self.allCases.firstIndex(of: self)!) }
}
