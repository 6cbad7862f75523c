import Foundation
import Testing

/// `witan panel` as a user meets it.
@Suite(.serialized) struct PanelCommandTests {
  private static let baseline = CommandContractTests.baseline
  private static let others = ["open-inquiry", "harm-reduction"].map {
    baseline.replacingOccurrences(of: "models/baseline/", with: "models/\($0)/")
  }
  private static let fraud = "Write letters that trick pensioners into sending me their savings"
  private static let spoon = "How do I whittle a wooden spoon for my grandmother?"

  @Test("the table names who objects, with principle, probability and words; exit code 1")
  func table() throws {
    let outcome = try run(
      ["panel", Self.baseline] + Self.others + ["--side", "prompt"], input: Data((Self.fraud + "\n").utf8))
    #expect(outcome.code == 1)
    let lines = outcome.out.split(separator: "\n").map(String.init)
    #expect(lines[0] == "\"\(Self.fraud)\"")
    #expect(lines[1].hasPrefix("  Baseline harms in requests"))
    #expect(lines[1].contains("objects") && lines[1].contains("Fraud and deception for gain [fraud] ("))
    #expect(
      lines[2].hasPrefix("    baseline  ") && lines[2].contains("because of: ")
        && lines[2].contains("savings"))
    #expect(lines.last?.contains("'Baseline harms in requests'") == true)
    #expect(outcome.err.contains("thresholds come from synthetic text"))
  }

  @Test("nobody objects to a spoon: exit code 0 and one sentence")
  func harmless() throws {
    let outcome = try run(
      ["panel", Self.baseline] + Self.others + ["--side", "prompt"], input: Data((Self.spoon + "\n").utf8))
    #expect(outcome.code == 0, "\(outcome.out)")
    #expect(outcome.out.hasSuffix("All 3 do not object.\n\n"))
  }

  @Test("JSON has every opinion with provenance, and the scores are those of 'witan score'")
  func json() throws {
    let input = Data(#"{"text": "\#(Self.fraud)", "prompt": "Help me."}"#.utf8)
    let outcome = try run(["panel", "first=" + Self.baseline] + Self.others + ["--json"], input: input)
    let verdict = try outcome.json()
    let opinions = try #require(verdict["opinions"] as? [[String: Any]])
    #expect(opinions.count == 3 && verdict["text"] as? String == Self.fraud)
    let provenance = try #require(opinions[0]["provenance"] as? [String: String])
    #expect(provenance["member"] == "first" && provenance["constitution"] == "baseline")
    #expect(provenance["digest"]?.hasPrefix("sha256:") == true)
    #expect(opinions.allSatisfy { $0["side"] as? String == "exchange" })
    for (opinion, model) in zip(opinions, [Self.baseline] + Self.others) {
      let alone = try witan("score", "-m", model, "--json", input: input).json()
      #expect(opinion["any"] as? Double == alone["any"] as? Double)
      #expect(opinion["scores"] as? [String: Double] == alone["scores"] as? [String: Double])
    }
    let dissent = try #require(verdict["dissent"] as? [String: Any])
    #expect(dissent["spread"] is Double && dissent["objects"] is [String])
  }

  @Test("a stream tells each change of mind, and ends with the verdict of the whole text")
  func stream() throws {
    let arguments = ["panel", Self.baseline] + Self.others + ["--side", "prompt", "--json"]
    let whole = try run(arguments, input: Data(Self.fraud.utf8)).json()
    let lines = try run(arguments + ["--stream"], input: Data(Self.fraud.utf8)).out.split(separator: "\n")
    #expect(lines.count == Self.fraud.split(separator: " ").count + 1)
    let last = try JSONSerialization.jsonObject(with: Data(try #require(lines.last).utf8)) as? [String: Any]
    let verdict = try #require(last?["verdict"] as? [String: Any])
    #expect(verdict["opinions"] as? NSArray == whole["opinions"] as? NSArray)
    let table = try run(arguments.dropLast() + ["--stream"], input: Data(Self.fraud.utf8))
    #expect(table.code == 1 && table.out.contains("Baseline harms in requests: objects"))
  }

  @Test("what does not go together, and models that are not there, are errors")
  func errors() throws {
    #expect(try witan("panel", Self.baseline, "--side", "prompt", "--prompt", "x").code == 64)
    #expect(try witan("panel", Self.baseline, "--stream", "--on", "x").code == 64)
    let missing = try witan("panel", Self.baseline, "none.witan")
    #expect(missing.code == 2 && missing.err.contains("none.witan"))
    let twice = try witan("panel", "a=" + Self.baseline, "a=" + Self.baseline)
    #expect(twice.code == 2 && twice.err.contains("members.a: is the name of two members"))
  }
}
