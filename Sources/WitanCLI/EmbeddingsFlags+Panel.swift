import Witan

extension EmbeddingsFlags {
  /// The models, each as FILE or NAME=FILE, as a panel. A constitution that comes twice without a name is called by
  /// its version too, then by its number.
  func panel(_ models: [String]) throws(WitanError) -> Panel {
    var members: [PanelMember] = []
    var names = Set<String>()
    for (i, model) in models.enumerated() {
      let parts = model.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isNamed = parts.count == 2 && !parts[0].contains("/") && !parts[0].isEmpty
      let classifier = try classifier(path: isNamed ? String(parts[1]) : model)
      var name = isNamed ? String(parts[0]) : Provenance(classifier).member
      if !isNamed, names.contains(name), let version = classifier.metadata["witan.constitution_version"] {
        name += "@\(version)"
      }
      if !isNamed, names.contains(name) { name += "#\(i + 1)" }
      names.insert(name)
      members.append(PanelMember(classifier, name: name))
    }
    return try Panel(members)
  }
}
