internal import Foundation
internal import Witan
internal import Yams

/// Typed access to a YAML mapping whose errors name file, line, column and key.
struct YAMLReader {
  let node: Node
  let file: String
  /// Where in the document: `principles[2].statement`.
  let path: String

  func place(_ node: Node? = nil) -> String {
    let mark = (node ?? self.node).mark
    return mark.map { "\(file):\($0.line):\($0.column)" } ?? file
  }

  func fault(_ message: String, _ node: Node? = nil) -> WitanError {
    WitanError(.constitution, message, at: place(node))
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The mapping's keys must be among `known`; a stranger gets the nearest one named.
  func allowKeys(_ known: [String]) throws(WitanError) {
    guard let mapping = node.mapping else {
      throw fault("\(path.isEmpty ? "the file" : "'\(path)'") should be a mapping (key: value lines)")
    }
    var seen: Set<String> = []
    for (key, _) in mapping {
      let word = key.string ?? ""
      guard known.contains(word) else {
        let hint = Spelling.nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw fault(
          "'\(name(word))' is unknown\(hint) Known here: \(known.joined(separator: ", "))", key)
      }
      guard seen.insert(word).inserted else { throw fault("'\(name(word))' stands twice", key) }
    }
  }

  func child(_ key: String) -> YAMLReader? {
    node.mapping?[key].map { YAMLReader(node: $0, file: file, path: name(key)) }
  }

  func need(_ key: String) throws(WitanError) -> YAMLReader {
    guard let child = child(key) else { throw fault("'\(name(key))' is missing") }
    return child
  }

  /// A text that is not blank.
  func text() throws(WitanError) -> String {
    guard let s = node.scalar?.string else { throw fault("'\(path)' should be a text") }
    let trimmed = s.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { throw fault("'\(path)' is empty") }
    return trimmed
  }

  func text(_ key: String) throws(WitanError) -> String { try need(key).text() }

  func optionalText(_ key: String) throws(WitanError) -> String { try child(key)?.text() ?? "" }

  func items() throws(WitanError) -> [YAMLReader] {
    guard let sequence = node.sequence else { throw fault("'\(path)' should be a list") }
    return sequence.enumerated().map {
      YAMLReader(node: $0.element, file: file, path: "\(path)[\($0.offset + 1)]")
    }
  }

  func texts() throws(WitanError) -> [String] {
    var out: [String] = []
    for item in try items() { out.append(try item.text()) }
    return out
  }

  /// The texts of a list, and those of its items that are mappings of `prompt` and `answer`.
  func textsAndExchanges() throws(WitanError) -> (texts: [String], exchanges: [Constitution.Exchange]) {
    var (texts, exchanges) = ([String](), [Constitution.Exchange]())
    for item in try items() {
      if item.node.mapping == nil {
        texts.append(try item.text())
      } else {
        try item.allowKeys(Constitution.keys["exchange"]!)
        exchanges.append(
          Constitution.Exchange(prompt: try item.text("prompt"), answer: try item.text("answer")))
      }
    }
    return (texts, exchanges)
  }

  func choice<T: RawRepresentable & CaseIterable>(_: T.Type) throws(WitanError) -> T
  where T.RawValue == String {
    let word = try text()
    guard let value = T(rawValue: word) else {
      throw fault(
        "'\(path)' is '\(word)'; it should be one of "
          + T.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  func number(in range: ClosedRange<Double>) throws(WitanError) -> Double {
    guard let value = Double(try text()), range.contains(value) else {
      throw fault("'\(path)' should be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func count(in range: ClosedRange<Int>) throws(WitanError) -> Int {
    guard let value = Int(try text()), range.contains(value) else {
      throw fault("'\(path)' should be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
