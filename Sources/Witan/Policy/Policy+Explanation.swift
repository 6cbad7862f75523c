extension Policy {
  /// What the policy does, in complete sentences for people who are no engineers: a paragraph each for the policy,
  /// its members, the floor, each layer, each role, the users and the order of all. Equal policies give equal
  /// text. O(policy)
  public var explanation: [String] {
    var out = [
      "\"\(title)\" is the policy '\(id)', version \(version). Who answers for it: \(sentence(owner.who)) "
        + "How it was adopted: \(sentence(owner.adopted)) Where to complain: \(sentence(owner.contact))"
    ]
    if !rationale.isEmpty { out.append("Why it is as it is: \(sentence(rationale))") }
    out.append(memberSentences)
    out.append(
      "The floor. No community, no role and no user relaxes it, and nothing exempts from it. "
        + floor.sentences.joined(separator: " "))
    for layer in layers {
      let whose = layer.who.isEmpty ? "" : " It belongs to: \(sentence(layer.who))"
      out.append("The layer '\(layer.name)'.\(whose) " + layer.sentences.joined(separator: " "))
    }
    out += roles.map(roleSentences)
    out.append(userSentences)
    out.append(
      "Of all that applies, the most severe counts; from the mildest to the most severe these are: "
        + GuardAction.allCases.map { "\($0.consequence) (\($0.rawValue))" }.joined(separator: "; ")
        + ". Where nothing applies, the text passes. Of a text that is whole already nothing more comes: with "
        + "\(GuardAction.hold.rawValue) \(GuardAction.hold.consequenceOfWhole), with "
        + "\(GuardAction.terminate.rawValue) \(GuardAction.terminate.consequenceOfWhole).")
    return out
  }

  /// What a user's settings change, in complete sentences.
  public func explanation(of user: UserLayer) -> [String] {
    var out: [String] = []
    for (name, action) in user.relax.sorted(by: { $0.key < $1.key }) {
      guard let mildest = userMayRelax[name] else { continue }
      out.append("What the layer '\(name)' wants is at most this: \(max(action, mildest).consequence).")
    }
    out += tighteningSentences(user.tighten)
    for (name, member) in user.choose.sorted(by: { $0.key < $1.key }) {
      out.append("In the layer '\(name)' \(member) alone speaks.")
    }
    let changes = out.isEmpty && user.layer == nil ? ["They change nothing."] : out
    let own = user.layer.map { ["The user's own rules."] + $0.sentences } ?? []
    return ["The settings of this user. " + (changes + own).joined(separator: " ")]
  }

  private var memberSentences: String {
    let list = members.map { member in
      var out = member.name
      if member.constitution != member.name { out += ", which is the constitution '\(member.constitution)'" }
      if let version = member.version { out += ", version \(version)" }
      if let digest = member.digest { out += ", with the digest \(digest)" }
      if let signer = member.signer { out += ", signed by \(signer)" }
      return out
    }
    let count = list.count == 1 ? "one constitution" : "\(list.count) constitutions"
    let demands = [
      ("version", members.contains { $0.version != nil }), ("digest", members.contains { $0.digest != nil }),
      ("signer", members.contains { $0.signer != nil }),
    ].filter(\.1).map(\.0)
    let other = demands.isEmpty ? "" : ", or of another \(joined(demands, "or")),"
    return "It listens to \(count): \(list.joined(separator: "; ")). "
      + "The opinion of another constitution\(other) counts as missing. "
      + "One that has no rules about a text, as it is a prompt or an answer, counts on no side."
  }

  private func roleSentences(_ role: PolicyRole) -> String {
    var out = ["The role '\(role.name)'."]
    if let own = role.layers {
      let list = own.isEmpty ? "the floor alone counts" : "only \(layerList(own)) and the floor count"
      out.append("For people in it \(list).")
    }
    for (name, action) in role.relax.sorted(by: { $0.key < $1.key }) {
      out.append("What the layer '\(name)' wants is at most this: \(action.consequence).")
    }
    out += tighteningSentences(role.tighten)
    if out.count == 1 { out.append("It changes nothing.") }
    return out.joined(separator: " ")
  }

  private func tighteningSentences(_ tighten: [String: GuardAction]) -> [String] {
    tighten.sorted { $0.key < $1.key }.map { name, action in
      let what = name == PolicyLayer.floorName ? "the floor" : "the layer '\(name)'"
      return "Whenever \(what) wants anything, at least this follows: \(action.consequence)."
    }
  }

  private var userSentences: String {
    var out = ["Users. They may always be stricter than this."]
    for (name, action) in userMayRelax.sorted(by: { $0.key < $1.key }) {
      out.append("They may relax the layer '\(name)', down to this: \(action.consequence).")
    }
    for layer in layers where layer.combination == .choice {
      out.append("They may choose who speaks in the layer '\(layer.name)'.")
    }
    if out.count == 1 { out.append("They may relax nothing.") }
    if !layers.isEmpty {
      out.append("What follows of a missing member is not theirs to relax, and the floor never is.")
    }
    if !roles.isEmpty { out.append("Where no role is known, every layer counts.") }
    return out.joined(separator: " ")
  }

  private func layerList(_ names: [String]) -> String {
    (names.count == 1 ? "the layer " : "the layers ") + joined(names.map { "'\($0)'" }, "and")
  }
}

/// The text with a full stop, on one line.
private func sentence(_ text: String) -> String {
  let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return line.last.map { ".!?".contains($0) } ?? true ? line : line + "."
}
