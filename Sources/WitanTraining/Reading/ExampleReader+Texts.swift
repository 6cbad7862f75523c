internal import Foundation
public import Witan

extension ExampleReader {
  /// The texts of a file, in memory: of JSONL and fastText lines and of CSV with labels the examples' own,
  /// else each line that is not blank. Throws `io` or `data`, naming file and line.
  public static func texts(path: String) throws(WitanError) -> [String] {
    try lenient(path: path).map(\.text)
  }

  /// The same as examples; those of plain lines have no labels.
  public static func lenient(path: String) throws(WitanError) -> [Example] {
    if path.hasSuffix(".csv") { return try all(path: path) }
    var lines = try LineReader(path: path)
    var out: [Example] = []
    while let line = try lines.next() {
      guard let first = line.first(where: { $0 > 0x20 }) else { continue }  // blank
      if first == UInt8(ascii: "{") {
        out.append(try Example(jsonLine: line, at: lines.place))
      } else if line.starts(with: "__label__".utf8) {
        out.append(try Example(fastTextLine: line, at: lines.place))
      } else {
        out.append(Example(text: String(decoding: line, as: UTF8.self), labels: [:]))
      }
    }
    return out
  }
}
