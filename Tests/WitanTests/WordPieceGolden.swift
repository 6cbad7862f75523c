import Foundation
import Testing
import Witan

/// The golden file: small vocabularies, texts, and the ids that `tokenizers` gives
/// (scripts/wordpiece_golden.py).
struct WordPieceGolden: Sendable, CustomTestStringConvertible {
  struct Text: Sendable {
    let bytes: [UInt8]
    let ids: [UInt32]
  }

  let name: String
  let vocabulary: WordPieceVocabulary
  let texts: [Text]
  var testDescription: String { name }

  static let all: [WordPieceGolden] = try! load()
  static func named(_ name: String) -> WordPieceGolden { all.first { $0.name == name }! }
  static let reference: String = document["reference"]!.string!
  /// The `tokenizer.json` of the case "uncased", as text.
  static let uncased: String = document["cases"]!.array![0]["tokenizer"]!.string!

  private static let document: JSON = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/wordpiece.json")
    return try! JSON(parsing: String(decoding: Data(contentsOf: file), as: UTF8.self))
  }()

  private static func load() throws -> [WordPieceGolden] {
    try document["cases"]!.array!.map { item in
      var options = WordPieceVocabulary.Options()
      options.lowercases = item["cased"] != true
      let vocabulary =
        if let json = item["tokenizer"]?.string {
          try WordPieceVocabulary(tokenizerJSON: Array(json.utf8))
        } else {
          try WordPieceVocabulary(lines: Array(item["lines"]!.string!.utf8), options: options)
        }
      return WordPieceGolden(
        name: item["name"]!.string!, vocabulary: vocabulary,
        texts: item["texts"]!.array!.map { text in
          Text(
            bytes: text["text"]?.string.map { Array($0.utf8) } ?? hex(text["hex"]!.string!),
            ids: text["ids"]!.array!.map { UInt32($0.int!) })
        })
    }
  }

  private static func hex(_ digits: String) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
  }
}

extension WordPieceVocabulary {
  /// The ids of a text pushed in these chunks.
  func ids(_ chunks: [[UInt8]]) -> [UInt32] {
    var tokenizer = WordPieceTokenizer(self)
    return tokenizer.push(chunks) + tokenizer.finished()
  }
}

extension WordPieceTokenizer {
  mutating func push(_ chunks: [[UInt8]]) -> [UInt32] {
    let workspace = Workspace()
    var ids: [UInt32] = []
    for chunk in chunks { chunk.withUnsafeBufferPointer { push($0, workspace) { ids += $0 } } }
    return ids
  }

  mutating func finished() -> [UInt32] {
    var ids: [UInt32] = []
    finish(Workspace()) { ids += $0 }
    return ids
  }
}
