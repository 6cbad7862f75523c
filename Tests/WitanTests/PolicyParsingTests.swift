import Testing
import Witan

/// Each mistake in a policy is an error with its path and what to do.
struct PolicyParsingTests {
  static let minimal: JSON = [
    "witan_policy": 1, "id": "tiny", "title": "Tiny", "version": "1", "missing": "hold",
    "owner": ["who": "w", "adopted": "a", "contact": "c"],
    "members": [["name": "one"], ["name": "two", "constitution": "second"]],
    "floor": ["objects": "hold"],
    "layers": [["name": "house", "objects": "hold", "rules": [["when": "one/bad", "then": "ask"]]]],
  ]

  /// `json` with the field at `path` replaced or, by nil, removed. Numbers are places in lists.
  static func changed(_ json: JSON, _ path: [String], _ value: JSON?) throws -> JSON {
    guard let key = path.first else { return value ?? .null }
    if let i = Int(key) {
      var items = try #require(json.array)
      items[i] = try changed(items[i], Array(path.dropFirst()), value)
      return .array(items)
    }
    var fields = try #require(json.object)
    fields[key] =
      path.count == 1 ? value : try changed(try #require(fields[key]), Array(path.dropFirst()), value)
    return .object(fields)
  }

  private func fault(_ json: JSON) throws -> WitanError {
    let error = #expect(throws: WitanError.self) { try Policy(json: json.text()) }
    return try #require(error)
  }

  @Test("the smallest policy and its defaults")
  func defaults() throws {
    let policy = try Policy(json: Self.minimal.text())
    #expect(policy.members.map(\.constitution) == ["one", "second"])
    #expect(policy.floor.members == ["one", "two"])
    #expect(policy.floor.combination == .any)
    #expect(policy.floor.missing == .hold && policy.floor.contested == .emit)
    let rule = policy.layers[0].rules[0]
    #expect(rule.name == "one/bad" && rule.signals[0].from == nil && rule.action == .ask)
    #expect(policy.userMayRelax.isEmpty && policy.roles.isEmpty && policy.rationale.isEmpty)
  }

  private static let house = ["layers", "0"]
  private static let rule = ["layers", "0", "rules", "0"]

  @Test(
    "a mistake in a field",
    arguments: [
      (["titel"], "t", "titel", ["is unknown", "did you mean 'title'?"]),
      (["title"], nil, "title", ["is missing"]),
      (["title"], " \n", "title", ["is empty"]),
      (["title"], ["a"], "title", ["should be a text"]),
      (["id"], "Tiny", "id", ["lower-case"]),
      (["witan_policy"], 2, "witan_policy", ["is unknown", "witan_policy: 1"]),
      (["missing"], nil, "missing", ["is missing"]),
      (["missing"], "hodl", "missing", ["'hodl'", "did you mean 'hold'?", "terminate"]),
      (["owner", "contact"], nil, "owner.contact", ["is missing"]),
      (["members"], [], "members", ["is empty"]),
      (["members", "1", "name"], "one", "members[2]", ["'one'", "twice"]),
      (["members", "1", "name"], "user", "members[2].name", ["not floor, user, default or any"]),
      (["floor"], nil, "floor", ["is missing"]),
      (["floor"], [:], "floor", ["does nothing", "'objects'"]),
      (["floor", "unless"], "one/good", "floor.unless", ["is unknown"]),
      (["floor", "combine"], "choice", "floor.combine", ["nobody chooses"]),
      (["floor", "members"], ["one", "tow"], "floor.members[2]", ["'tow'", "did you mean 'two'?"]),
      (["floor", "members"], ["one", "one"], "floor.members[2]", ["twice"]),
      (house + ["combine"], "qourum", "layers[1].combine", ["did you mean 'quorum'?"]),
      (house + ["combine"], "quorum", "layers[1].combine", ["needs a value", "{quorum: ...}"]),
      (house + ["combine"], ["quorum": 3], "layers[1].combine.quorum", ["from 1 to 2"]),
      (house + ["combine"], ["share": 1.5], "layers[1].combine.share", ["above 0 and at most 1"]),
      (house + ["combine"], ["quorum": 1, "share": 1], "layers[1].combine", ["one of"]),
      (house + ["combine"], ["quorum": 1, "from": 1], "layers[1].combine.from", ["'weights' only"]),
      (
        house + ["combine"], ["weights": ["one": 1], "from": 0.5], "layers[1].combine.weights.two",
        ["is missing"]
      ),
      (
        house + ["combine"], ["weights": ["one": 1, "two": 0], "from": 0.5],
        "layers[1].combine.weights.two", ["above 0"]
      ),
      (
        house + ["combine"], ["weights": ["one": 1, "two": 1]], "layers[1].combine.from", ["is missing"]
      ),
      (house + ["unless_from"], 0.5, "layers[1].unless_from", ["'unless', which is missing"]),
      (house + ["unless"], "one/any", "layers[1].unless", ["permit or encourage"]),
      (house + ["name"], "floor", "layers[1].name", ["not floor"]),
      (rule + ["when"], nil, "layers[1].rules[1].when", ["is missing"]),
      (rule + ["when"], "bad", "layers[1].rules[1].when", ["member/principle"]),
      (rule + ["when"], ["one/bad", "on/bad"], "layers[1].rules[1].when[2]", ["did you mean 'one'?"]),
      (rule + ["when"], [], "layers[1].rules[1].when", ["is empty"]),
      (rule + ["then"], "stop", "layers[1].rules[1].then", ["'stop'", "no action"]),
      (rule + ["from"], 0, "layers[1].rules[1].from", ["above 0"]),
      (rule + ["from"], "0.5", "layers[1].rules[1].from", ["should be a number"]),
      (rule + ["name"], "contested", "layers[1].rules[1].name", ["name of an outcome"]),
      (["roles"], [["name": "r", "relax": ["floor": "emit"]]], "roles[1].relax.floor", ["nothing relaxes"]),
      (["roles"], [["name": "r", "relax": ["hose": "emit"]]], "roles[1].relax.hose", ["'house'?"]),
      (["roles"], [["name": "r", "layers": "hose"]], "roles[1].layers", ["'house'?"]),
      (["roles"], [["name": "r"], ["name": "r"]], "roles[2].name", ["twice"]),
      (["user"], ["may_relax": ["floor": "emit"]], "user.may_relax.floor", ["nothing relaxes"]),
      (["user"], ["may": [:]], "user.may", ["is unknown", "may_relax"]),
    ] as [([String], JSON?, String, [String])])
  func mistake(_ path: [String], _ value: JSON?, _ place: String, _ messages: [String]) throws {
    let error = try fault(Self.changed(Self.minimal, path, value))
    #expect(error.code == .invalidValue)
    #expect(error.place == place, "\(error)")
    for message in messages { #expect(error.message.contains(message), "\(error)") }
  }

  @Test("members of another layer, contests of one, rules by one name")
  func layers() throws {
    var json = try Self.changed(Self.minimal, ["layers", "0", "members"], "two")
    #expect(try fault(json).message.contains("no member of this layer"))
    json = try Self.changed(
      Self.changed(json, Self.rule + ["when"], "two/bad"), Self.house + ["contested"], "ask")
    #expect(try fault(json).message.contains("a layer of one member"))
    let rule: JSON = ["when": "one/bad", "then": "ask"]
    json = try Self.changed(Self.minimal, ["layers", "0", "rules"], [rule, rule])
    #expect(try fault(json).message.contains("a 'name' of its own"))
  }

  @Test("a user's settings are checked against the policy")
  func settings() throws {
    let json = try Self.changed(Self.minimal, ["user"], ["may_relax": ["house": "annotate"]])
    let policy = try Policy(json: json.text())
    let user = try policy.userLayer(
      json:
        #"{"relax": {"house": "hold"}, "tighten": {"floor": "ask"}, "rules": [{"when": "two/x", "then": "hold"}]}"#
    )
    #expect(user.relax == ["house": .hold] && user.tighten == ["floor": .ask])
    #expect(user.layer?.name == "user" && user.layer?.missing == .emit)
    #expect(try policy.userLayer(json: "{}") == UserLayer())
    for (settings, place) in [
      (#"{"relax": {"house": "emit"}}"#, "relax.house"), (#"{"relax": {"floor": "hold"}}"#, "relax.floor"),
      (#"{"choose": {"house": "one"}}"#, "choose.house"), (#"{"tighten": {"hose": "ask"}}"#, "tighten.hose"),
      (#"{"unless": "one/x"}"#, "unless"), (#"{"rules": []}"#, "policy"),
    ] {
      let error = #expect(throws: WitanError.self) { try policy.userLayer(json: settings) }
      #expect(error?.place == place, "\(settings): \(String(describing: error))")
    }
    let unknown = #expect(throws: WitanError.self) { try policy.check(PolicyContext(role: "moderator")) }
    #expect(unknown?.message.contains("it has none") == true)
  }

  @Test("an opinion of another constitution, version or digest is missing")
  func identity() throws {
    var json = try Self.changed(Self.minimal, ["members", "0", "version"], "1.0.0")
    json = try Self.changed(json, ["members", "0", "digest"], "sha256:a")
    let policy = try Policy(json: json.text())
    func opinion(_ constitution: String?, _ version: String, _ digest: String, _ member: String) -> Opinion {
      Opinion(
        provenance: Provenance(member: member, constitution: constitution, version: version, digest: digest),
        scores: Scores(
          labels: [Label(id: "x", stance: .prohibit)], probabilities: [0], any: 0, features: 1,
          replacements: 0, isTruncated: false),
        anyThreshold: 0.5, side: nil, origin: .training, isComplete: true)
    }
    let second = opinion("second", "7", "sha256:b", "two")
    #expect(policy.decide([opinion("one", "1.0.0", "sha256:a", "one"), second]).action == .emit)
    for wrong in [
      opinion("other", "1.0.0", "sha256:a", "one"), opinion("one", "1.0.1", "sha256:a", "one"),
      opinion("one", "1.0.0", "sha256:c", "one"), opinion(nil, "1.0.0", "sha256:a", "one"),
    ] {
      let decision = policy.decide([wrong, second])
      #expect(
        decision
          == PolicyDecision(
            action: .hold, layer: "floor", rule: "missing", members: ["one"], policy: policy.identity))
    }
  }

  @Test("numbers that are no probabilities and texts that are too long are missing members")
  func unreadable() throws {
    let policy = try Policy(json: Self.minimal.text())
    func decision(any: Float, isTruncated: Bool) -> PolicyDecision {
      policy.decide(
        [("one", "one"), ("two", "second")].map { member, constitution in
          Opinion(
            provenance: Provenance(member: member, constitution: constitution),
            scores: Scores(
              labels: [Label(id: "x", stance: .prohibit)], probabilities: [0], any: member == "two" ? any : 0,
              features: 1, replacements: 0,
              isTruncated: member == "two" && isTruncated), anyThreshold: 0.5, side: nil, origin: .training,
            isComplete: true)
        })
    }
    #expect(decision(any: 0, isTruncated: false).action == .emit)
    for decision in [decision(any: .nan, isTruncated: false), decision(any: 0, isTruncated: true)] {
      #expect(decision.rule == "missing" && decision.members == ["two"])
    }
  }
}
