import ArgumentParser
import Foundation
import Witan
import WitanTraining

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the WordPiece ids of texts: one line in, one JSON array out.",
    discussion: """
      The tokenizer is a Hugging Face tokenizer.json (BertNormalizer, BertPreTokenizer, WordPiece) or a
      vocab.txt. Special tokens are found in the text; none are added, and nothing is cut off.

        echo "Hello, world" | witan tokenize tokenizer.json
      """)

  @Argument(help: "A tokenizer.json or vocab.txt.")
  var tokenizer: String
  @Argument(help: "A file; - is standard input.")
  var file = "-"
  @Flag(name: .long, help: "Every line is a JSON object with \"text\".")
  var jsonl = false
  @Flag(name: .long, help: "With a vocab.txt: keep capitals and accents.")
  var cased = false

  func run() throws {
    var options = WordPieceVocabulary.Options()
    options.lowercases = !cased
    var stream = WordPieceTokenizer(try WordPieceVocabulary(path: tokenizer, options: options))
    let workspace = WordPieceTokenizer.Workspace()
    var lines = try LineReader(path: file)
    var ids: [UInt32] = []
    while let line = try lines.next() {
      ids.removeAll(keepingCapacity: true)
      let text = jsonl ? try text(of: line, at: lines.place) : line
      text.withUnsafeBufferPointer { stream.push($0, workspace) { ids += $0 } }
      stream.finish(workspace) { ids += $0 }
      try Terminal.write("[" + ids.map(String.init).joined(separator: ",") + "]\n")
    }
    try Terminal.flush()
  }

  private func text(of line: ArraySlice<UInt8>, at place: String) throws(WitanError) -> ArraySlice<UInt8> {
    let bytes = Array(line)
    var text: String?
    do throws(WitanError) {
      text = try JSON(parsing: String(decoding: bytes, as: UTF8.self))["text"]?.string
    } catch {
      throw WitanError(.data, error.description, at: place)
    }
    guard let text else {
      throw WitanError(.data, "is no JSON object with a string \"text\"", at: place)
    }
    return Array(text.utf8)[...]
  }
}
