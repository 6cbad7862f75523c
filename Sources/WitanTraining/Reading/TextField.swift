internal import Witan

/// Takes the `text` of a JSONL line without building the object: what scoring needs, many times faster.
///
/// It knows the usual lines alone: one flat object, plain keys, no labels but `label`. Of any other line,
/// faulty ones among them, it says that it does not know; `Example(jsonLine:at:)` then decides.
package struct TextField {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var keys: [Range<Int>] = []

  /// Reads the text of `line` into `out`. False when the line is not a usual one; `out` is then undefined.
  /// Whenever it is true, `Example(jsonLine:at:)` gives the same text. O(bytes)
  package static func read(_ line: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) -> Bool {
    var field = TextField(bytes: line)
    return field.object(&out)
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func object(_ out: inout [UInt8]) -> Bool {
    var found = false
    skipSpace()
    guard take("{") else { return false }
    repeat {
      skipSpace()
      guard let key = key() else { return false }
      skipSpace()
      guard take(":") else { return false }
      skipSpace()
      guard at < bytes.count else { return false }
      if isKey(key, "text") {
        guard string(into: &out) else { return false }
        found = true
      } else if !other(key) {
        return false
      }
      skipSpace()
    } while take(",")
    guard take("}") else { return false }
    skipSpace()
    return found && at == bytes.count
  }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || (bytes[at] >= 0x09 && bytes[at] <= 0x0D) {
      if bytes[at] == 0x0B || bytes[at] == 0x0C { return }
      at += 1
    }
  }

  private mutating func take(_ c: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: c) else { return false }
    at += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let n = word.utf8CodeUnitCount
    guard at + n <= bytes.count else { return false }
    for i in 0..<n where bytes[at + i] != word.utf8Start[i] { return false }
    at += n
    return true
  }

  /// A key of plain characters that did not stand before.
  private mutating func key() -> Range<Int>? {
    guard take("\"") else { return nil }
    let start = at
    while at < bytes.count, bytes[at] >= 0x20, bytes[at] < 0x7F, bytes[at] != UInt8(ascii: "\\"),
      bytes[at] != UInt8(ascii: "\"")
    { at += 1 }
    let key = start..<at
    guard take("\""), keys.count < 16,
      keys.allSatisfy({ !bytes[$0].elementsEqual(bytes[key]) })
    else { return nil }
    keys.append(key)
    return key
  }

  private func isKey(_ key: Range<Int>, _ name: StaticString) -> Bool {
    bytes[key].elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// Passes over the value of a key that scoring does not read, when it is one that readers take.
  private mutating func other(_ key: Range<Int>) -> Bool {
    let isDecidedElsewhere = isKey(key, "labels") || isKey(key, "weight") || isKey(key, "spans")
    if isDecidedElsewhere || isKey(key, "prompt") { return false }
    let wantsString = isKey(key, "label") || isKey(key, "group") || isKey(key, "source")
    switch bytes[at] {
    case UInt8(ascii: "\""):
      let start = at
      var ignored: [UInt8] = []
      return string(into: &ignored) && at - start > 2
    case UInt8(ascii: "t"): return !wantsString && take(word: "true")
    case UInt8(ascii: "f"): return !wantsString && take(word: "false")
    case UInt8(ascii: "n"): return !wantsString && take(word: "null")
    default: return !wantsString && number()
    }
  }

  /// A number without an exponent, which is finite for certain.
  private mutating func number() -> Bool {
    _ = take("-")
    let start = at
    digits()
    guard at > start, at - start < 300, bytes[start] != UInt8(ascii: "0") || at == start + 1 else {
      return false
    }
    if take(".") {
      let point = at
      digits()
      guard at > point else { return false }
    }
    return at < bytes.count && bytes[at] | 0x20 != UInt8(ascii: "e")
  }

  private mutating func digits() {
    while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
  }

  private mutating func string(into out: inout [UInt8]) -> Bool {
    guard take("\"") else { return false }
    out.removeAll(keepingCapacity: true)
    var all: UInt8 = 0
    while true {
      let start = at
      while at < bytes.count {
        let byte = bytes[at]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
        all |= byte
        at += 1
      }
      guard at < bytes.count else { return false }
      out += UnsafeBufferPointer(rebasing: bytes[start..<at])
      if take("\"") { break }
      guard take("\\"), escape(&out) else { return false }
    }
    // Escapes give whole characters; bytes above ASCII must be valid with what stands between them.
    return all < 0x80 || out.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) } != nil
  }

  private mutating func escape(_ out: inout [UInt8]) -> Bool {
    guard at < bytes.count else { return false }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"):
      guard var unit = hex4() else { return false }
      if unit & 0xF800 == 0xD800 {  // half of a pair; without the other half the parser decides
        guard unit & 0x400 == 0, take("\\"), take("u"), let low = hex4(), low & 0xFC00 == 0xDC00 else {
          return false
        }
        unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
      }
      out += String(Unicode.Scalar(unit)!).utf8
    default: return false
    }
    return true
  }

  private mutating func hex4() -> UInt32? {
    guard at + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[at..<at + 4] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32((byte | 0x20) - 87)
      default: return nil
      }
    }
    at += 4
    return value
  }
}
