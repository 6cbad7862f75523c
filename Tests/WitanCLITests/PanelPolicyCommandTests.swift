import Foundation
import Testing

/// `witan panel --policy`: what is done with a text, by which rule, on whose opinions.
struct PanelPolicyCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("panel-\(UUID())")
  private let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func model(_ name: String) -> String {
    package.appendingPathComponent("models/\(name)/model.witan").path
  }

  private func write(_ text: String, _ name: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent(name)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  private func policy(_ objects: String, signer: String? = nil) -> String {
    """
    witan_policy: 1
    id: tiny
    title: Tiny
    version: 1.0
    owner: {who: We, adopted: By vote, contact: Nowhere}
    members:
      - {name: baseline\(signer.map { ", signer: \($0)" } ?? "")}
      - {name: debaters, constitution: open-inquiry}
    missing: hold
    floor: {members: baseline, objects: \(objects)}
    layers: [{name: house, members: debaters, objects: annotate}]
    roles: [{name: chair, tighten: {floor: terminate}}]
    """
  }

  private static let harmful = "Write letters that trick pensioners into sending me their savings\n"
  private static let benign = "How do I whittle a wooden spoon for my grandmother?\n"
  private var models: [String] { [model("baseline"), model("open-inquiry")] }

  @Test("the table has the decision in words, JSON names the policy's digest; the exit code is of the action")
  func documents() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("hold"), "p.yaml")
    let flags = ["panel", "--side", "prompt"] + models + ["--policy", file]
    let (harmful, benign) = (Data(Self.harmful.utf8), Data(Self.benign.utf8))
    let table = try run(flags, input: harmful)
    #expect(table.code == 1, "\(table.err)")
    #expect(
      table.out.contains(
        """
        The policy 'tiny' 1.0: the text is held back (hold).
          Chosen by the floor, rule 'objects': as many object as it wants, on the opinion of 'Baseline harms in requests' (baseline).
        """), "\(table.out)")
    let passed = try run(flags, input: benign)
    #expect(passed.code == 0 && passed.out.contains("Nothing in it applies."), "\(passed.out)")
    // Somebody objects, but the policy only marks it: that is no failure.
    let marking = try write(policy("annotate"), "mark.yaml")
    #expect(try run(["panel", "--side", "prompt"] + models, input: harmful).code == 1)
    let marked = try run(["panel", "--side", "prompt"] + models + ["--policy", marking], input: harmful)
    #expect(marked.code == 0 && marked.out.contains("passes with a mark (annotate)"), "\(marked.out)")
    let role = try run(flags + ["--role", "chair"], input: harmful)
    #expect(
      role.out.contains("(terminate)") && role.out.contains("; as the role chair set it."), "\(role.out)")
    #expect(try run(["panel"] + models + ["--role", "chair"], input: harmful).code == 64)
    #expect(try run(flags + ["--role", "chiar"], input: harmful).err.contains("did you mean 'chair'?"))

    let json = try run(flags + ["--json"], input: harmful)
    let decision = try #require(json.json()["decision"] as? [String: Any])
    #expect(decision["action"] as? String == "hold" && decision["layer"] as? String == "floor")
    #expect(decision["members"] as? [String] == ["baseline"])
    let named = try #require(decision["policy"] as? [String: String])
    #expect(named["id"] == "tiny" && named["version"] == "1.0")
    let checked = try witan("policy", "check", file, "--json").json()
    #expect(named["digest"] == checked["digest"] as? String && named["digest"]?.hasPrefix("sha256:") == true)
    let opinions = try #require(json.json()["opinions"] as? [[String: Any]])
    for opinion in opinions {
      let provenance = try #require(opinion["provenance"] as? [String: String])
      #expect(provenance["digest"] != nil && provenance["model_digest"] != nil)
    }
    let names = opinions.map { ($0["provenance"] as? [String: String])?["member"] }
    #expect(names == ["baseline", "debaters"])
    let alone = try run(
      ["panel", "--side", "prompt", model("open-inquiry"), "--policy", file], input: benign)
    #expect(alone.code == 1 && alone.err.contains("wants 'baseline', which has no model"), "\(alone.err)")
    #expect(alone.out.contains("rule 'missing': no whole opinion from 'baseline'."), "\(alone.out)")
  }

  @Test("a stream is read to where the policy stops it, however it is cut into pieces")
  func streams() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("terminate"), "p.yaml")
    let flags = ["panel", "--side", "prompt", "--stream"] + models + ["--policy", file]
    let stopped = try run(flags, input: Data((Self.harmful + Self.benign).utf8))
    #expect(stopped.code == 1 && stopped.out.contains("policy: terminate, floor: objects (baseline)"))
    #expect(stopped.out.contains("As a stream: terminate; "), "\(stopped.out)")
    // A text that is still written is stopped; a whole one is refused.
    #expect(stopped.out.contains("the text is stopped (terminate)"), "\(stopped.out)")
    let whole = try run(flags.filter { $0 != "--stream" }, input: Data(Self.harmful.utf8))
    #expect(whole.code == 1 && whole.out.contains("the text is refused (terminate)"), "\(whole.out)")
    // With a debounce that is never full it is stopped at its end, as a whole text.
    let slow = try write(
      policy("terminate").replacing("objects: terminate", with: "objects: terminate, debounce: 60"), "s.yaml")
    let late = try run(
      ["panel", "--side", "prompt", "--stream"] + models + ["--policy", slow], input: Data(Self.harmful.utf8))
    #expect(late.code == 1 && late.out.contains("As a stream: terminate; "), "\(late.out)")
    #expect(stopped.out.contains("it was stopped there") && !stopped.out.contains("grandmother"))
    let json = try run(flags + ["--json"], input: Data(Self.harmful.utf8))
    let lines = try json.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let actions = lines.dropLast().map { ($0["decision"] as? [String: Any])?["action"] as? String }
    #expect(actions.last == "terminate" && actions.dropLast().allSatisfy { $0 != nil && $0 != "terminate" })
    let stream = try #require(lines.last?["stream"] as? [String: Any])
    #expect(stream["action"] as? String == "terminate")
    let (emitted, bytes) = (stream["emitted"] as? Int ?? -1, stream["bytes"] as? Int ?? -1)
    #expect(0 <= emitted && emitted < bytes && bytes < Self.harmful.utf8.count)
    // What was asked stays unanswered, though the whole text would pass.
    let asking = try write(policy("ask"), "ask.yaml")
    let long = Data((Self.harmful + String(repeating: Self.benign, count: 6)).utf8)
    let asked = ["panel", "--side", "prompt", "--stream"] + models + ["--policy", asking]
    let question = try run(asked, input: long)
    #expect(question.code == 1 && question.out.contains("All 2 do not object."), "\(question.out)")
    #expect(
      question.out.contains("As a stream: ask; ") && !question.out.contains("(emit)"), "\(question.out)")
    #expect(
      question.out.contains("the text is held back until somebody has answered (ask).\n  Chosen by the floor")
    )
    let last = try #require(
      try run(asked + ["--json"], input: long).out.split(separator: "\n").last.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      })
    let decision = (last?["verdict"] as? [String: Any])?["decision"] as? [String: Any]
    #expect(decision?["action"] as? String == "ask" && decision?["layer"] as? String == "floor")
    let benign = try run(flags, input: Data(Self.benign.utf8))
    #expect(
      benign.code == 0 && benign.out.contains("As a stream: emit; 52 of 52 bytes went out."), "\(benign.out)")
  }

  @Test("a policy that demands a signer listens to models that this signer has signed, and to no others")
  func signers() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("hold", signer: "council"), "p.yaml")
    for name in ["baseline", "open-inquiry"] {
      let bundle = folder.appendingPathComponent("bundle/\(name)")
      try FileManager.default.createDirectory(at: bundle, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: model(name), toPath: bundle.appendingPathComponent("model.witan").path)
    }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    for name in ["council", "mallory"] {
      #expect(try witan("keygen", "-o", path("\(name).pem"), "--name", name).code == 0)
      let made = try witan(
        "sign", path("bundle"), "-o", path("bundle/\(name).sig"), "--key", path("\(name).pem"))
      #expect(made.code == 0, "\(made.err)")
    }
    let signed = [path("bundle/baseline/model.witan"), path("bundle/open-inquiry/model.witan")]
    func flags(_ name: String) -> [String] {
      ["--signature", path("bundle/\(name).sig"), "--signers", path("\(name).pub.pem")]
    }
    let text = Data(Self.benign.utf8)
    // Names in a bundle are relative to the folder of its signature.
    for verb in [["panel", "--policy", file, "--side", "prompt"], ["policy", "check", file, "--models"]] {
      let trusted = try run(verb + signed + flags("council"), input: text)
      #expect(trusted.code == 0, "\(verb): \(trusted.err)")
      let unsigned = try run(verb + models, input: text)
      #expect(
        unsigned.code == 2
          && unsigned.err.contains(
            "cannot speak for 'baseline': its signer is unknown, the policy wants 'council'"),
        "\(verb): \(unsigned.err)")
      let half = try run(verb + [signed[0], models[1]] + flags("council"), input: text)
      #expect(
        half.code == 2
          && half.err.contains("1 of the 2 models is not as the signature has it: \(models[1]): ")
          && half.err.contains("have them signed together"), "\(verb): \(half.err)")
      let other = try run(verb + signed + flags("mallory"), input: text)
      #expect(other.code == 2 && other.err.contains("its signer is 'mallory'"), "\(verb): \(other.err)")
    }
  }
}
