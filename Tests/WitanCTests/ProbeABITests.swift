internal import CWitan
internal import Foundation
internal import Testing
internal import Witan

@Suite struct ProbeABITests {
  private func temporary(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func activationsAreGradedAsFromSwift() throws {
    let probe = ActivationProbe(
      spec: try ProbeSpec(
        dimensions: 3, labels: [Label(id: "harm", threshold: 0.9)], smoothing: .window(2)),
      weights: ProbeWeights(output: [1, -2, 0.5], bias: [0.25], slope: [2], offset: [-1]))
    let path = try temporary(probe.bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var (handle, stream, copy): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    #expect(witan_probe_open(path, path.utf8.count, &handle) == 0, "\(Library.message)")
    var info = witan_probe_info(struct_size: 16, dimensions: 0, output_count: 0, reserved: 0)
    #expect(witan_probe_describe(handle, &info) == 0 && info.dimensions == 3 && info.output_count == 1)
    #expect(witan_probe_stream_create(handle, 4, &stream) == 0)
    var own = probe.makeStream(rewindable: 4)
    var scratch = [Float](repeating: 0, count: probe.scratchCount)
    var isFlagged: Int32 = 0
    for t in 0..<40 {
      let state = [Float(t) / 8, Float(t % 5), -1]
      var logit: Float = 0
      probe.score(batch: state, type: .float32, count: 1, stride: 12, scratch: &scratch, into: &logit)
      own.push(&logit)
      #expect(witan_probe_stream_push(stream, Int32(WITAN_FLOAT32), state, 12, &isFlagged) == 0)
      var (now, peak): (Float, Float) = (0, 0)
      #expect(witan_probe_stream_scores(stream, &now, &peak, 1) == 0)
      #expect(now == own.probability(0) && peak == own.peak(0) && isFlagged == (own.isFlagged ? 1 : 0))
    }
    #expect(isFlagged == 1)
    #expect(witan_probe_stream_push(stream, 0, [Float(1)], 4, nil) == WITAN_ERROR_ARGUMENT)
    #expect(Library.message.contains("12 bytes"))
    #expect(witan_probe_stream_push(stream, 7, nil, 0, nil) == WITAN_ERROR_ARGUMENT)
    #expect(witan_probe_stream_rewind(stream, 3) == 0)
    try own.rewind(3)
    #expect(witan_probe_stream_fork(stream, &copy) == 0)
    var now: Float = 0
    #expect(witan_probe_stream_scores(copy, &now, nil, 1) == 0 && now == own.probability(0))
    #expect(witan_probe_stream_rewind(stream, 99) == WITAN_ERROR_VALUE)
    #expect(witan_probe_stream_reset(stream) == 0)
    #expect(witan_probe_free(handle) == 0)
    #expect(witan_probe_stream_free(stream) == 0 && witan_probe_stream_free(copy) == 0)
  }

  @Test func tokenIdsAreTheirBytes() throws {
    let json = """
      {"model": {"type": "BPE", "vocab": {"Hello": 0, "\u{0120}there": 1, "\u{0120}": 2}, "merges": []},
       "decoder": {"type": "ByteLevel"}}
      """
    let path = try temporary(Array(json.utf8))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let library = try Library()
    var vocabulary: OpaquePointer?
    #expect(witan_vocabulary_open(path, path.utf8.count, &vocabulary) == 0, "\(Library.message)")
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    #expect(witan_vocabulary_bytes(vocabulary, 1, &bytes, &length) == 0)
    #expect(Array(UnsafeBufferPointer(start: bytes, count: length)) == Array(" there".utf8))
    #expect(witan_vocabulary_bytes(vocabulary, 3, &bytes, &length) == WITAN_ERROR_VALUE)
    let stream = library.stream()
    var step = witan_step()
    for token in [0, 1, 2] as [Int64] {
      #expect(witan_stream_push_token(stream, vocabulary, token, &step) == 0)
    }
    #expect(step.emit == 6 && step.held == 0)
    #expect(witan_stream_push_token(stream, vocabulary, -1, &step) == WITAN_ERROR_VALUE)
    #expect(witan_stream_free(stream) == 0 && witan_vocabulary_free(vocabulary) == 0)
  }
}
