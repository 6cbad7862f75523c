import Testing
import Witan

/// `witan policy explain` and the outcomes that it tells of.
struct PolicyExplanationTests {
  private static let json: JSON = [
    "witan_policy": 1, "id": "tiny", "title": "Tiny", "version": "2.1", "missing": "terminate",
    "owner": ["who": "The\ncommittee", "adopted": "By vote.", "contact": "Write"],
    "members": [
      ["name": "a", "version": "1"], ["name": "b", "constitution": "bee"], ["name": "c"],
    ],
    "floor": [
      "members": "a", "objects": "hold", "rules": [["when": "a/x", "from": 0.3, "then": "ask"]],
    ],
    "layers": [
      [
        "name": "house", "combine": ["quorum": 2], "objects": "hold", "contested": "ask",
        "undecided": "annotate",
        "missing": "annotate", "unless": "b/y",
        "rules": [
          [
            "name": "rough", "when": ["a/x", "b/any"], "then": "hold", "unless": "c/z",
            "unless_from": 0.9,
          ]
        ],
      ],
      ["name": "taste", "members": ["b", "c"], "combine": "choice", "objects": "annotate"],
    ],
    "roles": [
      ["name": "boss", "layers": "taste", "tighten": ["floor": "terminate"]], ["name": "guest"],
    ],
    "user": ["may_relax": ["taste": "emit"]],
  ]

  @Test("debounces are sentences, and named for commands")
  func debounces() throws {
    var json = try PolicyParsingTests.changed(Self.json, ["layers", "0", "debounce"], 3)
    json = try PolicyParsingTests.changed(json, ["floor", "rules", "0", "debounce"], "2/4")
    json = try PolicyParsingTests.changed(json, ["floor", "rules", "0", "until"], 0.2)
    let policy = try Policy(json: json.text())
    let text = policy.explanation.joined(separator: "\n")
    for part in [
      "In a stream it follows once it holds for 3 words one after the other.",
      "In a stream it does so once that holds for 2 of the last 4 words.",
      "In a stream it goes on until the probability falls below 0.2.",
      "with hold the text is held back, with terminate the text is refused.",
    ] {
      #expect(text.contains(part), "\(part)\n\(text)")
    }
    #expect(policy.debounces == ["house": "3", "floor: a/x": "2/4, until 0.2"])
    #expect(try Policy(json: Self.json.text()).debounces.isEmpty)
    // One of one is no debounce; one of several acts at once and lasts.
    for (words, said, named) in [
      ("1/1", nil, [:]),
      (
        "1/4", "In a stream it does so from the first such word on, and for 3 more after the last.",
        ["floor: a/x": "1/4"]
      ),
    ] as [(String, String?, [String: String])] {
      let json = try PolicyParsingTests.changed(
        Self.json, ["floor", "rules", "0", "debounce"], .string(words))
      let policy = try Policy(json: json.text())
      #expect(policy.debounces == named)
      let text = policy.explanation.joined(separator: "\n")
      if let said { #expect(text.contains(said), "\(text)") } else { #expect(!text.contains("In a stream")) }
    }
  }

  @Test("outcomes of which nothing follows are left out, and what holds text back is never said to pass")
  func silentOutcomes() throws {
    func floor(_ fields: [String: JSON]) throws -> String {
      let json = try PolicyParsingTests.changed(Self.json, ["floor"], .object(fields))
      return try Policy(json: json.text()).explanation.first { $0.hasPrefix("The floor.") } ?? ""
    }
    let contested = try floor(["members": ["a", "b"], "contested": "hold"])
    #expect(
      contested.contains(
        "When at least one of a and b objects, the text is held back until its score has fallen."),
      "\(contested)")
    #expect(!contested.contains("passes") && !contested.contains("disagree"), "\(contested)")
    let undecided = try floor([
      "members": ["a", "b"], "combine": "unanimity", "undecided": "ask",
      "rules": [["when": "a/x", "then": "hold"]],
    ])
    #expect(
      undecided.contains(
        "When all of a and b who can tell object, or could with those who cannot tell, this follows: the text is "
          + "held back until somebody has answered."), "\(undecided)")
    #expect(!undecided.contains("passes") && !undecided.contains("disagree"), "\(undecided)")
  }

  @Test("the explanation says all that the policy does, in sentences")
  func sentences() throws {
    let policy = try Policy(json: Self.json.text())
    let text = policy.explanation.joined(separator: "\n")
    for part in [
      "\"Tiny\" is the policy 'tiny', version 2.1. Who answers for it: The committee. How it was adopted: By vote. ",
      "It listens to 3 constitutions: a, version 1; b, which is the constitution 'bee'; c.",
      "When a objects, the text is held back until its score has fallen.",
      "When a finds 'x' (at a probability of 0.3 or more), the text is held back until somebody has answered.",
      "When a is missing or incomplete, the text is stopped: it fails closed.",
      "When at least 2 of a, b and c object, or all who are there, the text is held back",
      "When some of them object and others do not, this follows: the text is held back until somebody",
      "When it hangs on members that cannot tell, this follows: the text passes with a mark.",
      "What follows when some object is never more than what follows when all do.",
      "The rule 'rough': when a finds 'x' or b finds any of its prohibitions (at the model's own threshold)",
      ", unless c finds 'z' (at a probability of 0.9 or more).",
      "All this is silent while b finds 'y' (at the model's own threshold);",
      "the text passes with a mark: it fails open.",
      "The user chooses which of b or c speaks;",
      "The role 'boss'. For people in it only the layer 'taste' and the floor count. Whenever the floor wants",
      "The role 'guest'. It changes nothing.",
      "They may relax the layer 'taste', down to this: the text passes.",
      "They may choose who speaks in the layer 'taste'.",
      "Of all that applies, the most severe counts",
    ] {
      #expect(text.contains(part), "\(part)\n\(text)")
    }
    for paragraph in policy.explanation {
      #expect(
        paragraph.hasSuffix(".") && !paragraph.contains("\n") && !paragraph.contains("  "),
        "\(paragraph)")
    }
    #expect(try Policy(json: Self.json.text(indent: true)).explanation == policy.explanation)
    let user = try policy.userLayer(
      json:
        #"{"relax": {"taste": "emit"}, "choose": {"taste": "c"}, "members": "a", "objects": "ask"}"#
    )
    let settings = policy.explanation(of: user).joined()
    for part in [
      "What the layer 'taste' wants is at most this: the text passes.",
      "In the layer 'taste' c alone speaks.",
      "The user's own rules. When a objects, the text is held back until somebody has answered.",
    ] {
      #expect(settings.contains(part), "\(settings)")
    }
    #expect(policy.explanation(of: UserLayer()).joined().contains("They change nothing."))
  }

  @Test("random policies are explained in whole sentences, by each combination and action in them")
  func random() throws {
    for seed in 0..<300 {
      var random = RandomPolicy(seed: seed)
      let policy = try random.policy()
      let text = policy.explanation.joined(separator: " ")
      #expect(
        !text.contains("..") && !text.contains(" ,") && !text.contains("  "),
        "seed \(seed)\n\(text)")
      for layer in policy.layers {
        #expect(text.contains("The layer '\(layer.name)'."))
        for rule in layer.rules {
          #expect(text.contains("The rule '\(rule.name)': when"), "seed \(seed)")
        }
      }
    }
  }

  /// The decision of the layer `house` alone for these findings of a, b and c.
  private func decision(_ findings: [Finding?], house: [String: JSON]) throws -> PolicyDecision {
    var fields = try #require(Self.json.object)
    var layer: [String: JSON] = ["name": "house", "missing": "emit"]
    layer.merge(house) { $1 }
    (fields["layers"], fields["roles"], fields["user"]) = (.array([.object(layer)]), nil, nil)
    fields["floor"] = [
      "members": "a", "missing": "emit", "rules": [["when": "a/never", "then": "hold"]],
    ]
    let policy = try Policy(json: JSON.object(fields).text())
    let opinions = zip(policy.members, findings).compactMap { member, finding -> Opinion? in
      guard let finding else { return nil }
      let any: Float = finding == .fallsUnder ? 0.8 : finding == .doesNot ? 0.1 : 0.4
      return Opinion(
        provenance: Provenance(
          member: member.name, constitution: member.constitution, version: member.version),
        scores: Scores(
          labels: [Label(id: "x", stance: .prohibit)], probabilities: [0], any: any, features: 1,
          replacements: 0, isTruncated: false),
        anyThreshold: 0.5, side: nil, origin: .synthetic, isComplete: true, finding: finding)
    }
    return policy.decide(opinions)
  }

  private static let actions: [String: JSON] = [
    "objects": "terminate", "contested": "ask", "undecided": "annotate",
  ]

  @Test(
    "the outcomes of each combination",
    arguments: [
      ("any", "yyy", "objects"), ("any", "ynn", "objects"), ("any", "?nn", "undecided"),
      ("any", "nnn", "default"),
      ("unanimity", "yyy", "objects"), ("unanimity", "y??", "objects"),
      ("unanimity", "yn?", "contested"),
      ("unanimity", "???", "undecided"), ("unanimity", "n??", "default"),
      ("unanimity", "y-y", "objects"),
      ("priority", "nyy", "contested"), ("priority", "?yn", "objects"),
      ("priority", "?ny", "contested"),
      ("priority", "???", "undecided"), ("priority", "?nn", "default"),
      ("quorum", "yyn", "objects"), ("quorum", "ynn", "contested"), ("quorum", "??n", "undecided"),
      ("quorum", "?nn", "default"), ("quorum", "y--", "objects"), ("quorum", "---", "default"),
      ("share", "yyn", "objects"), ("share", "ynn", "contested"), ("share", "yn-", "objects"),
      ("weights", "ynn", "objects"), ("weights", "nyy", "contested"), ("weights", "yyy", "objects"),
      ("weights", "?nn", "undecided"), ("weights", "nnn", "default"),
    ])
  func outcomes(_ combination: String, _ votes: String, _ rule: String) throws {
    let findings: [Finding?] = votes.map {
      ["y": .fallsUnder, "n": .doesNot, "?": .cannotTell][$0]
    }
    let combine: JSON =
      switch combination {
      case "quorum": ["quorum": 2]
      case "share": ["share": 0.5]
      case "weights": ["weights": ["a": 4, "b": 1, "c": 1], "from": 0.5]
      default: .string(combination)
      }
    let decision = try decision(findings, house: Self.actions.merging(["combine": combine]) { $1 })
    #expect(decision.rule == rule, "\(decision)")
    let names = ["a", "b", "c"]
    let wanted: [String] =
      switch rule {
      case "objects" where combination == "weights": names
      case "objects", "contested": zip(names, votes).filter { $0.1 == "y" }.map(\.0)
      case "undecided": zip(names, votes).filter { $0.1 == "?" }.map(\.0)
      default: []
      }
    #expect(decision.members == wanted)
  }

  @Test("contested has its own action, also beside an objection, and all objecting is never milder")
  func contested() throws {
    let house: [String: JSON] = ["objects": "annotate", "contested": "ask"]
    let split = try decision([.fallsUnder, .doesNot, .doesNot], house: house)
    #expect(split.action == .ask && split.rule == "contested" && split.members == ["a"])
    let all = try decision([.fallsUnder, .fallsUnder, .fallsUnder], house: house)
    #expect(all.action == .ask && all.rule == "contested" && all.members == ["a", "b", "c"])
    // The decision names no outcome of which nothing follows.
    for (votes, members) in [("yyy", ["a", "b", "c"]), ("yy?", ["c"]), ("???", ["a", "b", "c"])] {
      let findings: [Finding?] = votes.map { $0 == "y" ? .fallsUnder : .cannotTell }
      let open = try decision(findings, house: ["undecided": "hold", "contested": "emit", "combine": "any"])
      #expect(open.action == .hold && open.rule == "undecided" && open.members == members, "\(open)")
    }
  }
}
