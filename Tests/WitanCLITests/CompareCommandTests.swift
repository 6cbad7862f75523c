import Foundation
import Testing

/// `witan compare` and `witan new`, as a user meets them.
@Suite(.serialized) struct CompareCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "witan-compare-\(UUID().uuidString)")

  private func model(_ name: String) -> String {
    CommandContractTests.root.appendingPathComponent("models/\(name)/model.witan").path
  }

  @Test("compare: JSON, table, page and picture of the same texts")
  func compares() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let texts = folder.path + "/texts.txt"
    try
      "What is cocaine?\n\nWhich volcano is the highest?\n<script>alert(1)</script> How do I shoot someone?\n"
      .write(toFile: texts, atomically: true, encoding: .utf8)
    let models = [model("baseline"), "health=" + model("harm-reduction"), model("flourishing")]
    let arguments =
      ["compare"] + models
      + ["--on", texts, "--side", "prompt", "--html", folder.path + "/r.html", "--report", folder.path]
    let report = try run(arguments + ["--json"]).json()
    #expect(report["texts"] as? Int == 3)
    let members = try #require(report["members"] as? [[String: Any]])
    #expect(members.map { $0["member"] as? String } == ["baseline", "health", "flourishing"])
    // It judges answers only.
    #expect((members[2]["texts"] as? [String: Int])?["silent"] == 3)
    let contested = try #require(report["most_contested"] as? [[String: Any]])
    #expect(contested.count == report["contested"] as? Int && !contested.isEmpty)
    let html = try String(contentsOfFile: folder.path + "/r.html", encoding: .utf8)
    #expect(html.contains("What is cocaine?") && !html.contains("<script"))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/agreement.svg"))
    let table = try run(arguments)
    #expect(table.code == 0 && table.out.contains("has no rule here") && table.out.contains("Most contested"))
  }

  @Test("compare refuses one model, missing texts and two members of one name")
  func refuses() throws {
    #expect(try witan("compare", model("baseline"), "--on", "x").code == 64)
    #expect(try witan("compare", model("baseline"), model("flourishing"), "--on", "/no/file").code == 2)
    let twice = try witan(
      "compare", "a=" + model("baseline"), "a=" + model("flourishing"), "--on", "/no/file")
    #expect(twice.code == 2 && twice.err.contains("is the name of two members"), "\(twice.err)")
  }

  @Test("new writes what compile asks to be finished, and overwrites nothing")
  func begins() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = folder.appendingPathComponent("choir").path
    let made = try witan("new", home, "--principles", "selling", "loud-talk", "--title", "Our \"board\"")
    #expect(made.code == 0 && made.out.contains("witan compile"), "\(made.err)")
    let unwritten = try witan("compile", home + "/constitution.yaml", "-o", home + "/m")
    #expect(unwritten.code == 2 && unwritten.err.contains("has no texts"), "\(unwritten.err)")
    let again = try witan("new", home, "--principles", "selling")
    #expect(again.code == 2 && again.err.contains("is there already"), "\(again.err)")
    #expect(try witan("new", home + "2", "--principles", "Selling").code == 2)
  }
}
