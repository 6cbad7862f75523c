public import Witan

/// Which files are signed, and what is in them.
public struct Manifest: Sendable {
  /// A file and the digest of its bytes.
  public struct Entry: Sendable, Hashable {
    /// The path inside the bundle; `.` when the bundle is one file.
    public let name: String
    public let digest: ContentDigest

    package init(name: String, digest: ContentDigest) {
      (self.name, self.digest) = (name, digest)
    }
  }

  /// The name of the file or folder when it was signed; it may be renamed since.
  public let name: String
  /// In the order that `rootDigest` counts them.
  public let entries: [Entry]
  /// Paths inside the bundle that the signature says nothing about.
  public let ignoredPaths: [String]
  /// Whether symbolic links to files count as the files.
  public let allowsLinks: Bool

  /// The name of a bundle that is one file.
  static let single = "."

  /// The digest of all digests, which names the bundle as a whole.
  public var rootDigest: ContentDigest { ContentDigest(joining: entries.lazy.map(\.digest)) }

  /// Reads and hashes the files of `selection`. Throws `io`. O(bytes) time, O(files) memory.
  public init(of selection: FileSelection) throws(WitanError) {
    var entries: [Entry] = []
    for file in selection.files {
      let digest = try ContentDigest(file: file.path, followsLinks: selection.options.allowsLinks)
      entries.append(Entry(name: file.name, digest: digest))
    }
    self.init(
      name: selection.name, entries: entries, ignoredPaths: selection.ignoredNames,
      allowsLinks: selection.options.allowsLinks)
  }

  init(name: String, entries: [Entry], ignoredPaths: [String], allowsLinks: Bool) {
    self.name = name
    self.entries = entries
    self.ignoredPaths = ignoredPaths
    self.allowsLinks = allowsLinks
  }

  /// The digest of the file of this name; nil when the signature does not speak of it. O(files).
  public func digest(of name: String) -> ContentDigest? {
    entries.first { FileName($0.name) == FileName(name) }?.digest
  }
}
