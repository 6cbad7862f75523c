import Foundation
import Testing

/// `witan score` on several threads: the same bytes in the same order, errors where they are.
@Suite(.serialized) struct ScoreThreadsTests {
  private struct Outcome {
    let code: Int32
    let out: Data
    let err: String
  }

  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-score-\(UUID().uuidString)")

  private func file(_ name: String, _ content: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent(name)
    try Data(content.utf8).write(to: url)
    return url.path
  }

  private func witan(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = arguments
    let (out, err) = (Pipe(), folder.appendingPathComponent("err"))
    _ = FileManager.default.createFile(atPath: err.path, contents: nil)
    process.standardOutput = out
    process.standardError = try FileHandle(forWritingTo: err)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, out: output, err: try String(contentsOf: err, encoding: .utf8))
  }

  private func toyModel() throws -> String {
    let lines = (0..<60).map { i in
      i % 2 == 0
        ? #"{"text": "sweet apples and ripe pears number \#(i)", "label": "fruit"}"#
        : #"{"text": "steel hammer with iron nails number \#(i)", "label": "tool"}"#
    }
    let data = try file("toy.jsonl", lines.joined(separator: "\n") + "\n")
    let model = folder.appendingPathComponent("toy.witan").path
    let trained = try witan(["train", "--data", data, "--embeddings", "none", "-o", model])
    try #require(trained.code == 0, "\(trained.err)")
    return model
  }

  /// About 2 MB, so that there are more batches than threads.
  private func texts() -> [String] {
    (0..<40_000).map { i in "line \(i): ripe apples, \(i % 7) iron hammers, don't naïve \(i &* 7919 % 1000)" }
  }

  @Test("1, 2 and 8 threads write the same bytes, for lines and JSONL, as rows and as JSON")
  func threads() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try toyModel()
    let lines = texts()
    let plain = try file("lines.txt", lines.joined(separator: "\n"))
    let jsonl = try file("lines.jsonl", lines.map { #"{"text": "\#($0)"}"# }.joined(separator: "\n"))
    for form in [[], ["--json"]] {
      var outputs: Set<Data> = []
      for input in [plain, jsonl] {
        for threads in ["1", "2", "8"] {
          let scored = try witan(["score", "-m", model, input, "--threads", threads] + form)
          #expect(scored.code == 0 && scored.err.isEmpty, "\(scored.err)")
          outputs.insert(scored.out)
        }
        outputs.insert(try witan(["score", "-m", model, input] + form).out)
      }
      #expect(outputs.count == 1)
      #expect(outputs.first?.split(separator: 0x0A).count == lines.count)
    }
    #expect(try witan(["score", "-m", model, plain, "--threads", "0"]).code == 64)
  }

  @Test("a bad line is named, and the results before it are written, on any number of threads")
  func badLine() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try toyModel()
    var lines = texts().map { #"{"text": "\#($0)"}"# }
    let whole = try file("whole.jsonl", lines.joined(separator: "\n"))
    let expected = try witan(["score", "-m", model, whole]).out.split(separator: 0x0A)
    for bad in [0, 1, 29_999, 39_999] {
      let good = lines[bad]
      lines[bad] = #"{"text": 7}"#
      let input = try file("bad.jsonl", lines.joined(separator: "\n"))
      for threads in ["1", "2", "8"] {
        let scored = try witan(["score", "-m", model, input, "--jsonl", "--threads", threads])
        #expect(scored.code == 2)
        #expect(scored.err.contains("bad.jsonl:\(bad + 1)"), "\(scored.err)")
        #expect(Array(scored.out.split(separator: 0x0A)) == Array(expected.prefix(bad)))
      }
      lines[bad] = good
    }
  }
}
