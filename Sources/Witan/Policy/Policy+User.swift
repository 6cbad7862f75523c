extension Policy {
  /// Reads what a user set for themselves: `relax`, `tighten`, `choose`, and rules of their own as a layer has
  /// them. Names are checked against this policy.
  ///
  /// Throws `format` for text that is no JSON and `invalidValue` that names the path of the fault; so is a
  /// layer relaxed that the policy does not let users relax, or further than it does.
  public func userLayer(json text: String) throws(WitanError) -> UserLayer {
    let json = try JSON(parsing: text)
    do throws(PolicyFault) { return try userLayer(json) } catch { throw error.error }
  }

  package func userLayer(_ json: JSON) throws(PolicyFault) -> UserLayer {
    let reader = PolicyReader(json: json, path: "")
    let keys = Self.keys["settings"]!
    try reader.allowKeys(keys)
    let names = layers.map(\.name)
    var user = UserLayer()
    if let relax = reader.child("relax") {
      user.relax = try relax.actions(of: "layer", in: names)
      for (name, action) in user.relax.sorted(by: { $0.key < $1.key }) {
        guard let mildest = userMayRelax[name] else {
          throw PolicyFault("is a layer that this policy does not let users relax", at: "relax.\(name)")
        }
        guard action >= mildest else {
          throw PolicyFault(
            "is '\(action.rawValue)', but this policy lets users go down to '\(mildest.rawValue)' only",
            at: "relax.\(name)")
        }
      }
    }
    user.tighten =
      try reader.child("tighten")?.actions(of: "layer", in: names + [PolicyLayer.floorName]) ?? [:]
    if let choose = reader.child("choose") {
      let open = layers.filter { $0.combination == .choice }
      try choose.allowKeys(open.map(\.name))
      for layer in open {
        guard let choice = choose.child(layer.name) else { continue }
        user.choose[layer.name] = try choice.name(of: "member of this layer", in: layer.members)
      }
    }
    let own = ["objects", "contested", "undecided", "missing", "debounce", "rules", "members", "combine"]
    if own.contains(where: { reader.child($0) != nil }) {
      // That members are missing is the deployer's affair, unless the user says otherwise.
      let parser = PolicyLayerParser(members: members.map(\.name), missing: .emit)
      user.layer = try parser.layer(reader, as: PolicyLayer.userName, keys: keys)
    }
    return user
  }

  /// Throws `invalidValue` for a role that this policy does not have: `decide` would take it as no role.
  public func check(_ context: PolicyContext) throws(WitanError) {
    guard let name = context.role, role(name) == nil else { return }
    let known = roles.map(\.name)
    let hint = Spelling.nearest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? "."
    throw WitanError(
      .invalidValue,
      "'\(name)' is no role of the policy '\(id)'\(hint) "
        + (known.isEmpty ? "(it has none)" : "(it has \(known.joined(separator: ", ")))"), at: "role")
  }
}
