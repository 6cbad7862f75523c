internal import CWitan
internal import Foundation
internal import Testing
internal import Witan

@Suite struct PanelABITests {
  @Test func opinionsAreThoseOfThePanel() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    var info = witan_panel_info()
    info.struct_size = UInt32(MemoryLayout<witan_panel_info>.size)
    #expect(witan_panel_describe(panel.panel, &info) == 0)
    #expect(info.member_count == 3 && Int(info.output_count) == panel.own.outputCount)
    #expect(info.bytes == UInt64(panel.own.byteCount))
    let own = panel.own.makeStream()
    let stream = panel.stream()
    let text = Array((Library.harmless + "🜁 " + Library.harmful).utf8)
    for start in stride(from: 0, to: text.count, by: 7) {
      let chunk = Array(text[start..<min(start + 7, text.count)])
      own.push(chunk)
      #expect(witan_panel_stream_push(stream, chunk, chunk.count) == 0)
      #expect(panel.scores(stream) == Array(own.read()))
    }
    own.finish()
    #expect(witan_panel_stream_finish(stream) == 0)
    let (verdict, json) = panel.verdict(stream)
    #expect(json == own.verdict.json.text())
    #expect(verdict.outcome == own.verdict.outcome.number && verdict.action == WITAN_EMIT)
    #expect(verdict.spread == own.verdict.dissent.spread && verdict.division == own.verdict.dissent.division)
    #expect(verdict.spread > 0)
    var bytes: UInt64 = 0
    #expect(witan_panel_stream_memory(stream, &bytes) == 0 && bytes == UInt64(own.stateByteCount))
    #expect(witan_panel_stream_free(stream) == 0)
  }

  @Test func membersAreNamedAndHaveTheirOutputs() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    var info = witan_panel_member_info()
    info.struct_size = UInt32(MemoryLayout<witan_panel_member_info>.size)
    for (i, member) in panel.own.members.enumerated() {
      #expect(witan_panel_describe_member(panel.panel, UInt32(i), &info) == 0)
      let outputs = panel.own.outputs(of: i)
      #expect(String(cString: info.name) == member.name)
      #expect(Int(info.first_output)..<Int(info.first_output + info.output_count) == outputs)
      #expect(Int(info.any_output) == outputs.upperBound - 1)
    }
    #expect(witan_panel_describe_member(panel.panel, 3, &info) == WITAN_ERROR_ARGUMENT)
    #expect(Library.message == "there is no member 3; the panel has 3")
    info.struct_size = 8
    #expect(witan_panel_describe_member(panel.panel, 0, &info) == WITAN_ERROR_ARGUMENT)
    // What the caller knows of the file stands in every opinion.
    let stream = panel.stream()
    let provenance = try JSON(parsing: panel.verdict(stream).json)["opinions"]?.array?.first?["provenance"]
    #expect(provenance?["member"] == "grown-ups" && provenance?["constitution"] == "baseline")
    #expect(provenance?["model_digest"] == "sha256:00" && provenance?["signed_by"] == "Aunt Ada")
    #expect(witan_panel_stream_free(stream) == 0)
  }

  @Test func textsStandWhereTheyAreSaidTo() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    let (stream, own) = (panel.stream(), panel.own.makeStream())
    let answer = Array("Certainly, here it is.".utf8)
    // The half of a character is graded as in texts.
    let prompts: [[UInt8]] = [Array(Library.harmful.utf8), [], [65, 0xF0, 0x9F]]
    for prompt in prompts {
      prompt.withUnsafeBufferPointer { prompt in
        var byte: UInt8 = 0  // a prompt without bytes is one all the same
        withUnsafePointer(to: &byte) { place in
          let start = prompt.isEmpty ? place : prompt.baseAddress!
          #expect(witan_panel_stream_begin(stream, Int32(WITAN_SIDE_ANY), start, prompt.count) == 0)
        }
        own.begin(prompt: prompt)
      }
      #expect(witan_panel_stream_push(stream, answer, answer.count) == 0)
      own.push(answer)
      #expect(panel.scores(stream) == Array(own.read()))
      #expect(panel.verdict(stream).json == own.verdict.json.text())
    }
    for (number, side) in [nil, .prompt, .response, .exchange].enumerated() as EnumeratedSequence<[Side?]> {
      #expect(witan_panel_stream_begin(stream, Int32(number), nil, 0) == 0)
      #expect(witan_panel_stream_push(stream, answer, answer.count) == 0)
      own.begin(as: side)
      own.push(answer)
      #expect(panel.verdict(stream).json == own.verdict.json.text())
    }
    #expect(witan_panel_stream_begin(stream, 4, nil, 0) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_stream_begin(stream, -1, nil, 0) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_stream_begin(stream, Int32(WITAN_SIDE_RESPONSE), answer, 3) == WITAN_ERROR_VALUE)
    #expect(witan_panel_stream_begin(stream, 0, nil, 3) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_stream_free(stream) == 0)
  }

  @Test func aForkGoesOnByItselfAndAResetBeginsAnew() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    let stream = panel.stream()
    let fresh = panel.scores(stream)
    let (first, second) = (Array(Library.harmless.utf8), Array(Library.harmful.utf8))
    #expect(witan_panel_stream_push(stream, first, first.count) == 0)
    let before = panel.scores(stream)
    var copy: OpaquePointer?
    #expect(witan_panel_stream_fork(stream, &copy) == 0)
    #expect(witan_panel_stream_push(copy, second, second.count) == 0)
    #expect(panel.scores(stream) == before && panel.scores(copy) != before)
    #expect(witan_panel_stream_free(stream) == 0)
    #expect(witan_panel_stream_reset(copy) == 0)
    #expect(panel.scores(copy) == fresh)
    #expect(witan_panel_stream_free(copy) == 0)
  }

  @Test func whatIsNoPanelIsAnError() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    var made: OpaquePointer?
    var member = witan_panel_member()
    member.model = panel.models[0]
    #expect(witan_panel_create(nil, 1, &made) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_create(&member, 0, &made) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_create(&member, 257, &made) == WITAN_ERROR_ARGUMENT)
    #expect(witan_panel_create([member, member], 2, &made) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("members.baseline") && Library.message.contains("two members"))
    member.name_length = 5
    #expect(witan_panel_create(&member, 1, &made) == WITAN_ERROR_ARGUMENT)
    #expect(Library.message.contains("members[0].name"))
    member = witan_panel_member()
    member.model = panel.panel
    #expect(witan_panel_create(&member, 1, &made) == WITAN_ERROR_HANDLE)
    #expect(Library.message == "a witan_model is needed, and this is a witan_panel")
    #expect(made == nil)
    let stream = panel.stream()
    var scores = [Float](repeating: -1, count: panel.own.outputCount - 1)
    #expect(witan_panel_stream_scores(stream, &scores, scores.count) == WITAN_ERROR_SPACE)
    #expect(scores.allSatisfy { $0 == -1 })
    #expect(witan_panel_stream_verdict(stream, nil, nil, nil, nil) == WITAN_ERROR_ARGUMENT)
    var verdict = witan_panel_verdict()
    #expect(witan_panel_stream_verdict(stream, nil, &verdict, nil, nil) == WITAN_ERROR_ARGUMENT)
    #expect(Library.message.contains("witan_panel_verdict.struct_size"))
    #expect(witan_panel_stream_free(stream) == 0)
  }
}

extension PanelVerdict.Outcome {
  fileprivate var number: witan_outcome {
    switch self {
    case .accepted: 0
    case .objected: 1
    case .contested: 2
    case .undecided: 3
    }
  }
}
