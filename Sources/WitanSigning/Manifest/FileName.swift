/// A path inside a bundle, compared byte by byte: two spellings of one character are two names.
struct FileName: Hashable, Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  private var components: [Substring.UTF8View] {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { $0[...] }
  }

  static func == (a: FileName, b: FileName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// Component by component, as the format lists files: `a/x` stands before `a-b`.
  static func < (a: FileName, b: FileName) -> Bool {
    let (left, right) = (a.components, b.components)
    if let (x, y) = zip(left, right).first(where: { !$0.elementsEqual($1) }) {
      return x.lexicographicallyPrecedes(y)
    }
    return left.count < right.count
  }

  /// Whether this is `folder` or lies in it.
  func isInside(_ folder: FileName) -> Bool {
    self == folder || text.utf8.starts(with: (folder.text + "/").utf8)
  }

  /// Relative, without empty components, `.` or `..`.
  var isPlain: Bool {
    !text.utf8.contains(0)
      && components.allSatisfy { part in
        let name = String(Substring(part))
        return !name.isEmpty && name != "." && name != ".."
      }
  }
}
