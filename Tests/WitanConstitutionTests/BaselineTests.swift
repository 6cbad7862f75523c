import Foundation
import Testing
import Witan
import WitanConstitution

/// The constitution that ships.
struct BaselineTests {
  private static let constitution = Result {
    try Constitution(
      path: TestConstitution.package.appendingPathComponent("models/baseline/constitution.yaml").path)
  }

  private static let synthesis = constitution.map { Synthesis($0) }

  @Test("it has ten principles and more, all against something in a prompt")
  func principles() throws {
    let c = try Self.constitution.get()
    #expect(c.id == "baseline")
    #expect(c.principles.count >= 10)
    for p in c.principles {
      #expect([.prohibit, .discourage].contains(p.stance), "\(p.id)")
      #expect(p.side == .prompt, "\(p.id)")
      #expect(!p.rationale.isEmpty, "\(p.id)")
      #expect(!p.tensions.isEmpty, "\(p.id)")
    }
  }

  @Test("each principle keeps 120 seeds and 60 near misses when repeats are gone, and none contradict")
  func texts() throws {
    let c = try Self.constitution.get()
    let report = try Self.synthesis.get().report
    #expect(report.rows.count == c.principles.count + 1)
    for row in report.rows.dropLast() {
      #expect(row.seeds >= 120, "\(row.id): \(row.seeds)")
      #expect(row.nearMisses >= 60, "\(row.id): \(row.nearMisses)")
    }
    #expect(report.contradictions.map { "\($0.text) (\($0.of))" } == [])
  }

  @Test("every principle is in every split")
  func splits() throws {
    let c = try Self.constitution.get()
    let examples = try Self.synthesis.get().examples
    for split in Synthesis.Split.allCases {
      for p in c.principles {
        #expect(examples[split]!.count { $0.labels[p.id] == 1 } >= 12, "\(p.id) in \(split)")
      }
    }
  }
}
