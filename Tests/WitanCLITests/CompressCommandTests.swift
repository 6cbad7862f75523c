import Foundation
import Testing

/// `witan compress` as a user and a script meet it.
@Suite(.serialized) struct CompressCommandTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-compress-\(UUID().uuidString)")

  private func run(_ arguments: [String]) throws -> (code: Int32, out: String, err: String) {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = arguments
    let (out, err) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (out, err)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output, errors)
  }

  @Test("it states size and accuracy before and after, writes a model that scores, and refuses what is idle")
  func contract() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let rows = (0..<60).map { i in
      i % 2 == 0
        ? #"{"text": "sweet apples and ripe pears number \#(i)", "label": "fruit"}"#
        : #"{"text": "steel hammer with iron nails number \#(i)", "label": "tool"}"#
    }
    let data = path("toy.jsonl")
    try Data(rows.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: data))
    let model = path("toy.witan")
    let train = ["train", "--data", data, "-o", model, "--embeddings", "none", "--log2-buckets", "12"]
    #expect(try run(train).code == 0)

    let small = path("small.witan")
    let base = ["compress", model, "-o", small, "--data", data, "--texts", data]
    let plain = try run(base + ["--bits", "4", "--prune", "0.2"])
    #expect(plain.code == 0, "\(plain.err)")
    for part in ["before", "bytes", "accuracy", "100.00 %", "calibration error", "largest probability"] {
      #expect(plain.out.contains(part), "\(part) in \(plain.out)")
    }
    let json = try run(base + ["--target-bytes", "3000", "--json"])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    let after = try #require(report["after"] as? [String: Any])
    let size = try #require(FileManager.default.attributesOfItem(atPath: small)[.size] as? Int)
    #expect(size <= 3000 && after["bytes"] as? Int == size && after["accuracy"] as? Double == 1)
    #expect(try run(["evaluate", "-m", small, "--data", data]).out.contains("accuracy 100.0 %"))
    let inspected = try run(["inspect", small, "--json"])
    #expect(inspected.out.contains("\"compression\"") && inspected.out.contains("\"table\""))

    // Training has left out the rows that hold nothing.
    let idle = try run(["compress", model, "-o", path("none.witan")])
    #expect(idle.code == 2 && idle.err.contains("toy.witan: would be "), "\(idle.err)")
    #expect(!FileManager.default.fileExists(atPath: path("none.witan")))
    for (options, part) in [
      (["--fold", "1", "--log2-buckets", "10"], "either --fold or --log2-buckets"),
      (["--bits", "5"], "--bits must be 8 or 4"), (["--prune", "1"], "below 1"),
      (["--target-bytes", "9000", "--bits", "4"], "chooses bits, folds and pruning itself"),
    ] {
      let refused = try run(["compress", model, "-o", small, "--data", data] + options)
      #expect(refused.code == 64 && refused.err.contains(part), "\(refused.err)")
    }
    #expect(try run(["compress", model, "-o", small, "--target-bytes", "9"]).err.contains("needs --data"))
    let more = try run(["compress", model, "-o", small, "--log2-buckets", "13"])
    #expect(more.code == 2 && more.err.contains("folding cannot give more"))
  }
}
