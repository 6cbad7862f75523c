internal import Witan

/// Collects the fields of one record from its lines (RFC 4180: quotes, doubled quotes, line breaks
/// inside quotes).
struct CSVRecordParser {
  private(set) var fields: [String] = []
  private var field: [UInt8] = []
  private var isQuoted = false

  var isEmpty: Bool { fields.isEmpty && field.isEmpty && !isQuoted }

  /// Takes the next line; true when the record is complete. Throws `data`.
  mutating func push(_ line: ArraySlice<UInt8>, at place: String) throws(WitanError) -> Bool {
    if isQuoted { field.append(0x0A) }
    var i = line.startIndex
    var wasQuoted = isQuoted
    while i < line.endIndex {
      let byte = line[i]
      i += 1
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          field.append(byte)
        } else if i < line.endIndex, line[i] == UInt8(ascii: "\"") {
          field.append(byte)
          i += 1
        } else {
          isQuoted = false
        }
      } else if byte == UInt8(ascii: ",") {
        close()
        wasQuoted = false
      } else if byte == UInt8(ascii: "\"") && field.isEmpty && !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
      } else if wasQuoted {
        throw WitanError(.data, "text follows a closing quote; double the quotes inside", at: place)
      } else {
        field.append(byte)
      }
    }
    if isQuoted {
      guard field.count <= LineReader.maximumLine else {
        throw WitanError(.data, "a quoted field is longer than 64 MiB; is a quote missing?", at: place)
      }
      return false
    }
    close()
    return true
  }

  private mutating func close() {
    fields.append(String(decoding: field, as: UTF8.self))
    field = []
  }
}

/// Which column means what.
struct CSVHeader {
  private let columns: [String: Int]
  private let count: Int

  init(_ names: [String], at place: String) throws(WitanError) {
    let lower = names.map { $0.lowercased() }
    columns = Dictionary(zip(lower, lower.indices), uniquingKeysWith: { first, _ in first })
    count = names.count
    guard columns["text"] != nil, columns["label"] != nil || columns["labels"] != nil else {
      throw WitanError(
        .data,
        "the CSV header is '\(names.joined(separator: ","))'; it needs the columns 'text' and 'label' "
          + "(or 'labels', split at '|')", at: "\(place):1")
    }
  }

  func example(_ fields: [String], at place: String) throws(WitanError) -> Example {
    guard fields.count == count else {
      throw WitanError(.data, "the record has \(fields.count) fields, the header \(count)", at: place)
    }
    func value(_ column: String) -> String? { columns[column].map { fields[$0] } }
    var weight: Float = 1
    if let text = value("weight"), !text.isEmpty {
      guard let number = Float(text), number >= 0, number.isFinite else {
        throw WitanError(.data, "weight '\(text)' is not a number of at least 0", at: place)
      }
      weight = number
    }
    var names: [String] = []
    if let one = value("label") {
      names = one.isEmpty ? [] : [one]
    } else if let many = value("labels") {
      names = many.split(separator: "|").map { String($0) }
    }
    return Example(
      text: value("text") ?? "", labels: Dictionary(names.map { ($0, 1) }, uniquingKeysWith: { $1 }),
      isSingleLabel: columns["label"] != nil && !names.isEmpty, weight: weight,
      group: value("group").flatMap { $0.isEmpty ? nil : $0 })
  }
}
