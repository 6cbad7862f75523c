import Foundation
import Testing
import Witan
import WitanConstitution

/// docs/constitution.md
struct GuideTests {
  private func guide() throws -> String {
    let url = TestConstitution.package.appendingPathComponent("docs/constitution.md")
    return try String(contentsOf: url, encoding: .utf8)
  }

  @Test("the guide's example is a constitution, and its texts make examples")
  func example() throws {
    let yaml = try #require(guide().firstMatch(of: /(?s)```yaml\n(.*?)```/)).output.1
    let c = try Constitution(yaml: String(yaml), file: "guide")
    #expect(c.principles.map(\.id) == ["selling"])
    #expect(Synthesis(c).report.rows[0].seeds == 3)
    #expect(Synthesis(c).report.rows[0].nearMisses == 3)
  }

  @Test("the guide explains every key")
  func keys() throws {
    let text = try guide()
    for (name, keys) in Constitution.keys {
      for key in keys { #expect(text.contains("`\(key)`"), "\(key) of '\(name)'") }
    }
  }
}
