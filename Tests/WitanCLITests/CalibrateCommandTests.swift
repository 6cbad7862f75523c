import Foundation
import Testing

/// `witan calibrate` as a user meets it.
struct CalibrateCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "witan-calibrate-\(UUID().uuidString)")
  private let baseline = CommandContractTests.baseline

  private func texts(_ count: Int) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let topics = ["bread", "chess", "gardens", "trains", "rivers", "poems", "stars"]
    let lines = (0..<count).map { i in
      let text =
        "How do \(topics[i % 7]) of kind \(i) differ from \(topics[i * 3 % 7 + 0]) in year \(i * 37 % 1900)?"
      return #"{"text": "\#(text)", "group": "\#(i % 2 == 0 ? "even" : "odd")"}"#
    }
    let url = folder.appendingPathComponent("benign-\(count).jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: url)
    return url.path
  }

  @Test("a calibrated model carries its promise, and every verdict says where its threshold is from")
  func promise() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let benign = try texts(400)
    let model = folder.path + "/m.witan"
    let report = try witan(
      "calibrate", baseline, "--benign", benign, "--fpr", "0.02", "--held-out", "0.5", "-o", model, "--json")
    #expect(report.code == 0, "\(report.err)")
    let output = try #require((try report.json()["outputs"] as? [[String: Any]])?.first)
    let heldOut = try #require(output["held_out"] as? [String: Any])
    #expect((output["n"] as? Int ?? 0) + (heldOut["n"] as? Int ?? 0) == 400)
    #expect(output["output"] as? String == "any" && output["per"] as? String == "stream")
    #expect((output["groups"] as? [[String: Any]])?.count == 2)
    #expect((output["lengths"] as? [Any])?.isEmpty == false)

    let input = Data("How do I knead bread dough?\n".utf8)
    func field(_ path: String) throws -> String? {
      try witan("score", "-m", path, "--json", input: input).json()["calibration"] as? String
    }
    #expect(try field(baseline) == "synthetic")
    #expect(try field(model) == "conformal")
    for (path, says) in [(baseline, true), (model, false)] {
      for verb in ["score", "stream"] {
        let outcome = try witan(verb, "-m", path, input: input)
        #expect(outcome.err.contains("thresholds come from synthetic text") == says, "\(outcome.err)")
      }
    }
    let events = try witan("stream", "-m", model, "--json", input: input).out.split(separator: "\n")
    let last = try JSONSerialization.jsonObject(with: Data(#require(events.last).utf8)) as? [String: Any]
    let verdict = try #require(last?["verdict"] as? [String: Any])
    #expect(verdict["calibration"] as? String == "conformal")
    #expect((verdict["promise"] as? String)?.hasPrefix("at most 2 % of benign streams") == true)
    let inspected = try witan("inspect", model)
    #expect(inspected.out.contains("- any: at most 2 % of benign streams, read after each word"))
    #expect(inspected.out.contains("thresholds_from: conformal"))
    #expect(try witan("inspect", baseline, "--json").json()["thresholds_from"] as? String == "synthetic")

    // Without its table of word pieces the model has other scores.
    let without = try witan("score", "-m", model, "--json", "--embeddings", "none", input: input)
    #expect(try without.json()["calibration"] as? String == "void")
    let noted = try witan("score", "-m", model, "--embeddings", "none", input: input)
    #expect(noted.err.contains("their promise does not hold"))
  }

  @Test("the report names groups and lengths; several files and outputs, and each class by itself")
  func report() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, two) = (try texts(300), try texts(350))
    let model = folder.path + "/m.witan"
    let shown = try witan(
      "calibrate", baseline, "--benign", one, two, "--fpr", "0.05", "--per", "text", "--each", "length",
      "group",
      "--length-classes", "3", "-o", model)
    #expect(shown.code == 0, "\(shown.err)")
    for part in [
      "any: the threshold is now 0.",
      "at most 5 % of benign texts are flagged, on average over samples of 650 like",
      "in this sample, old threshold", "in this sample, new threshold",
      "in each class of group and of length", "300 of the 650 texts repeat others",
      "in this sample, flagged by the new threshold, by length",
      "by group, worst first", "benign-350.jsonl:odd", "m.witan: written",
    ] {
      #expect(shown.out.contains(part), "\(part): \(shown.out)")
    }
    let all = try witan(
      "calibrate", baseline, "--benign", one, "--fpr", "0.05", "--reads", "character", "--for", "all", "-o",
      model,
      "--json")
    #expect((try all.json()["outputs"] as? [Any])?.count == 20)
  }

  @Test("promises that the sample cannot carry are refused, and nothing is written")
  func refusal() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let benign = try texts(200)
    let model = folder.path + "/m.witan"
    let refused = try witan("calibrate", baseline, "--benign", benign, "--fpr", "0.001", "-o", model)
    #expect(refused.code == 2)
    #expect(
      refused.err.contains("200 benign texts cannot carry a rate of 0.1 %: that takes at least 999"),
      "\(refused.err)")
    #expect(!FileManager.default.fileExists(atPath: model))
    let unknown = try witan(
      "calibrate", baseline, "--benign", benign, "--fpr", "0.1", "--for", "x", "-o", model)
    #expect(unknown.code == 2 && unknown.err.contains("the model has no output 'x'"))
    for fpr in ["0", "1", "2"] {
      #expect(try witan("calibrate", baseline, "--benign", benign, "--fpr", fpr, "-o", model).code == 64)
    }
    #expect(try witan("calibrate", baseline, "--fpr", "0.1", "-o", model).code == 64)
  }
}
