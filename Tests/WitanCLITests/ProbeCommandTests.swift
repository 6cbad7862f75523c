import Foundation
import Testing

/// Probes as a user of the command meets them.
struct ProbeCommandTests {
  /// A safetensors file of 160 sequences of 5 tokens and 4 dimensions, whose first tells the label.
  private func states() -> Data {
    var (values, labels): ([Float], [Float]) = ([], [])
    for s in 0..<160 {
      labels.append(s % 2 == 0 ? 1 : 0)
      for t in 0..<5 { values += [Float(s % 2 == 0 ? t % 2 : -1), Float(s % 7), Float(t), 1] }
    }
    var data = Data()
    for v in values + labels {
      withUnsafeBytes(of: v.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    for s in 0...160 { withUnsafeBytes(of: Int64(5 * s).littleEndian) { data.append(contentsOf: $0) } }
    let header =
      #"{"__metadata__":{"labels":"[\"bad\"]"},"activations":{"dtype":"F32","shape":[800,4],"#
      + #""data_offsets":[0,12800]},"labels":{"dtype":"F32","shape":[160,1],"data_offsets":[12800,13440]},"#
      + #""offsets":{"dtype":"I64","shape":[161],"data_offsets":[13440,14728]}}"#
    var file = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
    return file + Data(header.utf8) + data
  }

  @Test("train --activations, evaluate, inspect; with a text model the combination")
  func wholeWay() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "witan-probe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, texts) = (folder.path + "/a.safetensors", folder.path + "/t.jsonl")
    let (probe, model) = (folder.path + "/p.witan", folder.path + "/m.witan")
    try states().write(to: URL(fileURLWithPath: file))
    let lines = (0..<160).map { s in
      s % 2 == 0
        ? #"{"text": "a poisoned apple \#(s)", "label": "bad"}"#
        : #"{"text": "a fine steel hammer \#(s)", "label": "good"}"#
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: texts))

    let trained = try witan("train", "--activations", file, "-o", probe, "--window", "2", "--json")
    #expect(trained.code == 0, "\(trained.err)")
    #expect(try trained.json()["loss"] as? String == "window-softmax")
    let inspected = try witan("inspect", probe, "--json").json()
    #expect(inspected["format"] as? String == "probe-1" && inspected["window"] as? Int == 2)
    let again = folder.path + "/again.witan"
    _ = try witan("train", "--activations", file, "-o", again, "--window", "2", "--threads", "1")
    #expect(FileManager.default.contents(atPath: probe) == FileManager.default.contents(atPath: again))

    let evaluated = try witan("evaluate", "-m", probe, "--activations", file, "--json").json()
    let label = try #require((evaluated["labels"] as? [[String: Any]])?.first)
    #expect(label["id"] as? String == "bad" && label["support"] as? Int == 80 && label["text"] == nil)
    #expect((label["probe"] as? [String: Any])?["auroc"] as? Double == 1)

    _ = try witan("train", "--data", texts, "-o", model, "--epochs", "2", "--log2-buckets", "10")
    let combined = try witan(
      "train", "--activations", file, "--data", texts, "--text-model", model, "--probe-weight", "0.75", "-o",
      probe)
    #expect(combined.code == 0 && combined.out.contains("bad: 0.75 probe + 0.25 text"), "\(combined.err)")
    let table = try witan(
      "evaluate", "-m", probe, "--activations", file, "--data", texts, "--text-model", model)
    #expect(table.out.contains("probe") && table.out.contains("text") && table.out.contains("combined"))

    let scored = try witan("score", "-m", probe, input: Data("a text".utf8))
    #expect(scored.code == 2 && scored.err.contains("is a probe of hidden states"))
    let wrong = try witan("evaluate", "-m", model, "--activations", file)
    #expect(wrong.code == 2 && wrong.err.contains("witan train --activations"))
  }

  @Test(
    "options that contradict each other are usage errors that name them",
    arguments: [
      (["--activations", "a", "--dropout", "0.1"], "--dropout"),
      (["--activations", "a", "--text-model", "m"], "--text-model"),
      (["--activations", "a", "--probe-weight", "0.5"], "--probe-weight"),
      (["--activations", "a", "--window", "0"], "--window"),
      (["--activations", "a", "--loss", "x"], "--loss"),
      (["--activations", "a", "--hidden", "4,4"], "--hidden"),
      (["--activations", "a", "--offsets", "b"], "--offsets"),
      (["--data", "a", "--loss", "mean"], "--loss"),
      (["--data", "a", "--labels", "l", "--offsets", "o"], "--offsets"),
      ([], "--data"),
    ])
  func usage(arguments: [String], named: String) throws {
    let outcome = try run(["train", "-o", "unused.witan"] + arguments)
    #expect(outcome.code == 64 && outcome.err.contains(named), "\(outcome.err)")
  }
}
