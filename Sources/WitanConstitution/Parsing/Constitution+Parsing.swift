internal import Crypto
internal import Foundation
public import Witan
internal import Yams

extension Constitution {
  /// The version of the file format that this program reads.
  public static let formatVersion = "1"

  /// Keys of each mapping; the JSON Schema in docs names the same.
  package static let keys: [String: [String]] = [
    "": ["witan", "id", "title", "version", "language", "community", "rationale", "synthesis", "principles"],
    "community": ["who", "adopted", "contact", "texts"],
    "synthesis": ["per_seed", "per_negative", "near_miss_share", "seed_weight"],
    "principle": [
      "id", "title", "statement", "stance", "side", "rationale", "tensions", "examples", "near_misses",
      "synthesis",
    ],
    "tension": ["with", "text"],
    "exchange": ["prompt", "answer"],
    "principle.synthesis": ["seeds", "near_misses", "slots", "frames", "pooled"],
  ]

  /// Reads the constitution at `path` and the files of texts that it names, which must lie in its
  /// folder.
  ///
  /// Throws `io` when a file cannot be read and `constitution` when it breaks a rule, naming file,
  /// line and column.
  public init(path: String) throws(WitanError) {
    let bytes = try SourceFile.read(path)
    guard let source = String(validating: bytes, as: UTF8.self) else {
      throw WitanError(.constitution, "is not valid UTF-8", at: path)
    }
    try self.init(yaml: source, file: path)
  }

  /// Reads a constitution from text; `file` is its name in errors and the folder of its files.
  public init(yaml source: String, file: String) throws(WitanError) {
    let node: Node
    do {
      guard let composed = try Yams.compose(yaml: source) else {
        throw WitanError(.constitution, "is empty; see docs/constitution.md for the format", at: file)
      }
      node = composed
    } catch let error as WitanError {
      throw error
    } catch {
      throw WitanError(.constitution, yaml: error, file: file)
    }
    let root = YAMLReader(node: node, file: file, path: "")
    try root.allowKeys(Self.keys[""]!)
    let format = try root.text("witan")
    guard format == Self.formatVersion else {
      throw try root.need("witan").fault("format '\(format)' is unknown; this program reads 'witan: 1'")
    }
    var hash = SHA256()
    hash.update(data: Data(source.utf8))

    id = try Self.identifier(root.need("id"))
    title = try root.text("title")
    version = try root.text("version")
    language = try root.text("language")
    rationale = try root.text("rationale")
    let community = try root.need("community")
    try community.allowKeys(Self.keys["community"]!)
    self.community = Community(
      who: try community.text("who"), adopted: try community.text("adopted"),
      contact: try community.text("contact"), texts: try community.optionalText("texts"))
    recipe = try Self.recipe(root.child("synthesis"))
    let list = try root.need("principles")
    var principles: [Principle] = []
    for item in try list.items() {
      let principle = try Self.principle(item, &hash)
      if principles.contains(where: { $0.id == principle.id }) {
        throw try item.need("id").fault("the principle '\(principle.id)' stands twice")
      }
      principles.append(principle)
    }
    guard !principles.isEmpty else { throw list.fault("'principles' is empty; write at least one") }
    self.principles = principles
    self.source = source
    digest = "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }

  private static func identifier(_ reader: YAMLReader) throws(WitanError) -> String {
    let id = try reader.text()
    guard isIdentifier(id) else {
      throw reader.fault("'\(id)' should be lower-case letters, digits and hyphens, and not 'any'")
    }
    return id
  }

  static func isIdentifier(_ id: String) -> Bool {
    id != "any" && id.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
  }

  private static func recipe(_ reader: YAMLReader?) throws(WitanError) -> Recipe {
    var recipe = Recipe()
    guard let reader else { return recipe }
    try reader.allowKeys(keys["synthesis"]!)
    if let n = reader.child("per_seed") { recipe.perSeed = try n.count(in: 1...4) }
    if let n = reader.child("per_negative") { recipe.perNegative = try n.count(in: 1...4) }
    if let n = reader.child("near_miss_share") { recipe.nearMissShare = try n.number(in: 0...0.9) }
    if let n = reader.child("seed_weight") { recipe.seedWeight = try n.number(in: 0.1...20) }
    return recipe
  }

  private static func principle(
    _ reader: YAMLReader, _ hash: inout SHA256
  ) throws(WitanError) -> Principle {
    try reader.allowKeys(keys["principle"]!)
    var tensions: [Tension] = []
    for item in try reader.child("tensions")?.items() ?? [] {
      try item.allowKeys(keys["tension"]!)
      tensions.append(Tension(with: try item.text("with"), text: try item.text("text")))
    }
    var (seeds, exchanges) = try reader.child("examples")?.textsAndExchanges() ?? ([], [])
    var (nearMisses, nearExchanges) = try reader.child("near_misses")?.textsAndExchanges() ?? ([], [])
    var slots: [String: [String]] = [:]
    var frames: [String] = []
    var isPooled = true
    // Braces in the YAML are slots; in files of texts they are ordinary characters without slots.
    var templates = seeds + nearMisses
    if let synthesis = reader.child("synthesis") {
      try synthesis.allowKeys(keys["principle.synthesis"]!)
      let hasSlots = synthesis.child("slots") != nil
      func take(_ key: String, _ out: inout [String], _ pairs: inout [Exchange]) throws(WitanError) {
        guard let list = synthesis.child(key) else { return }
        let isFile = list.node.mapping != nil
        let new = isFile ? (try texts(list, &hash), []) : try list.textsAndExchanges()
        out += new.0
        pairs += new.1
        if hasSlots || !isFile { templates += new.0 }
      }
      try take("seeds", &seeds, &exchanges)
      try take("near_misses", &nearMisses, &nearExchanges)
      if let table = synthesis.child("slots") {
        guard let mapping = table.node.mapping else { throw table.fault("'slots' should be a mapping") }
        for (key, _) in mapping {
          let name = key.string ?? ""
          let values = try table.need(name)
          guard Slots.names("{\(name)}") == [name] else {
            throw values.fault(
              "the slot '\(name)' should be small letters and '_', and not text, lower, background")
          }
          slots[name] = try values.texts()
          if slots[name] == [] {
            throw values.fault("'\(values.path)' is empty; name what the slot stands for")
          }
        }
      }
      if let pooled = synthesis.child("pooled") {
        guard let value = pooled.node.bool else { throw pooled.fault("'pooled' should be true or false") }
        isPooled = value
      }
      for item in try synthesis.child("frames")?.items() ?? [] {
        let frame = try item.text()
        guard frame.contains("{text}") || frame.contains("{lower}") else {
          throw item.fault("a frame needs {text} or {lower} where the seed goes")
        }
        frames.append(frame)
      }
    }
    templates += (exchanges + nearExchanges).flatMap { [$0.prompt, $0.answer] }
    let side = try reader.need("side").choice(Side.self)
    guard side == .exchange || (exchanges + nearExchanges).isEmpty else {
      throw try reader.need("side").fault(
        "the principle has texts with a prompt, but its side is '\(side.rawValue)', not 'exchange'")
    }
    guard !seeds.isEmpty || !exchanges.isEmpty else {
      throw reader.fault("the principle has no texts; write 'examples' or 'synthesis.seeds'")
    }
    for text in templates {
      for slot in Slots.names(text) where slots[slot] == nil {
        throw reader.fault("'{\(slot)}' is in a text, but 'slots' does not say what it stands for")
      }
    }
    return Principle(
      id: try identifier(reader.need("id")), title: try reader.text("title"),
      statement: try reader.text("statement"), stance: try reader.need("stance").choice(Stance.self),
      side: side, isPooled: isPooled,
      rationale: try reader.optionalText("rationale"),
      tensions: tensions, seeds: seeds, nearMisses: nearMisses, exchanges: exchanges,
      nearExchanges: nearExchanges, slots: slots, frames: frames)
  }

  /// `from: file` with a text a line (blank lines and lines that begin with `# ` skipped).
  private static func texts(
    _ reader: YAMLReader, _ hash: inout SHA256
  ) throws(WitanError) -> [String] {
    try reader.allowKeys(["from"])
    let name = try reader.text("from")
    let from = try reader.need("from")
    guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
      throw from.fault("'\(name)' lies outside the constitution's folder")
    }
    let path = URL(fileURLWithPath: reader.file).deletingLastPathComponent()
      .appendingPathComponent(name).path
    let bytes: [UInt8]
    do { bytes = try SourceFile.read(path) } catch { throw from.fault("'\(name)' \(error.message)") }
    guard let content = String(validating: bytes, as: UTF8.self) else {
      throw from.fault("'\(name)' is not valid UTF-8")
    }
    hash.update(data: Data(bytes))
    let lines = content.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("# ") }
    guard !lines.isEmpty else { throw from.fault("'\(name)' has no texts") }
    return lines
  }
}
