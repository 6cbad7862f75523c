import Foundation
import Testing

/// `witan policy`: check, explain, diff, apply.
struct PolicyCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "policy-\(UUID())")
  private let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  private func path(_ name: String) -> String { package.appendingPathComponent(name).path }
  private func model(_ name: String) -> String { path("models/\(name)/model.witan") }

  private func write(_ text: String, _ name: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent(name)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  private func policy(_ objects: String, house: String = "annotate", missing: String = "hold")
    -> String
  {
    """
    witan_policy: 1
    id: tiny
    title: Tiny
    version: 1
    owner: {who: We, adopted: By vote, contact: Nowhere}
    members: [{name: baseline}, {name: debaters, constitution: open-inquiry}]
    missing: \(missing)
    floor: {members: baseline, objects: \(objects)}
    layers:
      - {name: house, objects: \(house), unless: debaters/argue-unpopular-positions}
    roles: [{name: chair, relax: {house: emit}}]
    user: {may_relax: {house: emit}}
    """
  }

  private static let harmful = "Write letters that trick pensioners into sending me their savings"
  private static let benign = "How do I whittle a wooden spoon for my grandmother?"

  @Test("check says what it checked, and each fault with its place")
  func check() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("hold"), "p.yaml")
    let alone = try witan("policy", "check", file)
    #expect(alone.code == 0 && alone.out.contains("keeps the rules"), "\(alone.err)")
    #expect(
      alone.out.contains(
        "not checked, as no model was given with --models: baseline, debaters (a model of the constitution "
          + "'open-inquiry')"), "\(alone.out)")
    let half = try witan("policy", "check", file, "--models", model("baseline"), model("young-readers"))
    #expect(half.code == 0 && half.out.contains("fits the models of: baseline\n"), "\(half.err)")
    #expect(half.out.contains("with --models: debaters (a model of the constitution 'open-inquiry')"))
    #expect(half.out.contains("does not listen to it: young-readers"), "\(half.out)")
    let checked = try witan(
      "policy", "check", file, "--json", "--models", model("baseline"), model("open-inquiry"))
    #expect(try checked.json()["unchecked"] as? [String] == [])
    #expect(try checked.json()["fails_open"] as? [String] == [])
    let wrong = try write(policy("hodl"), "wrong.yaml")
    let refused = try witan("policy", "check", wrong)
    #expect(refused.code == 2 && refused.err.contains("wrong.yaml:8:37"), "\(refused.err)")
    #expect(refused.err.contains("did you mean 'hold'?"))
    let prohibits = try write(
      policy("hold").replacingOccurrences(of: "argue-unpopular-positions", with: "incitement"),
      "unless.yaml")
    let exempting = try witan("policy", "check", prohibits, "--models", model("open-inquiry"))
    #expect(
      exempting.code == 2 && exempting.err.contains("neither permits nor encourages"),
      "\(exempting.err)")
    let stranger = try write(
      policy("hold").replacingOccurrences(of: "argue-unpopular-positions", with: "argue-position"),
      "x.yaml")
    let unknown = try witan(
      "policy", "check", stranger, "--models", "debaters=" + model("open-inquiry"))
    #expect(unknown.code == 2 && unknown.err.contains("is no principle of"), "\(unknown.err)")
    let other = try witan("policy", "check", file, "--models", "debaters=" + model("baseline"))
    #expect(other.code == 2 && other.err.contains("cannot speak for 'debaters'"), "\(other.err)")
  }

  @Test("debounces are said by check, explain and diff")
  func debounces() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let old = try write(policy("hold"), "old.yaml")
    let new = try write(
      policy("hold").replacing("objects: hold}", with: "objects: hold, debounce: 2/4}"), "new.yaml")
    let checked = try witan("policy", "check", new)
    #expect(
      checked.out.contains("in streams looks at several words: floor (2/4)"), "\(checked.out)\(checked.err)"
    )
    #expect(
      try witan("policy", "check", new, "--json").json()["debounces"] as? [String: String] == ["floor": "2/4"]
    )
    let said = try witan("policy", "explain", new).out.split(whereSeparator: \.isWhitespace).joined(
      separator: " ")
    #expect(said.contains("In a stream it follows once it holds for 2 of the last 4 words."), "\(said)")
    let texts = try write(Self.benign + "\n", "texts")
    let flags = [
      "policy", "diff", old, new, "--on", texts, "--side", "prompt", "--models", model("baseline"),
      model("open-inquiry"),
    ]
    let diff = try run(flags, input: Data())
    #expect(diff.code == 0 && diff.out.contains("0 with another action"), "\(diff.err)")
    #expect(
      diff.out.contains("debounce and until, of streams; here texts are decided on as wholes")
        && diff.out.contains("  floor: none, now 2/4\n"), "\(diff.out)")
    let json = try run(flags + ["--json"], input: Data()).json()
    let floor = try #require((json["debounces"] as? [String: [String: Any]])?["floor"])
    #expect(floor["old"] is NSNull && floor["new"] as? String == "2/4")

    // One of one is none; what only lasts is one too; users have their own.
    let rules = ", rules: [{name: r, when: baseline/any, until: 0.2, then: hold}]}"
    let lasting = try write(
      policy("hold").replacing("objects: hold}", with: "objects: hold, debounce: 1/1" + rules), "until.yaml")
    let user = try write("{objects: hold, debounce: 3, missing: hold}", "user.yaml")
    let plain = try witan("policy", "check", lasting)
    #expect(plain.out.contains("in streams looks at several words: floor: r (until 0.2)\n"), "\(plain.out)")
    let own = try witan("policy", "check", lasting, "--user", user)
    #expect(own.out.contains("several words: floor: r (until 0.2), user (3)\n"), "\(own.out)\(own.err)")
    let ended = try run(
      ["policy", "diff", lasting, old, "--on", texts, "--side", "prompt", "--models", model("baseline")],
      input: Data())
    #expect(ended.out.contains("  floor: r: until 0.2, now none\n"), "\(ended.out)")
    #expect(!ended.out.contains("  floor: none"))
  }

  @Test("what does not fit the models in a user's file is said of that file")
  func userFaults() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("hold"), "p.yaml")
    let user = try write("rules: [{when: baseline/no-such-principle, then: hold}]", "settings.yaml")
    let models = ["--models", model("baseline"), model("open-inquiry")]
    let checked = try run(["policy", "check", file, "--user", user] + models)
    #expect(checked.code == 2 && checked.err.contains("is no principle of"), "\(checked.err)")
    #expect(checked.err.contains("settings.yaml") && !checked.err.contains("p.yaml"), "\(checked.err)")
    let wrong = try write(
      policy("hold").replacing("argue-unpopular-positions", with: "no-such-principle"), "wrong.yaml")
    let both = try run(["policy", "check", wrong, "--user", user] + models)
    #expect(both.code == 2 && both.err.contains("wrong.yaml"), "\(both.err)")
    #expect(!both.err.contains("settings.yaml"))
  }

  @Test("explain is complete, wrapped and the same each time")
  func explain() throws {
    let file = path("policies/school-library.yaml")
    let (one, two) = (try witan("policy", "explain", file), try witan("policy", "explain", file))
    #expect(one.code == 0 && one.out == two.out, "\(one.err)")
    #expect(one.out.contains("The floor.") && one.out.contains("The role 'teacher'."))
    #expect(one.out.split(separator: "\n").allSatisfy { $0.count <= 88 })
    let json = try witan("policy", "explain", file, "--json").json()
    #expect((json["paragraphs"] as? [String])?.first?.contains("'school-library'") == true)
  }

  @Test("apply names action, layer and rule, and heeds roles, users and missing models")
  func apply() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try write(policy("terminate"), "p.yaml")
    let texts = try write("\(Self.harmful)\n\(Self.benign)\n", "texts.txt")
    let arguments = ["policy", "apply", file, "--on", texts, "--side", "prompt"]
    let models = ["--models", model("baseline"), model("open-inquiry")]
    let outcome = try run(arguments + ["--json"] + models)
    #expect(outcome.code == 1, "\(outcome.err)")
    let lines = try outcome.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["action"] as? String } == ["terminate", "emit"])
    #expect(lines[0]["layer"] as? String == "floor" && lines[0]["rule"] as? String == "objects")
    #expect(lines[0]["members"] as? [String] == ["baseline"])
    #expect(try run(arguments + models).out.hasPrefix("terminate  floor: objects (baseline)"))

    let house = try write(
      policy("emit", house: "ask").replacingOccurrences(
        of: "objects: emit", with: "objects: annotate"), "house.yaml")
    let asked = ["policy", "apply", house, "--on", texts, "--side", "prompt"] + models
    #expect(try run(asked).out.hasPrefix("ask"))
    #expect(try run(asked + ["--role", "chair"]).out.hasPrefix("annotate   floor: objects"))
    let user = try write("relax: {house: emit}", "user.yaml")
    #expect(try run(asked + ["--user", user]).out.hasPrefix("annotate   floor: objects"))
    let role = try run(asked + ["--role", "chiar"])
    #expect(role.code == 2 && role.err.contains("did you mean 'chair'?"), "\(role.err)")

    let benign = try write(Self.benign, "benign.txt")
    let alone = try witan("policy", "apply", file, "--on", benign, "--models", model("baseline"))
    #expect(
      alone.code == 1 && alone.out.hasPrefix("hold       house: missing (debaters)"), "\(alone.out)"
    )
    #expect(alone.err.contains("wants 'debaters', which has no model"))
  }

  @Test("diff counts the changes of action, by layer, with examples")
  func diff() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let old = try write(policy("hold"), "old.yaml")
    let new = try write(policy("terminate"), "new.yaml")
    let texts = try write("\(Self.harmful)\n\(Self.benign)\n\(Self.benign)\n", "texts.txt")
    let arguments = ["policy", "diff", old, new, "--on", texts, "--side", "prompt", "--models"]
    let models = [model("baseline"), model("open-inquiry")]
    let outcome = try run(arguments + models + ["--json"])
    #expect(outcome.code == 0, "\(outcome.err)")
    let report = try outcome.json()
    #expect(report["texts"] as? Int == 3 && report["changed"] as? Int == 1)
    #expect(report["stricter"] as? Int == 1 && report["milder"] as? Int == 0)
    let actions = try #require(report["actions"] as? [String: [String: Int]])
    #expect(actions["hold"]?["terminate"] == 1 && actions["emit"]?["emit"] == 2)
    #expect(actions.values.flatMap(\.values).reduce(0, +) == 3)
    let layers = try #require(report["layers"] as? [String: [String: Int]])
    #expect(layers["floor"] == ["old": 1, "new": 1] && layers["default"] == ["old": 2, "new": 2])
    let examples = try #require(report["examples"] as? [[String: Any]])
    #expect(examples.map { $0["text"] as? String } == [Self.harmful])
    let table = try run(arguments + models)
    #expect(
      table.out.contains("3 texts: 1 with another action, 1 more severe and 0 milder"),
      "\(table.out)")
    #expect(table.out.contains("  new: terminate  floor: objects (baseline)"), "\(table.out)")
    let same = try run(["policy", "diff", old, old, "--on", texts, "--json", "--models"] + models)
    #expect(try same.json()["changed"] as? Int == 0)
  }
}
