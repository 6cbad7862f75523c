internal import Foundation
public import Witan

extension ExampleReader {
  /// The texts of a file, in memory: of JSONL and fastText lines and of CSV with labels the examples' own,
  /// else each line that is not blank. Throws `io` or `data`, naming file and line.
  public static func texts(path: String) throws(WitanError) -> [String] {
    if path.hasSuffix(".csv") { return try all(path: path).map(\.text) }
    var lines = try LineReader(path: path)
    var out: [String] = []
    while let line = try lines.next() {
      guard let first = line.first(where: { $0 > 0x20 }) else { continue }  // blank
      if first == UInt8(ascii: "{") {
        out.append(try Example(jsonLine: line, at: lines.place).text)
      } else if line.starts(with: "__label__".utf8) {
        out.append(try Example(fastTextLine: line, at: lines.place).text)
      } else {
        out.append(String(decoding: line, as: UTF8.self))
      }
    }
    return out
  }
}
