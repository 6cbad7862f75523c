import Witan
import WitanSigning

extension EmbeddingsFlags {
  /// The models, each as FILE or NAME=FILE, as a panel; signed ones are files of one bundle. A constitution that
  /// comes twice without a name is called by its version too, then by its number.
  func panel(_ models: [String], _ signing: SignatureFlags? = nil) throws(WitanError) -> Panel {
    var members: [PanelMember] = []
    var names = Set<String>()
    let given = models.map { model in
      let parts = model.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isNamed = parts.count == 2 && !parts[0].contains("/") && !parts[0].isEmpty
      return (name: isNamed ? String(parts[0]) : nil, path: isNamed ? String(parts[1]) : model)
    }
    if let nameless = given.firstIndex(where: \.path.isEmpty) {
      throw WitanError(.invalidValue, "names no file; give FILE or NAME=FILE", at: "'\(models[nameless])'")
    }
    let sources = try Self.sources(given.map(\.path), signing)
    for (i, source) in sources.enumerated() {
      let classifier = try classifier(source)
      let isNamed = given[i].name != nil
      var name = given[i].name ?? Provenance(classifier).member
      if !isNamed, names.contains(name), let version = classifier.metadata["witan.constitution_version"] {
        name += "@\(version)"
      }
      if !isNamed, names.contains(name) { name += "#\(i + 1)" }
      names.insert(name)
      let digest =
        source.provenance?.digest ?? ContentDigest(of: UnsafeRawBufferPointer(source.storage.bytes))
      members.append(
        PanelMember(
          classifier, name: name, modelDigest: "sha256:" + digest.hex,
          signer: source.provenance?.signer.name))
    }
    return try Panel(members)
  }

  /// The bytes of the models; of signed ones all that are not signed are named at once, with what to do.
  private static func sources(_ paths: [String], _ signing: SignatureFlags?) throws(WitanError)
    -> [ModelSource]
  {
    var sources: [ModelSource] = []
    var refused: [WitanError] = []
    // A signature that does not hold at all is no fault of one model.
    _ = try signing?.bundle()
    for path in paths {
      do throws(WitanError) {
        sources.append(try ModelSource(path: path, signing: signing))
      } catch {
        guard error.code == .signature else { throw error }
        refused.append(error)
      }
    }
    guard let first = refused.first else { return sources }
    if paths.count == 1 { throw first }
    throw WitanError(
      .signature,
      "\(refused.count) of the \(paths.count) models \(refused.count == 1 ? "is" : "are") not as the signature has it: "
        + refused.map { "\($0.place): \($0.message)" }.joined(separator: "; ")
        + ". All models of a panel have to be files of the signed bundle: leave the others out, or have them signed "
        + "together ('witan sign MODEL... -o SIGNATURE --key KEY')",
      at: signing?.signature ?? "")
  }
}
