import Foundation
import Testing

/// The built command, run as a user or a script runs it.
enum Program {
  struct Outcome {
    let code: Int32
    let out: String
    let err: String
    func json() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
    }
  }

  /// The built program lies beside the test bundle.
  static let url: URL = {
    let configuration = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }?
      .deletingLastPathComponent()
    let folder = configuration ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.appendingPathComponent("witan")
  }()
}

/// Runs `witan` with these arguments and waits for its end.
func witan(_ arguments: String..., input: Data = Data()) throws -> Program.Outcome {
  try run(arguments, input: input)
}

func run(_ arguments: [String], input: Data = Data()) throws -> Program.Outcome {
  let process = Process()
  process.executableURL = Program.url
  process.arguments = arguments
  let (out, err, stdin) = (Pipe(), Pipe(), Pipe())
  (process.standardOutput, process.standardError, process.standardInput) = (out, err, stdin)
  try process.run()
  let writer = Thread {
    try? stdin.fileHandleForWriting.write(contentsOf: input)
    try? stdin.fileHandleForWriting.close()
  }
  writer.start()
  let output = out.fileHandleForReading.readDataToEndOfFile()
  let errors = err.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return Program.Outcome(
    code: process.terminationStatus, out: String(decoding: output, as: UTF8.self),
    err: String(decoding: errors, as: UTF8.self))
}
