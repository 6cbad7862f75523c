internal import Foundation
public import Witan

/// The formats in which labelled text is read.
public enum DataFormat: String, Sendable, CaseIterable {
  /// One JSON object a line: `text`; `label` (one of many) or `labels` (a list, or an object of
  /// degrees); optional `weight`, `group`, `source`, `prompt` (what the text answers), and `spans`:
  /// objects of `label`, `start` and `end`, in bytes of the text.
  case jsonl
  /// Comma-separated with a header (RFC 4180): `text`; `label` or `labels` (split at `|`); optional
  /// `weight`, `group`.
  case csv
  /// `__label__name` words, then the text.
  case fastText = "fasttext"

  /// Tells the format by the file's name, else by its first line.
  static func guess(path: String, firstLine: String) -> DataFormat {
    if path.hasSuffix(".csv") { return .csv }
    if path.hasSuffix(".jsonl") || path.hasSuffix(".json") { return .jsonl }
    let line = firstLine.drop { $0 == " " || $0 == "\t" }
    if line.hasPrefix("{") { return .jsonl }
    return line.hasPrefix("__label__") ? .fastText : .csv
  }
}

/// Streams the examples of a file.
public struct ExampleReader {
  public let format: DataFormat
  private var lines: LineReader
  private var first: ArraySlice<UInt8>?
  private var csv: CSVHeader?
  /// `name:line` of the example returned last.
  private(set) var place = ""

  /// Opens the file at `path` (`-` is standard input) and tells its format unless it is given.
  ///
  /// Throws `io` when the file cannot be read, `data` when it is empty or its header is unusable.
  public init(path: String, format: DataFormat? = nil) throws(WitanError) {
    lines = try LineReader(path: path)
    first = try lines.next()
    guard let first else {
      throw WitanError(.data, "is empty; examples are expected, one a line", at: lines.name)
    }
    self.format =
      format
      ?? DataFormat.guess(path: path, firstLine: String(decoding: first.prefix(64), as: UTF8.self))
    if self.format == .csv {
      let record = try csvRecord()
      csv = try CSVHeader(record?.fields ?? [], at: lines.name)
    }
  }

  /// The next example, or nil at the end. Throws `data` or `io`, naming file and line.
  public mutating func next() throws(WitanError) -> Example? {
    if let csv {
      guard let record = try csvRecord() else { return nil }
      place = record.place
      return try csv.example(record.fields, at: record.place)
    }
    while let line = try nextLine() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }  // blank
      place = lines.place
      switch format {
      case .jsonl: return try Example(jsonLine: line, at: lines.place)
      default: return try Example(fastTextLine: line, at: lines.place)
      }
    }
    return nil
  }

  /// All examples of a file, in memory; as those of `task` when it is given. Throws as `next()` and
  /// `Example.read(as:)`, naming file and line.
  public static func all(
    path: String, format: DataFormat? = nil, task: ModelSpec.Task? = nil
  ) throws(WitanError) -> [Example] {
    var reader = try ExampleReader(path: path, format: format)
    var out: [Example] = []
    while let example = try reader.next() {
      guard let task else {
        out.append(example)
        continue
      }
      do {
        out.append(try example.read(as: task))
      } catch {
        throw WitanError(error.code, error.message, at: reader.place)
      }
    }
    return out
  }

  private mutating func nextLine() throws(WitanError) -> ArraySlice<UInt8>? {
    if let line = first {
      first = nil
      return line
    }
    return try lines.next()
  }

  /// One CSV record; quoted fields may span lines.
  private mutating func csvRecord() throws(WitanError) -> (fields: [String], place: String)? {
    var parser = CSVRecordParser()
    var place = lines.place
    while let line = try nextLine() {
      if parser.isEmpty {
        if line.isEmpty { continue }
        place = lines.place
      }
      if try parser.push(line, at: place) { return (parser.fields, place) }
    }
    if parser.isEmpty { return nil }
    throw WitanError(.data, "a quoted field is not closed before the end of the file", at: place)
  }
}

extension Example {
  /// Reads one line of JSONL. Throws `data`.
  package init(jsonLine line: ArraySlice<UInt8>, at place: String) throws(WitanError) {
    let json: JSON
    do {
      json = try line.withUnsafeBufferPointer { bytes throws(WitanError) in try JSON(parsing: bytes) }
    } catch {
      throw WitanError(.data, error.message, at: place)
    }
    guard let text = json["text"]?.string else {
      throw WitanError(.data, "there is no field \"text\" with a string", at: place)
    }
    func fault(_ field: String, _ wanted: String) -> WitanError {
      WitanError(.data, "\"\(field)\" is not \(wanted)", at: place)
    }
    var labels: [String: Float] = [:]
    var isSingle = false
    switch (json["label"], json["labels"]) {
    case (_, .array(let list)?):
      for item in list {
        guard let name = item.string else { throw fault("labels", "a list of strings") }
        labels[name] = 1
      }
    case (_, .object(let degrees)?):
      for (name, degree) in degrees {
        guard let value = degree.number, 0...1 ~= value else {
          throw fault("labels", "an object of numbers in 0...1")
        }
        labels[name] = Float(value)
      }
    case (.string(let name)?, nil): (labels, isSingle) = ([name: 1], true)
    case (.number(let n)?, nil): (labels, isSingle) = ([JSON.number(n).text(): 1], true)
    case (.bool(let b)?, nil): (labels, isSingle) = ([b ? "true" : "false": 1], true)
    case (nil, nil): break
    default:
      throw WitanError(.data, "\"label\" is not a string, or \"labels\" not a list", at: place)
    }
    guard labels[""] == nil else { throw WitanError(.data, "a label is empty", at: place) }
    var weight: Float = 1
    if let given = json["weight"] {
      guard let value = given.number, value >= 0, Float(value).isFinite else {
        throw fault("weight", "a number of at least 0")
      }
      weight = Float(value)
    }
    for field in ["group", "source", "prompt"] {
      if let given = json[field], given != .null, given.string == nil { throw fault(field, "a string") }
    }
    self.init(
      text: text, labels: labels, isSingleLabel: isSingle, weight: weight, group: json["group"]?.string,
      spans: try Span.list(json["spans"], of: text, labels: labels, at: place),
      source: json["source"]?.string, prompt: json["prompt"]?.string)
  }

  /// Reads one fastText line. Throws `data`.
  package init(fastTextLine line: ArraySlice<UInt8>, at place: String) throws(WitanError) {
    let mark = Array("__label__".utf8)
    var names: [String] = []
    var words: [ArraySlice<UInt8>] = []
    for word in line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }) {
      if word.starts(with: mark) {
        names.append(String(decoding: word.dropFirst(mark.count), as: UTF8.self))
      } else {
        words.append(word)
      }
    }
    guard !names.contains("") else { throw WitanError(.data, "a __label__ has no name", at: place) }
    let text = String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
    self.init(
      text: text, labels: Dictionary(names.map { ($0, 1) }, uniquingKeysWith: { $1 }),
      isSingleLabel: names.count == 1)
  }
}
