import Foundation
import Testing
import Witan
import WitanConstitution

@Suite("the files of a constitution that somebody begins")
struct ConstitutionTemplateTests {
  @Test("once its texts are written it is a constitution") func isRead() throws {
    let title = #"Rules: "our" \ garden"#
    let template = try ConstitutionTemplate(id: "garden", title: title, principles: ["selling", "loud-talk"])
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, text) in template.files {
      let file = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let yaml = folder.appendingPathComponent("constitution.yaml").path
    #expect { try Constitution(path: yaml) } throws: { error in
      "\(error)".contains("'seeds/selling.txt' has no texts")
    }
    for (path, text) in template.files.dropFirst() {
      try (text + "A text of \(path)\n").write(
        to: folder.appendingPathComponent(path), atomically: true, encoding: .utf8)
    }
    let constitution = try Constitution(path: yaml)
    #expect(constitution.unfinished.contains { $0.hasPrefix("'community.who' still says TODO") })
    #expect(constitution.unfinished.contains { $0.hasPrefix("'loud-talk' has 1 seed: too few") })
    #expect(constitution.recipe.seedWeight == 8)
    #expect(constitution.id == "garden" && constitution.title == title)
    #expect(constitution.principles.map(\.id) == ["selling", "loud-talk"])
    #expect(constitution.principles.map(\.title) == ["Selling", "Loud talk"])
    #expect(constitution.principles[1].seeds == ["A text of seeds/loud-talk.txt"])
    #expect(constitution.principles[1].nearMisses == ["A text of near-misses/loud-talk.txt"])
  }

  @Test(
    "names that the format refuses are refused", arguments: [["any"], ["Selling"], ["a", "a"], [], [""]])
  func refuses(principles: [String]) {
    #expect(throws: WitanError.self) {
      try ConstitutionTemplate(id: "garden", title: "x", principles: principles)
    }
  }
}
