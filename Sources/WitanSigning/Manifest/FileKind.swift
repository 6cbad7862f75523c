internal import Foundation
internal import Witan

/// What can be signed.
enum FileKind {
  case file
  case folder

  /// Throws `io` for what is neither, and for symbolic links that may not be followed.
  init(path: String, allowsLinks: Bool, isInFolder: Bool = false) throws(WitanError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw WitanError.system("cannot be examined", path) }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    if isLink {
      guard allowsLinks else {
        throw WitanError(
          .io, "is a symbolic link; leave it out with --ignore, or follow links with --allow-symlinks",
          at: path)
      }
      guard stat(path, &status) == 0 else { throw WitanError.system("cannot be followed", path) }
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR where isLink && isInFolder:
      throw WitanError(
        .io, "is a symbolic link to a folder, which is never followed; leave it out with --ignore", at: path)
    case S_IFDIR: self = .folder
    default: throw WitanError(.io, "is neither a file nor a folder", at: path)
    }
  }
}
