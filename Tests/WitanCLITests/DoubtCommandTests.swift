import Foundation
import Testing

/// Doubts as a user of the command meets them.
struct DoubtCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "witan-doubt-\(UUID().uuidString)")

  @Test("train --doubt: inspect says so, score and stream give the doubt of each output")
  func trained() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, model) = (folder.appendingPathComponent("toy.jsonl"), folder.path + "/m.witan")
    let lines = (0..<90).map { i in
      [
        #"{"text": "sweet apples and ripe pears number \#(i)", "label": "fruit"}"#,
        #"{"text": "steel hammer with iron nails number \#(i)", "label": "tool"}"#,
        #"{"text": "a brown horse and a black cow number \#(i)", "label": "animal"}"#,
      ][i % 3]
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: data)
    let trained = try witan(
      "train", "--data", data.path, "-o", model, "--doubt", "--epochs", "3", "--log2-buckets", "12")
    #expect(trained.code == 0, "\(trained.err)")
    #expect(try witan("inspect", model, "--json").json()["doubt"] as? Bool == true)

    func doubts(_ text: String) throws -> [String: Double] {
      let scored = try witan("score", "-m", model, "--json", input: Data(text.utf8))
      return try #require(try scored.json()["doubt"] as? [String: Double], "\(scored.out)")
    }
    let known = try doubts("sweet apples and ripe pears number 3")
    let strange = try doubts("zzkjv жизнь qwxz vrijdag")
    #expect(known.keys.sorted() == ["animal", "fruit", "tool"])
    for (label, value) in known { #expect(value > 0 && value < strange[label]!, "\(label)") }

    let streamed = try witan("stream", "-m", model, "--json", input: Data("ripe pears".utf8))
    let events = try streamed.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(events.dropLast().allSatisfy { ($0["doubt"] as? [String: Double])?.count == 3 })
    let verdict = try #require(events.last?["verdict"] as? [String: Any])
    #expect(verdict["doubt"] as? [String: Double] == (try doubts("ripe pears")))
    let explained = try witan("score", "-m", model, "--explain", input: Data("ripe pears".utf8))
    #expect(explained.out.contains("  doubt "), "\(explained.out)")
    let plain = try witan("score", "-m", model, input: Data("ripe pears".utf8))
    #expect(!plain.out.contains("doubt"))
  }
}
