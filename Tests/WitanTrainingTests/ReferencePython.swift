import Foundation

/// A Python with reference packages, named by `WITAN_TEST_PYTHON`; tests against it are skipped without.
enum ReferencePython {
  static func has(_ module: String) -> Bool { (try? run("import \(module)")) != nil }

  /// What `script` prints, with `input` on its standard input; nil when it fails or there is no Python.
  static func run(_ script: String, _ arguments: [String] = [], input: String = "") throws -> String? {
    guard let path = ProcessInfo.processInfo.environment["WITAN_TEST_PYTHON"] else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-c", script] + arguments
    let (out, into) = (Pipe(), Pipe())
    (process.standardOutput, process.standardInput) = (out, into)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try into.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try into.fileHandleForWriting.close()
    let bytes = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
