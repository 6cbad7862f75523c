internal import CCorpus
internal import Witan

/// The benign background that every constitution is compiled against: hand-written prompts,
/// statements, answers and prose on many topics.
package struct Background: Sendable {
  package enum Kind: String, Sendable, CaseIterable { case prompt, statement, answer, prose }

  package struct Text: Sendable {
    package let text: String
    package let kind: Kind
    package let topic: String
    /// `background/file:line`.
    package let source: String
  }

  package let texts: [Text]

  package var topics: Int { Set(texts.map(\.topic)).count }

  /// The background that is in the program.
  package static let shipped: Background = {
    let files = (0..<witan_corpus_background_count).map { witan_corpus_background($0) }
    return Background(texts: files.flatMap { Self.parse($0.content, String(cString: $0.name)) })
  }()

  /// `## topic` lines and `kind<TAB>text` lines; others are passed over.
  static func parse(_ content: String, _ name: String) -> [Text] {
    var out: [Text] = []
    var topic = name
    for (i, line) in content.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("## ") {
        topic = String(line.dropFirst(3))
      } else if let tab = line.firstIndex(of: "\t"), let kind = Kind(rawValue: String(line[..<tab])) {
        let text = String(line[line.index(after: tab)...])
        out.append(Text(text: text, kind: kind, topic: topic, source: "background/\(name):\(i + 1)"))
      }
    }
    return out
  }
}

extension witan_corpus_file {
  var content: String { String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self) }
}
