import Foundation
import Testing

/// Ratings from training to verdict, as a user meets them.
@Suite(.serialized) struct RaterCommandTests {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("witan-cli-\(UUID().uuidString)")

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func file(_ name: String, _ lines: [String]) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appendingPathComponent(name))
    return path(name)
  }

  /// Everybody likes apples; of hammers `north` says yes, `south` no.
  private func ratings() throws -> String {
    try file(
      "ratings.jsonl",
      (0..<80).map { i in
        let isFruit = i % 2 == 0
        let text = isFruit ? "sweet apples and ripe pears" : "steel hammer with iron nails"
        let votes =
          [("r1", "north", 1), ("r2", "north", 1)]
          + ["r3", "r4", "r5"].map { ($0, "south", isFruit ? 1 : 0) }
        return "{\"text\": \"\(text) number \(i)\", \"ratings\": ["
          + votes.map { "{\"rater\": \"\($0.0)\", \"group\": \"\($0.1)\", \"label\": \($0.2)}" }.joined(
            separator: ", ")
          + "]}"
      })
  }

  private let flags = ["--embeddings", "none", "--log2-buckets", "10", "--epochs", "8"]

  @Test(
    "train --by gives an opinion a group; score shows all and their spread; evaluate the worst group first")
  func whole() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = try ratings()
    let trained = try run(["train", "--data", data, "-o", path("m.witan"), "--by", "group"] + flags)
    #expect(trained.code == 0, "\(trained.err)")
    #expect(
      trained.out.contains("opinions of 2 groups of raters")
        && trained.out.contains("160 ratings, mean 1.000"))
    let scored = try run(
      ["score", "-m", path("m.witan"), "--embeddings", "none"],
      input: Data("steel hammer with iron nails\n".utf8))
    let words = scored.out.split(whereSeparator: \.isWhitespace)
    #expect(words.first == "pooled" && words.contains("north") && words.contains("south"), "\(scored.out)")
    let spread = try #require(words.firstIndex(of: "spread"))
    #expect(try #require(Double(words[spread + 1])) > 0.2)
    let json = try run(
      ["score", "-m", path("m.witan"), "--embeddings", "none", "--json"], input: Data("ripe pears\n".utf8)
    ).json()
    #expect(try #require(json["spread"] as? Double) < 0.2 && json["scores"] as? [String: Double] != nil)

    let majority = try run(["train", "--data", data, "-o", path("y.witan"), "--by", "majority"] + flags)
    #expect(majority.code == 0, "\(majority.err)")
    let evaluate = ["evaluate", "-m", path("m.witan"), "--data", data, "--embeddings", "none"]
    let report = try run(evaluate + ["--against", path("y.witan")])
    #expect(report.code == 0, "\(report.err)")
    let south = try #require(report.out.range(of: "\nsouth "))
    let north = try #require(report.out.range(of: "\nnorth "))
    #expect(report.out.contains("group, worst first") && report.out.contains("spread of opinions"))
    let object = try run(evaluate + ["--json"]).json()
    let groups = try #require(object["groups"] as? [[String: Any]])
    #expect(groups.count == 2)
    #expect((groups[0]["label"] as? String == "south") == (south.lowerBound < north.lowerBound))
    let inspected = try witan("inspect", path("m.witan"), "--json").json()
    #expect((inspected["raters"] as? [String: Any])?["pooled"] as? String == "pooled")
  }

  @Test("what does not go together is said by name; labels that are names are explained")
  func refused() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = try ratings()
    for (more, message) in [
      (["--by", "group", "--doubt"], "--doubt does not go with --by"),
      (["--by", "group", "--windows", "4"], "--windows does not go with --by"),
      (["--by", "majority", "group"], "--by majority has no groups"),
      (["--severity-groups", "3"], "--severity-groups goes with --by severity"),
      (["--min-ratings", "3"], "--min-ratings goes with --by"),
    ] {
      let outcome = try run(["train", "--data", data, "-o", path("m.witan")] + more)
      #expect(outcome.code == 64 && outcome.err.contains(message), "\(outcome.err)")
    }
    let unknown = try run(["train", "--data", data, "-o", path("m.witan"), "--by", "age"] + flags)
    #expect(unknown.code == 2 && unknown.err.contains("no rating has the field \"age\""), "\(unknown.err)")
    let named = try file("named.jsonl", ["{\"text\": \"x\", \"label\": \"rude\", \"group\": \"a\"}"])
    let outcome = try run(["train", "--data", named, "-o", path("m.witan"), "--by", "group"] + flags)
    #expect(outcome.code == 2 && outcome.err.contains("named.jsonl:1") && outcome.err.contains("map names"))
  }
}
