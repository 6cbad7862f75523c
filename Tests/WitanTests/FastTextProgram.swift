import Foundation
import Witan

/// The program `fasttext`, where it is installed: it trains the models of the parity tests and says
/// what must come out.
enum FastTextProgram {
  static let path: String? =
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/fasttext" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  struct Failure: Error { let arguments: [String] }

  /// Runs it in `folder` and returns what it prints.
  @discardableResult
  static func run(_ arguments: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "fasttext")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let out = Pipe()
    (process.standardOutput, process.standardError) = (out, FileHandle.nullDevice)
    try process.run()
    let printed = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    return String(decoding: printed, as: UTF8.self)
  }

  /// Lines of made-up words in which the label's own are frequent; the same for the same arguments.
  static func trainingText(labels: Int, lines: Int) -> String {
    var random = SeededRandom(seed: 7)
    return (0..<lines).map { line in
      let label = line % labels
      let words = (0..<8).map { _ in
        switch random.below(3) {
        case 0: "topic\(label)"
        case 1: "wörd\(random.below(150))"
        default: random.pick(["the", "a", "of", "naïve", "日本語", "🎉", "thing\(label % 7)"])
        }
      }
      return "__label__\(label) " + words.joined(separator: " ")
    }.joined(separator: "\n") + "\n"
  }

  /// Texts of every kind that a line can be. Those that end in </s> end the line without a line break.
  static var texts: [[UInt8]] {
    var random = SeededRandom(seed: 9)
    var texts: [[UInt8]] = [
      "", "   ", "topic1", "the topic2 of topic2", "words nobody has seen", "日本語 wörd3 🎉 naïve ñandú",
      "the\ttopic3\t\t of \u{B}a\u{C} thing1\r", "__label__1 topic2", "__label__unknown topic2",
      "topic1 topic1 </s>", " wörd1 wörd2",
      String(repeating: "x", count: 9000), String(repeating: "the topic4 of wörd5 ", count: 1500),
    ].map { Array($0.utf8) }
    texts.append([0x61, 0xFF, 0xFE, 0x20, 0xC3, 0x20, 0x80, 0x80, 0x62, 0x00] + Array("topic1".utf8))
    for _ in 0..<40 {
      let words = (0...random.below(12)).map { _ -> String in
        let (topic, word) = (random.below(8), random.below(200))
        return random.pick(["topic\(topic)", "wörd\(word)", "the", "thing3", "neww\(topic)"])
      }
      texts.append(Array(words.joined(separator: " ").utf8))
    }
    return texts
  }
}
