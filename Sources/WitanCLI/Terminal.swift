import Foundation
import Witan

/// What the program writes: results to standard output, everything else to standard error.
enum Terminal {
  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1
  private static let noColor = !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// Whether results are coloured.
  static var colorsOutput: Bool { outputIsTerminal && !noColor }

  static func error(_ message: String) {
    let mark = errorIsTerminal && !noColor ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
    note("witan: \(mark) \(message)")
  }

  static func note(_ message: String) { toError(message + "\n") }

  /// A line of progress that the next one overwrites; nothing unless a person looks.
  static func progress(_ message: String) {
    if errorIsTerminal { toError("\r\u{1B}[K" + message) }
  }

  static func endProgress() { if errorIsTerminal { toError("\r\u{1B}[K") } }

  private static func toError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  // Results wait here until there are enough of them for a system call; one thread writes.
  nonisolated(unsafe) private static var pending: [UInt8] = []

  /// Writes results. Throws `io`: a full disk or a closed pipe is an error, not silence.
  static func write(_ text: String) throws(WitanError) {
    pending += text.utf8
    if pending.count >= 1 << 16 { try flush() }
  }

  /// Writes results that are bytes already, at once.
  static func write(bytes: [UInt8]) throws(WitanError) {
    pending += bytes
    try flush()
  }

  /// Sends what waits. Every command ends with it.
  static func flush() throws(WitanError) {
    var rest = pending[...]
    pending = []
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw WitanError.system("cannot be written", "standard output") }
      rest = rest.dropFirst(written)
    }
  }

  /// Colours `text` when colours are on. Styles are SGR codes, as "1;31".
  static func styled(_ text: String, _ style: String, _ isOn: Bool = colorsOutput) -> String {
    isOn ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}

/// Writes a file whole or not at all: a new file beside it, then a rename. A symbolic link stays and its
/// target is replaced; into devices and pipes the bytes are written as they are. Throws `io`.
func writeFile(_ bytes: some Sequence<UInt8>, to path: String) throws(WitanError) {
  var status = stat()
  let isThere = stat(path, &status) == 0
  guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
    return try write(Array(bytes), into: path, as: path, flags: O_WRONLY | O_CLOEXEC, syncs: false)
  }
  var target = path
  if isThere, let resolved = realpath(path, nil) {
    target = String(cString: resolved)
    free(resolved)
  }
  let temporary = "\(target).\(getpid()).tmp"
  do throws(WitanError) {
    try write(
      Array(bytes), into: temporary, as: path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, syncs: true)
    guard rename(temporary, target) == 0 else { throw WitanError.system("cannot be written", path) }
  } catch {
    unlink(temporary)
    throw error
  }
}

/// Opens `path` and writes all of `bytes`; errors name `name`.
private func write(
  _ bytes: [UInt8], into path: String, as name: String, flags: Int32, syncs: Bool
) throws(WitanError) {
  let descriptor = open(path, flags, 0o644)
  guard descriptor >= 0 else { throw WitanError.system("cannot be written", name) }
  defer { close(descriptor) }
  var done = 0
  while done < bytes.count {
    let written = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 && errno == EINTR { continue }
    if written <= 0 { throw WitanError.system("cannot be written", name) }
    done += written
  }
  if syncs && fsync(descriptor) != 0 { throw WitanError.system("cannot be written", name) }
}

/// 0.9312 as "93.1 %".
func percent(_ share: Double, digits: Int = 1) -> String {
  String(format: "%.\(digits)f %%", share * 100)
}

func fixed(_ x: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", x) }

extension String {
  /// Cut or filled to `width` columns (one per character).
  func padded(_ width: Int) -> String {
    count > width ? prefix(max(0, width - 1)) + "…" : self + String(repeating: " ", count: width - count)
  }

  func leftPadded(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
