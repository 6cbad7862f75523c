extension Policy {
  /// Keys of each mapping; the JSON Schema in docs names the same.
  package static let keys: [String: [String]] = [
    "": [
      "witan_policy", "id", "title", "version", "owner", "rationale", "members", "missing", "floor", "layers",
      "roles", "user",
    ],
    "owner": ["who", "adopted", "contact"],
    "member": ["name", "constitution", "version", "digest", "signer"],
    "floor": [
      "who", "members", "combine", "objects", "contested", "undecided", "missing", "debounce", "rules",
    ],
    "layer": [
      "name", "who", "members", "combine", "objects", "contested", "undecided", "missing", "debounce",
      "unless",
      "unless_from", "rules",
    ],
    "combine": ["quorum", "share", "weights", "from"],
    "floor.rule": ["name", "when", "from", "until", "debounce", "then"],
    "rule": ["name", "when", "from", "until", "debounce", "then", "unless", "unless_from"],
    "role": ["name", "layers", "relax", "tighten"],
    "user": ["may_relax"],
    "settings": [
      "relax", "tighten", "choose", "members", "combine", "objects", "contested", "undecided", "missing",
      "debounce", "rules",
    ],
  ]

  /// Reads a policy from JSON with the fields that docs/policy.md explains. `digest`: the SHA-256 of its file
  /// ("sha256:..."), for decisions to name.
  ///
  /// Throws `format` for text that is no JSON and `invalidValue` that names the path of the fault, as in
  /// `layers[2].rules[1].then`, counted from 1.
  public init(json text: String, digest: String? = nil) throws(WitanError) {
    let json = try JSON(parsing: text)
    do throws(PolicyFault) { try self.init(json, digest: digest) } catch { throw error.error }
  }

  package init(_ json: JSON, digest: String?) throws(PolicyFault) {
    self.digest = digest
    let root = PolicyReader(json: json, path: "")
    try root.allowKeys(Self.keys[""]!)
    let format = try root.need("witan_policy")
    guard format.json.int == Self.formatVersion || format.json == "1" else {
      throw format.fault("is unknown; this program reads 'witan_policy: 1'")
    }
    id = try root.need("id").identifier()
    title = try root.text("title")
    version = try root.version("version")
    rationale = try root.optionalText("rationale") ?? ""
    let owner = try root.need("owner")
    try owner.allowKeys(Self.keys["owner"]!)
    self.owner = PolicyOwner(
      who: try owner.text("who"), adopted: try owner.text("adopted"), contact: try owner.text("contact"))

    var members: [PolicyMember] = []
    let list = try root.need("members")
    for item in try list.items() {
      let member = try PolicyMember(item)
      guard !members.contains(where: { $0.name == member.name }) else {
        throw item.fault("is '\(member.name)', which stands twice")
      }
      members.append(member)
    }
    guard !members.isEmpty else { throw list.fault("is empty; name at least one") }
    self.members = members
    let parser = PolicyLayerParser(
      members: members.map(\.name), missing: try root.need("missing").action())
    floor = try parser.layer(root.need("floor"), as: PolicyLayer.floorName, keys: Self.keys["floor"]!)

    var layers: [PolicyLayer] = []
    for item in try root.child("layers")?.items() ?? [] {
      try item.allowKeys(Self.keys["layer"]!)
      let name = try item.need("name").identifier()
      guard !layers.contains(where: { $0.name == name }) else {
        throw try item.need("name").fault("is '\(name)', which stands twice")
      }
      layers.append(try parser.layer(item, as: name, keys: Self.keys["layer"]!))
    }
    self.layers = layers
    let names = layers.map(\.name)

    var roles: [PolicyRole] = []
    for item in try root.child("roles")?.items() ?? [] {
      let role = try PolicyRole(item, layers: names)
      guard !roles.contains(where: { $0.name == role.name }) else {
        throw try item.need("name").fault("is '\(role.name)', which stands twice")
      }
      roles.append(role)
    }
    self.roles = roles
    let user = root.child("user")
    try user?.allowKeys(Self.keys["user"]!)
    userMayRelax = try user?.child("may_relax")?.actions(of: "layer", in: names) ?? [:]
  }
}

extension PolicyMember {
  fileprivate init(_ reader: PolicyReader) throws(PolicyFault) {
    try reader.allowKeys(Policy.keys["member"]!)
    name = try reader.need("name").identifier()
    constitution = try reader.child("constitution")?.identifier() ?? name
    version = reader.child("version") == nil ? nil : try reader.version("version")
    digest = try reader.optionalText("digest")
    signer = try reader.optionalText("signer")
  }
}

extension PolicyRole {
  fileprivate init(_ reader: PolicyReader, layers known: [String]) throws(PolicyFault) {
    try reader.allowKeys(Policy.keys["role"]!)
    name = try reader.need("name").identifier()
    if let list = reader.child("layers") {
      // A role may well have the floor alone.
      layers = list.json.array == [] ? [] : try list.names(of: "layer", in: known)
    } else {
      layers = nil
    }
    relax = try reader.child("relax")?.actions(of: "layer", in: known) ?? [:]
    tighten = try reader.child("tighten")?.actions(of: "layer", in: known + [PolicyLayer.floorName]) ?? [:]
  }
}
