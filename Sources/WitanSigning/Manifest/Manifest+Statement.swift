internal import Witan

/// The manifest as an in-toto statement (in-toto attestation framework, version 1) with the predicate of the
/// OpenSSF model signing specification, version 1.0.
extension Manifest {
  private static let statementType = "https://in-toto.io/Statement/v1"
  private static let predicateType = "https://model_signing/signature/v1.0"

  var statement: JSON {
    [
      "_type": .string(Self.statementType),
      "subject": [["name": .string(name), "digest": ["sha256": .string(rootDigest.hex)]]],
      "predicateType": .string(Self.predicateType),
      "predicate": [
        "serialization": [
          "method": "files", "hash_type": "sha256", "allow_symlinks": .bool(allowsLinks),
          "ignore_paths": JSON(ignoredPaths),
        ],
        "resources": .array(
          entries.map {
            ["name": .string($0.name), "algorithm": "sha256", "digest": .string($0.digest.hex)]
          }),
      ],
    ]
  }

  /// Reads a statement. Fields that the specification does not name are passed over, as it asks for.
  ///
  /// Throws `format` or `unsupported`; the error names the field.
  init(statement: JSON) throws(WitanError) {
    func expect(_ field: String, _ found: JSON?, _ expected: String) throws(WitanError) {
      guard let text = found?.string else {
        throw WitanError(.format, "is missing or no text", at: "payload.\(field)")
      }
      guard text == expected else {
        throw WitanError(.unsupported, "is '\(text)'; only '\(expected)' is read", at: "payload.\(field)")
      }
    }
    try expect("_type", statement["_type"], Self.statementType)
    try expect("predicateType", statement["predicateType"], Self.predicateType)
    guard let subjects = statement["subject"]?.array, subjects.count == 1,
      let name = subjects[0]["name"]?.string
    else { throw WitanError(.format, "is not one subject with a name", at: "payload.subject") }
    guard let root = subjects[0]["digest"]?["sha256"]?.string.flatMap(ContentDigest.init(hex:)) else {
      throw WitanError(.format, "is no SHA-256 in hexadecimal", at: "payload.subject[0].digest.sha256")
    }
    let rules = statement["predicate"]?["serialization"]
    try expect("predicate.serialization.method", rules?["method"], "files")
    try expect("predicate.serialization.hash_type", rules?["hash_type"], "sha256")
    guard let allowsLinks = rules?["allow_symlinks"]?.bool else {
      throw WitanError(
        .format, "is missing or no Boolean", at: "payload.predicate.serialization.allow_symlinks")
    }
    let ignored = (rules?["ignore_paths"] ?? []).array?.map(\.string)
    guard let ignored, !ignored.contains(nil) else {
      throw WitanError(.format, "is no list of texts", at: "payload.predicate.serialization.ignore_paths")
    }
    guard let resources = statement["predicate"]?["resources"]?.array else {
      throw WitanError(.format, "is missing or no list", at: "payload.predicate.resources")
    }
    self.init(
      name: name, entries: try Self.entries(resources), ignoredPaths: ignored.compactMap { $0 },
      allowsLinks: allowsLinks)
    guard rootDigest == root else {
      throw WitanError(
        .format, "is not the digest of the resources", at: "payload.subject[0].digest.sha256")
    }
  }

  private static func entries(_ resources: [JSON]) throws(WitanError) -> [Entry] {
    var entries: [Entry] = []
    var names: Set<FileName> = []
    for (i, resource) in resources.enumerated() {
      let place = "payload.predicate.resources[\(i)]"
      guard let name = resource["name"]?.string,
        FileName(name).isPlain || (name == single && resources.count == 1)
      else { throw WitanError(.format, "is no path inside a bundle", at: "\(place).name") }
      guard names.insert(FileName(name)).inserted else {
        throw WitanError(.format, "'\(name)' stands twice", at: "\(place).name")
      }
      guard resource["algorithm"]?.string == "sha256" else {
        throw WitanError(.unsupported, "is not 'sha256'", at: "\(place).algorithm")
      }
      guard let digest = resource["digest"]?.string.flatMap(ContentDigest.init(hex:)) else {
        throw WitanError(.format, "is no SHA-256 in hexadecimal", at: "\(place).digest")
      }
      entries.append(Entry(name: name, digest: digest))
    }
    guard !entries.isEmpty else {
      throw WitanError(.format, "names no file", at: "payload.predicate.resources")
    }
    return entries
  }
}
