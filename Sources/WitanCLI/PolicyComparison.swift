import Witan

/// What two policies decided of the same texts.
struct PolicyComparison {
  struct Pair {
    let text: String
    let old: PolicyDecision
    let new: PolicyDecision

    var isChanged: Bool { old.action != new.action }
    /// Steps from the old action to the new one, above 0 for a more severe one.
    var steps: Int {
      let all = GuardAction.allCases
      return (all.firstIndex(of: new.action) ?? 0) - (all.firstIndex(of: old.action) ?? 0)
    }
  }

  /// Texts that a layer decided.
  struct LayerCount {
    let name: String
    let old: Int
    let new: Int
  }

  let pairs: [Pair]

  var changed: Int { pairs.count { $0.isChanged } }
  var milder: Int { pairs.count { $0.steps < 0 } }
  var stricter: Int { pairs.count { $0.steps > 0 } }
  /// Texts with the same action by another layer or rule.
  var otherReason: Int {
    pairs.count { !$0.isChanged && ($0.old.layer, $0.old.rule) != ($0.new.layer, $0.new.rule) }
  }

  func count(_ old: GuardAction, _ new: GuardAction) -> Int {
    pairs.count { $0.old.action == old && $0.new.action == new }
  }

  /// Layers by name, with the texts that each decided before and after; "default" where nothing applied.
  var layers: [LayerCount] {
    var counts: [String: (old: Int, new: Int)] = [:]
    for pair in pairs {
      counts[pair.old.layer, default: (0, 0)].old += 1
      counts[pair.new.layer, default: (0, 0)].new += 1
    }
    return counts.sorted { $0.key < $1.key }.map {
      LayerCount(name: $0.key, old: $0.value.old, new: $0.value.new)
    }
  }

  /// Up to `n` texts of each change of action, the largest changes first, in the order of the texts.
  func examples(_ n: Int) -> [Pair] {
    var seen: [[GuardAction]: Int] = [:]
    let chosen = pairs.filter { pair in
      guard pair.isChanged else { return false }
      seen[[pair.old.action, pair.new.action], default: 0] += 1
      return seen[[pair.old.action, pair.new.action]]! <= n
    }
    return chosen.enumerated().sorted {
      (-abs($0.element.steps), $0.offset) < (-abs($1.element.steps), $1.offset)
    }.map(\.element)
  }

  /// `debounce` and `until` that differ, by layer or rule, as before and after; nil where there is none.
  private func debounces(_ old: Policy, _ new: Policy) -> [(name: String, old: String?, new: String?)] {
    let (before, after) = (old.debounces, new.debounces)
    return Set(before.keys).union(after.keys).sorted()
      .map { ($0, before[$0], after[$0]) }.filter { $0.1 != $0.2 }
  }

  func json(_ old: Policy, _ new: Policy, examples n: Int) -> JSON {
    func name(_ policy: Policy) -> JSON {
      ["id": .string(policy.id), "version": .string(policy.version)]
    }
    var matrix: [String: JSON] = [:]
    for a in GuardAction.allCases {
      var row: [String: JSON] = [:]
      for b in GuardAction.allCases { row[b.rawValue] = JSON(count(a, b)) }
      matrix[a.rawValue] = .object(row)
    }
    var byLayer: [String: JSON] = [:]
    for layer in layers { byLayer[layer.name] = ["old": JSON(layer.old), "new": JSON(layer.new)] }
    return [
      "old": name(old), "new": name(new), "texts": JSON(pairs.count), "changed": JSON(changed),
      "milder": JSON(milder), "stricter": JSON(stricter),
      "same_action_by_another_rule": JSON(otherReason),
      "actions": .object(matrix), "layers": .object(byLayer),
      "debounces": .object(
        Dictionary(
          uniqueKeysWithValues: debounces(old, new).map { item -> (String, JSON) in
            (
              item.name,
              ["old": item.old.map(JSON.string) ?? .null, "new": item.new.map(JSON.string) ?? .null]
            )
          })),
      "examples": .array(
        examples(n).map { ["text": .string($0.text), "old": $0.old.json, "new": $0.new.json] }),
    ]
  }

  func table(_ old: Policy, _ new: Policy, examples n: Int) -> String {
    var out =
      "\(pairs.count) texts: \(changed) with another action, \(stricter) more severe and \(milder) milder; "
    out +=
      "\(otherReason) with the same action by another rule\n\nold action, down; new action, across\n"
    out += "".padded(12) + GuardAction.allCases.map { $0.rawValue.leftPadded(11) }.joined() + "\n"
    for a in GuardAction.allCases {
      let row = GuardAction.allCases.map { b in
        (count(a, b) == 0 ? "." : "\(count(a, b))").leftPadded(11)
      }
      out += a.rawValue.padded(12) + row.joined() + "\n"
    }
    out += "\ntexts that each layer decided" + "old".leftPadded(12) + "new".leftPadded(8) + "\n"
    for layer in layers {
      let name = layer.name == "default" ? "none: the text passes" : layer.name
      out +=
        "  " + name.padded(30) + "\(layer.old)".leftPadded(9) + "\(layer.new)".leftPadded(8) + "\n"
    }
    let changed = debounces(old, new)
    if !changed.isEmpty {
      out += "\ndebounce and until, of streams; here texts are decided on as wholes\n"
    }
    for item in changed { out += "  \(item.name): \(item.old ?? "none"), now \(item.new ?? "none")\n" }
    for pair in examples(n) {
      out += "\n\(pair.text.oneLine.padded(100))\n"
      out += "  old: \(pair.old.action.rawValue.padded(10)) \(pair.old.summary)\n"
      out += "  new: \(pair.new.action.rawValue.padded(10)) \(pair.new.summary)\n"
    }
    return out
  }
}
