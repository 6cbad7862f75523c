/// How files differ from what was signed, by name.
public struct ManifestDifference: Sendable, Equatable {
  /// A file that lies under another name than it was signed under.
  public struct Renaming: Sendable, Equatable {
    public let signedName: String
    public let name: String
  }

  /// Other bytes than were signed.
  public let changed: [String]
  /// Signed, but not there.
  public let missing: [String]
  /// There, but not signed.
  public let extra: [String]
  /// The bytes of a missing file under another name; neither is in `missing` or `extra`.
  public let renamed: [Renaming]

  public var isEmpty: Bool { changed.isEmpty && missing.isEmpty && extra.isEmpty && renamed.isEmpty }

  public init(signed: Manifest, found: Manifest) {
    let expected = Dictionary(uniqueKeysWithValues: signed.entries.map { (FileName($0.name), $0.digest) })
    let actual = Dictionary(uniqueKeysWithValues: found.entries.map { (FileName($0.name), $0.digest) })
    changed = expected.filter { (name, digest) in (actual[name] ?? digest) != digest }
      .keys.sorted().map(\.text)
    var unsigned = actual.filter { expected[$0.key] == nil }
    var (lost, renamed): ([String], [Renaming]) = ([], [])
    for (name, digest) in expected.filter({ actual[$0.key] == nil }).sorted(by: { $0.key < $1.key }) {
      if let other = unsigned.filter({ $0.value == digest }).keys.min() {
        unsigned[other] = nil
        renamed.append(Renaming(signedName: name.text, name: other.text))
      } else {
        lost.append(name.text)
      }
    }
    (missing, self.renamed) = (lost, renamed)
    extra = unsigned.keys.sorted().map(\.text)
  }

  /// One line for each file that differs.
  public var lines: [String] {
    changed.map { "changed: \($0)" } + renamed.map { "renamed: \($0.signedName) is now \($0.name)" }
      + missing.map { "missing: \($0)" } + extra.map { "not signed: \($0)" }
  }
}
