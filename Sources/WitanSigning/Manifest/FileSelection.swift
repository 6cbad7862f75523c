internal import Foundation
public import Witan

/// The files that a bundle is made of.
///
/// One file is a bundle by itself. A folder gives all files in it, at any depth, hidden ones too. Of several
/// paths the deepest folder that holds them all is the bundle's, and names are relative to it.
public struct FileSelection: Sendable {
  public struct Options: Sendable {
    /// Take symbolic links to files as the files. Links to folders are never followed: what is behind them
    /// would not be signed.
    public var allowsLinks = false
    /// Files and folders to leave out, as paths in the file system; they need not exist.
    public var ignoredPaths: [String] = []
    /// Names inside the bundle to leave out.
    public var ignoredNames: [String] = []

    public init() {}

    /// What git keeps beside a bundle.
    public static let gitNames = [".git", ".gitattributes", ".github", ".gitignore"]
  }

  /// The last component of the bundle's path.
  public let name: String
  /// The bundle's folder, or its file, without links.
  public let root: String
  /// Sorted by name, component by component.
  public private(set) var files: [(name: String, path: String)]
  /// What was asked to be left out, relative to `root`; what lies outside is dropped.
  public let ignoredNames: [String]
  public let options: Options

  /// Lists the files. Throws `io` for what is missing, is no file or folder, or is a symbolic link that is
  /// not allowed, and `format` for names that are not UTF-8. O(files).
  public init(paths: [String], options: Options = Options()) throws(WitanError) {
    guard !paths.isEmpty else { throw WitanError(.invalidValue, "no file is named") }
    self.options = options
    var items: [(path: String, kind: FileKind)] = []
    for path in paths {
      let kind = try FileKind(path: path, allowsLinks: options.allowsLinks)
      items.append((try Self.canonical(path), kind))
    }
    if items.count == 1 {
      root = items[0].path
    } else {
      root = Self.commonFolder(items.map { Self.parent(of: $0.path) })
    }
    name = root == "/" ? "/" : Self.last(of: root)
    var ignored = Set(options.ignoredNames.map { FileName($0) })
    for path in options.ignoredPaths {
      if let name = Self.name(of: try Self.canonical(path), in: root) { ignored.insert(FileName(name)) }
    }
    ignoredNames = ignored.sorted().map(\.text)

    if items.count == 1, items[0].kind == .file {
      files = [(Manifest.single, root)]
      return
    }
    var found: [FileName: String] = [:]
    for item in items {
      let start = Self.name(of: item.path, in: root) ?? ""
      if item.kind == .file {
        if !ignored.contains(where: FileName(start).isInside) { found[FileName(start)] = item.path }
      } else {
        try Self.walk(item.path, as: start, ignored, options.allowsLinks, into: &found)
      }
    }
    files = found.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) }
  }

  /// Drops the files of other names.
  mutating func keep(only names: [String]) {
    let wanted = Set(names.map { FileName($0) })
    files.removeAll { !wanted.contains(FileName($0.name)) }
  }

  private static func walk(
    _ folder: String, as start: String, _ ignored: Set<FileName>, _ allowsLinks: Bool,
    into found: inout [FileName: String]
  ) throws(WitanError) {
    var folders = [(path: folder, name: start)]
    while let (path, prefix) = folders.popLast() {
      for entry in try names(in: path) {
        let name = FileName(prefix.isEmpty ? entry : "\(prefix)/\(entry)")
        if ignored.contains(where: name.isInside) { continue }
        let full = path == "/" ? "/\(entry)" : "\(path)/\(entry)"
        switch try FileKind(path: full, allowsLinks: allowsLinks, isInFolder: true) {
        case .file: found[name] = full
        case .folder: folders.append((full, name.text))
        }
      }
    }
  }

  /// The names in a folder, without `.` and `..`.
  private static func names(in folder: String) throws(WitanError) -> [String] {
    guard let handle = opendir(folder) else { throw WitanError.system("cannot be read", folder) }
    defer { closedir(handle) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(handle) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(validatingCString: $0)
        }
      }
      guard let name else {
        throw WitanError(.format, "holds a file whose name is not UTF-8, which cannot be signed", at: folder)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw WitanError.system("cannot be read", folder) }
    return names
  }
}
