import Witan
import WitanSigning

extension EmbeddingsFlags {
  /// The models, each as FILE or NAME=FILE, as a panel; signed ones are files of one bundle. A constitution that
  /// comes twice without a name is called by its version too, then by its number.
  func panel(_ models: [String], _ signing: SignatureFlags? = nil) throws(WitanError) -> Panel {
    var members: [PanelMember] = []
    var names = Set<String>()
    for (i, model) in models.enumerated() {
      let parts = model.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isNamed = parts.count == 2 && !parts[0].contains("/") && !parts[0].isEmpty
      let source = try ModelSource(path: isNamed ? String(parts[1]) : model, signing: signing)
      let classifier = try classifier(source)
      var name = isNamed ? String(parts[0]) : Provenance(classifier).member
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
}
