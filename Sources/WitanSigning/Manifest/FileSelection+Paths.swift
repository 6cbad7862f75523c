internal import Foundation
internal import Witan

extension FileSelection {
  /// The path without links, `.` and `..` before its last component, which need not exist.
  static func canonical(_ path: String) throws(WitanError) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw WitanError(.io, "is no path", at: path) }
    let last = last(of: path)
    if path == "/" || last == "." || last == ".." { return try resolved(path) }
    let folder = try resolved(parent(of: path))
    return folder == "/" ? "/\(last)" : "\(folder)/\(last)"
  }

  private static func resolved(_ path: String) throws(WitanError) -> String {
    guard let resolved = realpath(path, nil) else { throw WitanError.system("cannot be examined", path) }
    defer { free(resolved) }
    guard let text = String(validatingCString: resolved) else {
      throw WitanError(.format, "is in a folder whose name is not UTF-8", at: path)
    }
    return text
  }

  /// `.` for a name alone.
  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func last(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }

  /// The path of `path` inside `folder`, both canonical; nil when it is not inside.
  static func name(of path: String, in folder: String) -> String? {
    if FileName(path) == FileName(folder) { return "" }
    let start = folder == "/" ? "/" : folder + "/"
    return path.utf8.starts(with: start.utf8) ? String(path.utf8.dropFirst(start.utf8.count)) : nil
  }

  /// The deepest folder that holds all of `folders`, which are canonical.
  static func commonFolder(_ folders: [String]) -> String {
    var common = folders.first ?? "/"
    for folder in folders {
      while name(of: folder, in: common) == nil { common = parent(of: common) }
    }
    return common
  }
}
