public import Witan

extension SignedBundle {
  /// How the files at `paths` differ from what was signed; see `FileSelection` for what paths mean.
  ///
  /// What the signature leaves out is left out here, and links are followed if it was made so.
  /// `ignoresUnsigned` passes over files that it does not name. Throws `io`, and `invalidValue` when the one
  /// file at `paths` cannot be compared with a bundle of several, or the other way round. O(bytes) time, O(files) memory.
  public func difference(
    of paths: [String], options: FileSelection.Options = .init(), ignoresUnsigned: Bool = false
  ) throws(WitanError) -> ManifestDifference {
    var options = options
    options.ignoredNames += manifest.ignoredPaths
    options.allowsLinks = manifest.allowsLinks
    var selection = try FileSelection(paths: paths, options: options)
    let isSingle = selection.files.count == 1 && selection.files[0].name == Manifest.single
    guard isSingle == (manifest.entries[0].name == Manifest.single) else {
      throw WitanError(
        .invalidValue,
        isSingle
          ? "is one file, but a folder or several files were signed together: name them all, or their folder"
          : "is a folder or several files, but one file was signed: name that file alone", at: selection.root)
    }
    if ignoresUnsigned { selection.keep(only: manifest.entries.map(\.name)) }
    return ManifestDifference(signed: manifest, found: try Manifest(of: selection))
  }
}
