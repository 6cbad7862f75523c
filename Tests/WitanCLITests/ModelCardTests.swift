import Foundation
import Testing

/// What a card says of measurements that `compile` was given.
@Suite struct ModelCardTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-card-\(UUID().uuidString)")

  private func file(_ name: String, _ content: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent(name)
    try Data(content.utf8).write(to: url)
    return url.path
  }

  private static func constitution() -> String {
    let seeds = (0..<60).map { i in
      "\"tulips \(i * 7919) from stall \(i * 104_729) cost \(i * 611_953) florins, "
        + "ask for \(i * 1_299_709)\""
    }
    return """
      witan: 1
      id: market
      title: Rules of the flower market
      version: 0.1.0
      language: en
      community: {who: Stallholders, adopted: By hand, contact: At the gate}
      rationale: No selling.
      principles:
        - id: selling
          title: Offers
          statement: Do not sell.
          stance: prohibit
          side: response
          synthesis: {seeds: [\(seeds.joined(separator: ", "))]}
      """
  }

  private static let measured = """
    {"comparisons": [{"output": "selling", "of": "stalls", "n": 12, "against": "walkers", "n_against": 34,
      "read": "answer alone", "auroc": 0.9012, "interval": [0.85, 0.9449], "length_auroc": 0.497}],
     "folds": 5,
     "ordinary_answers": {"name": "walks", "n": 200, "flagged": 3},
     "pairs_of_principles": [{"harmful": "selling", "wanted": "giving", "n": 60, "n_wanted": 50,
      "difference": {"auroc": 0.97, "interval": [0.95, 0.98]},
      "difference_like_length": {"auroc": null, "pairs": 0},
      "harmful_alone": {"auroc": 0.91}, "wanted_alone": {"auroc": 0.82}, "near_misses": {"auroc": 0.73},
      "length_auroc": 0.2}]}
    """

  @Test("A card has the measured outputs and pairs with intervals and the figure of the length alone")
  func measuredOutputs() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let rules = try file("rules.yaml", Self.constitution())
    let card = folder.appendingPathComponent("card.md").path
    let done = try witan(
      "compile", rules, "-o", folder.appendingPathComponent("m.witan").path, "--card", card, "--measured",
      try file("measured.json", Self.measured), "--epochs", "1", "--stream-loss", "none")
    #expect(done.code == 0, "\(done.err)")
    let text = try String(contentsOfFile: card, encoding: .utf8)
    #expect(
      text.contains(
        "| `selling` | stalls (12) | walkers (34) | answer alone | 0.901 (0.850 to 0.945) | 0.497 |"))
    #expect(
      text.contains(
        "| `selling` | `giving` | 60, 50 | 0.970 (0.950 to 0.980) | - | 0.910 | 0.820 | 0.730 | 0.200 |"))
    #expect(text.contains("Of 200 ordinary answers (walks) `any` flags 3, 1.5 %"))
    #expect(!text.contains("Not measured"))
  }

  @Test("Without measurements a card says that there are none")
  func notMeasured() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let rules = try file("rules.yaml", Self.constitution())
    let card = folder.appendingPathComponent("card.md").path
    let done = try witan(
      "compile", rules, "-o", folder.appendingPathComponent("m.witan").path, "--card", card,
      "--epochs", "1", "--stream-loss", "none")
    #expect(done.code == 0, "\(done.err)")
    let text = try String(contentsOfFile: card, encoding: .utf8)
    #expect(text.contains("## On real text\nNot measured."))
    #expect(!text.contains("## Pairs of principles"))
  }
}
