import Foundation
import Testing

/// Streams with a known onset and exchanges, as a user of the command meets them.
@Suite(.serialized) struct StreamCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "witan-streams-\(UUID().uuidString)")
  private let constitution =
    CommandContractTests.root.appendingPathComponent("models/baseline/constitution.yaml").path

  @Test("synthesize --streams, then evaluate --stream: table, JSON, SVG; equal seeds give equal bytes")
  func delays() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, two) = (folder.path + "/a.jsonl", folder.path + "/b.jsonl")
    let made = try witan(
      "synthesize", constitution, "--streams", "60", "--split", "test", "-o", one, "--json")
    #expect(made.code == 0, "\(made.err)")
    let rows = try #require(try made.json()["rows"] as? [[String: Any]])
    #expect(rows.map { $0["kind"] as? String } == ["harmful", "near-miss", "benign"])
    #expect(rows.map { $0["streams"] as? Int } == [30, 15, 15])
    let table = try witan("synthesize", constitution, "--streams", "60", "--split", "test", "-o", two)
    #expect(table.out.contains("test    near-miss"), "\(table.out)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: one)) == Data(contentsOf: URL(fileURLWithPath: two)))

    let measure = ["evaluate", "-m", CommandContractTests.baseline, "--data", one, "--stream"]
    let report = try run(measure + ["--fpr", "0.1", "--json", "--report", folder.path]).json()
    #expect(report["harmful"] as? Int == 30)
    let alarms = try #require(report["false_positives"] as? [String: Any])
    #expect(alarms["hits"] as? Int == 3 && alarms["n"] as? Int == 30)
    let parts = try ["early", "missed", "detected"].map {
      try #require((report[$0] as? [String: Any])?["hits"] as? Int)
    }
    #expect(parts.reduce(0, +) == 30)
    let svg = try String(contentsOfFile: folder.path + "/delays.svg", encoding: .utf8)
    #expect(svg.contains("words from the onset to the flag"))
    for more in [
      ["--windows", "8", "16"], ["--window", "4"], ["--windows", "8", "--rate", "0.1"],
      ["--windows", "8", "16", "--top", "2"],
    ] {
      let other = try run(measure + ["--fpr", "0.1", "--json"] + more).json()
      #expect((other["false_positives"] as? [String: Any])?["hits"] as? Int == 3)
      #expect(other["threshold"] as? Double != report["threshold"] as? Double, "\(more)")
    }
    let text = try run(measure + ["--threshold", "0.9"])
    #expect(text.code == 0 && text.out.contains("flagged within 16 words"), "\(text.err)")
    #expect(text.out.contains("early: flagged before the onset"))
  }

  @Test("flags that do not go together are usage errors")
  func usage() throws {
    let data = ["evaluate", "-m", "m", "--data", "d"]
    for flags in [
      ["--fpr", "0.1"], ["--stream", "--fpr", "1"], ["--stream", "--fpr", "0.1", "--threshold", "0.5"],
      ["--stream", "--threshold", "2"], ["--stream", "--chart"], ["--top", "2"],
      ["--windows", "4", "--views"], ["--stream", "--windows", "16", "--views"], ["--rate", "0.1"],
    ] {
      #expect(try run(data + flags).code == 64, "\(flags)")
    }
    #expect(try witan("evaluate", "-m", "m", "--stream", "--harmful", "h", "--benign", "b").code == 64)
    #expect(try witan("synthesize", constitution, "--streams", "0").code == 64)
    let loss = try witan("compile", constitution, "-o", "m", "--stream-loss", "most")
    #expect(loss.code == 64 && loss.err.contains("window-softmax, none"), "\(loss.err)")
    let ensemble = try witan("compile", constitution, "-o", "m", "--hold-out", "--ensemble", "3")
    #expect(ensemble.code == 64 && ensemble.err.contains("--hold-out keeps the one network"))
    let windows = try witan(
      "evaluate", "-m", CommandContractTests.baseline, "--data", "/no/file", "--stream", "--windows", "0")
    #expect(windows.code == 2)
  }

  @Test("train, score and stream judge an answer in the light of its prompt")
  func exchanges() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, model) = (folder.path + "/x.jsonl", folder.path + "/x.witan")
    let lines = (0..<120).map { i in
      i % 2 == 0
        ? #"{"prompt": "How is bread made in town \#(i)?", "text": "Stir it slowly.", "label": "fine"}"#
        : #"{"prompt": "How is poison made in town \#(i)?", "text": "Stir it slowly.", "label": "bad"}"#
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: data))
    let trained = try witan(
      "train", "--data", data, "-o", model, "--epochs", "5", "--log2-buckets", "12")
    #expect(trained.code == 0, "\(trained.err)")
    let input = #"""
      {"text": "Stir it slowly.", "prompt": "How is bread made?"}
      {"text": "Stir it slowly.", "prompt": "How is poison made?"}
      """#
    let scored = try witan("score", "-m", model, "--json", input: Data(input.utf8))
    let labels = try scored.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])["label"]
        as? String
    }
    #expect(labels == ["fine", "bad"], "\(scored.out) \(scored.err)")
    for (prompt, label) in [("How is bread made?", "fine"), ("How is poison made?", "bad")] {
      let out = try witan(
        "stream", "-m", model, "--json", "--prompt", prompt, input: Data("Stir it slowly.".utf8)
      ).out
      let verdict = try #require(out.split(separator: "\n").last)
      #expect(verdict.contains("\"label\":\"\(label)\""), "\(verdict)")
    }
  }

  @Test("train --windows learns from spans; evaluate --windows compares with whole texts")
  func windows() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let calm = ["garden", "river", "paper", "window", "music", "train", "bread", "table"]
    func line(_ i: Int) -> String {
      var words = (0..<12).map { calm[(i * 7 + $0 * (i % 5 + 1)) % calm.count] }
      guard i % 3 > 0 else { return #"{"text": "\#(words.joined(separator: " "))", "labels": []}"# }
      let at = i % 12
      words[at] = ["vile", "nasty"][i % 2]
      let start = words[..<at].reduce(0) { $0 + $1.utf8.count + 1 }
      return #"{"text": "\#(words.joined(separator: " "))", "labels": ["rude"], "#
        + #""spans": [{"label": "rude", "start": \#(start), "end": \#(start + words[at].utf8.count)}]}"#
    }
    let (data, test) = (folder.path + "/train.jsonl", folder.path + "/test.jsonl")
    try (0..<200).map(line).joined(separator: "\n").write(toFile: data, atomically: true, encoding: .utf8)
    try (200..<260).map(line).joined(separator: "\n").write(toFile: test, atomically: true, encoding: .utf8)
    let model = folder.path + "/m.witan"
    let train = ["train", "--windows", "1", "3", "-o", model, "--embeddings", "none", "--data", data]
    let trained = try run(train)
    #expect(trained.code == 0, "\(trained.err)")

    let delays = try run(
      ["evaluate", "-m", model, "--data", test, "--stream", "--principle", "rude", "--fpr", "0.05", "--json"])
    let inside = try #require(try delays.json()["inside"] as? [String: Any], "\(delays.err)")
    #expect(inside["n"] as? Int == 40)
    let both = try run(
      ["evaluate", "-m", model, "--data", test, "--windows", "1", "3", "--json", "--embeddings", "none"])
    func auroc(_ key: String) throws -> Double {
      let part = try #require(try both.json()[key] as? [String: Any], "\(both.err)")
      return try #require((part["auroc"] as? [String: Any])?["rude"] as? Double)
    }
    #expect(try auroc("windows") > 0.95)
    #expect(try auroc("whole") <= 1)
    let table = try run(["evaluate", "-m", model, "--data", test, "--windows", "1", "--top", "2"])
    #expect(table.out.contains("whole texts") && table.out.contains("mean of the 2 largest grades"))
    let none = try run(["train", "--data", test, "--windows", "0", "-o", model])
    #expect(none.code == 2 && none.err.contains("windows: are not one or more of 1...4096 words"))
  }
}
