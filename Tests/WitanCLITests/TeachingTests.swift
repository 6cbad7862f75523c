import Foundation
import Testing

/// Soft choices, teachers and warm starts, as a user meets them.
@Suite(.serialized) struct TeachingTests {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("witan-cli-\(UUID().uuidString)")

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func file(_ name: String, _ lines: [String]) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appendingPathComponent(name))
    return path(name)
  }

  private func line(_ i: Int, _ labels: String) -> String {
    let text = i % 2 == 0 ? "sweet apples and ripe pears" : "steel hammer with iron nails"
    return "{\"text\": \"\(text) number \(i)\", \(labels)}"
  }

  private func hard(_ name: String = "hard.jsonl", count: Int = 60) throws -> String {
    try file(name, (0..<count).map { line($0, "\"label\": \"\($0 % 2 == 0 ? "fruit" : "tool")\"") })
  }

  private func soft() throws -> String {
    try file(
      "soft.jsonl",
      (0..<60).map {
        line($0, "\"labels\": {\"fruit\": \($0 % 2 == 0 ? 0.9 : 0.2), \"tool\": \($0 % 2 == 0 ? 0.1 : 0.8)}")
      })
  }

  private let flags = ["--embeddings", "none", "--log2-buckets", "10", "--epochs", "4"]

  private func train(_ data: String, _ model: String, _ more: [String]) throws -> Program.Outcome {
    try run(["train", "--data", data, "-o", path(model)] + more)
  }

  private func task(_ model: String) throws -> String? {
    try witan("inspect", path(model), "--json").json()["task"] as? String
  }

  @Test("--task says whether degrees are one choice; the error names the line")
  func choice() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = try soft()
    for (flag, wanted) in [([], "multi_label"), (["--task", "choice"], "single_label")] {
      let outcome = try train(data, "m.witan", flags + flag)
      #expect(outcome.code == 0, "\(outcome.err)")
      #expect(try task("m.witan") == wanted)
    }
    #expect(try train(hard(), "m.witan", flags + ["--task", "labels"]).code == 0)
    #expect(try task("m.witan") == "multi_label")
    let bad = try file("bad.jsonl", [line(0, "\"label\": \"a\""), line(1, "\"labels\": {\"a\": 0.5}")])
    let refused = try train(bad, "n.witan", flags + ["--task", "choice"])
    #expect(refused.code == 2 && refused.err.contains("bad.jsonl:2: the degrees of one choice sum to 0.5"))
    #expect(!FileManager.default.fileExists(atPath: path("n.witan")))
    #expect(try train(data, "m.witan", ["--task", "both"]).code == 64)
  }

  @Test("a teacher with embeddings of its own teaches a student without, also from plain lines")
  func teacher() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let teacher = try train(hard(), "teacher.witan", ["--epochs", "4"])
    #expect(teacher.code == 0, "\(teacher.err)")
    let few = try hard("few.jsonl", count: 8)
    let texts = try file(
      "texts.txt",
      ["ripe pears", "", "iron nails and steel", "{\"text\": \"sweet apples\", \"label\": \"x\"}"])
    let outcome = try train(
      few, "m.witan",
      flags + [
        "--teacher", path("teacher.witan"), "--unlabelled", texts, "--temperature", "2", "--teacher-weight",
        "0.75",
      ])
    #expect(outcome.code == 0 && !outcome.err.contains("without them"), "\(outcome.err)")
    let report = try witan("inspect", path("m.witan"), "--json").json()
    #expect(report["dense"] == nil)
    let stored = try #require(report["teacher"] as? [String: Any])
    #expect(stored["unlabelled"] as? Int == 3 && stored["weight"] as? Double == 0.75)
    #expect(stored["temperature"] as? Int == 2 && (stored["source"] as? String)?.hasPrefix("sha256:") == true)
    let other = try file("other.jsonl", (0..<8).map { line($0, "\"label\": \"\($0 % 2)\"") })
    let refused = try train(other, "m.witan", flags + ["--teacher", path("teacher.witan")])
    #expect(refused.code == 2 && refused.err.contains("teacher: has no label '0'"), "\(refused.err)")
    let absent = try train(few, "m.witan", flags + ["--teacher", path("no.witan")])
    #expect(absent.code == 2 && absent.err.contains("no.witan: cannot be opened"), "\(absent.err)")
  }

  @Test("a warm start takes architecture and task from the model, and says what it gained")
  func warmStart() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = try hard()
    #expect(try train(data, "a.witan", flags + ["--no-characters"]).code == 0)
    let start = ["--warm-start", path("a.witan"), "--epochs", "3"]
    let outcome = try train(soft(), "b.witan", start)
    #expect(outcome.code == 0 && outcome.out.contains("dev loss "), "\(outcome.out)\(outcome.err)")
    #expect(try task("b.witan") == "single_label")
    let features = try witan("inspect", path("b.witan"), "--json").json()["features"] as? [String: Any]
    #expect(features?["characters"] as? String == "none" && features?["log2_buckets"] as? Int == 10)
    let summary = try train(data, "b.witan", start + ["--json"]).json()
    #expect(summary["initial_dev_loss"] as? Double != nil)
    for (more, flag) in [
      (["--log2-buckets", "11"], "--log2-buckets: contradicts the model of --warm-start, which has 10"),
      (["--hidden", "8"], "--hidden: contradicts"), (["--characters"], "--characters: contradicts"),
      (["--no-weighted"], "--no-weighted: contradicts"), (["--phrases"], "--phrases: contradicts"),
      (["--task", "labels"], "--task: contradicts the model of --warm-start, whose task is 'choice'"),
      (["--embeddings", path("a.witan")], "--embeddings: contradicts"),
    ] {
      let refused = try train(data, "c.witan", start + more)
      #expect(refused.code == 2 && refused.err.contains(flag), "\(refused.err)")
    }
    #expect(!FileManager.default.fileExists(atPath: path("c.witan")))
    #expect(try train(data, "c.witan", start + ["--log2-buckets", "10", "--no-characters"]).code == 0)
  }

  @Test("a warm start of a model with embeddings needs them")
  func warmStartWithEmbeddings() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = try hard()
    #expect(try train(data, "a.witan", ["--epochs", "2", "--log2-buckets", "10"]).code == 0)
    let start = ["--warm-start", path("a.witan"), "--epochs", "2"]
    #expect(try train(data, "b.witan", start).code == 0)
    #expect(try witan("inspect", path("b.witan"), "--json").json()["dense"] != nil)
    let refused = try train(data, "b.witan", start + ["--embeddings", "none"])
    #expect(
      refused.code == 2 && refused.err.contains("--embeddings: the model of --warm-start was trained with"))
  }

  @Test(
    "flags that need another, exclude another or are out of range are usage errors",
    arguments: [
      (["--temperature", "2"], "--temperature needs --teacher"),
      (["--teacher-weight", "1"], "--teacher-weight needs --teacher"),
      (["--unlabelled", "x"], "--unlabelled needs --teacher"),
      (["--teacher", "x", "--temperature", "0"], "--temperature must be above 0"),
      (["--teacher", "x", "--teacher-weight", "1.1"], "--teacher-weight must be in 0...1"),
      (["--warm-start", "x", "--autotune", "5"], "--autotune changes the architecture"),
    ])
  func usage(_ flags: [String], _ message: String) throws {
    let outcome = try run(["train", "--data", "x", "-o", "y"] + flags)
    #expect(outcome.code == 64 && outcome.err.contains(message), "\(outcome.err)")
  }
}
