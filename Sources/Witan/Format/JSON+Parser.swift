extension JSON {
  /// Nesting accepted; deeper input is refused, so that the parser's own recursion is bounded.
  package static let maximumDepth = 64

  /// Parses one JSON text. Throws `format` with the byte offset of the fault.
  package init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(WitanError) {
    var parser = Parser(bytes: bytes)
    self = try parser.document()
  }

  /// Parses one JSON text, and lists the members of the object that `path` leads to, in order, in
  /// `members` instead of keeping them: a dictionary takes canonically equivalent keys for one key,
  /// and a vocabulary has such. Keys may stand twice there; the caller says what that means.
  package init(
    parsing bytes: UnsafeBufferPointer<UInt8>, listing path: [String],
    into members: inout [(key: String, value: JSON)]
  ) throws(WitanError) {
    var parser = Parser(bytes: bytes, listed: path[...])
    self = try parser.document()
    members = parser.members
  }

  package init(parsing text: String) throws(WitanError) {
    var copy = text
    var failure: WitanError?
    let value: JSON = copy.withUTF8 { bytes in
      do throws(WitanError) { return try JSON(parsing: bytes) } catch {
        failure = error
        return .null
      }
    }
    if let failure { throw failure }
    self = value
  }

  private struct Parser {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The rest of the path to the object to list; nil beside it.
    var listed: ArraySlice<String>?
    var members: [(key: String, value: JSON)] = []
    var at = 0

    init(bytes: UnsafeBufferPointer<UInt8>, listed: ArraySlice<String>? = nil) {
      self.bytes = bytes
      self.listed = listed
    }

    mutating func document() throws(WitanError) -> JSON {
      let value = try value(depth: 0)
      skipSpace()
      guard at == bytes.count else { throw fault("text after the end of the value") }
      return value
    }

    func fault(_ what: String) -> WitanError {
      WitanError(.format, "not JSON at byte \(at): \(what)")
    }

    mutating func skipSpace() {
      while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    mutating func take(_ literal: StaticString) -> Bool {
      let n = literal.utf8CodeUnitCount
      guard at + n <= bytes.count else { return false }
      for i in 0..<n where bytes[at + i] != literal.utf8Start[i] { return false }
      at += n
      return true
    }

    mutating func value(depth: Int) throws(WitanError) -> JSON {
      guard depth < JSON.maximumDepth else { throw fault("nested deeper than 64 levels") }
      skipSpace()
      guard at < bytes.count else { throw fault("the text ends where a value should stand") }
      switch bytes[at] {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t") where take("true"): return .bool(true)
      case UInt8(ascii: "f") where take("false"): return .bool(false)
      case UInt8(ascii: "n") where take("null"): return .null
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
      default: throw fault("no value starts here")
      }
    }

    mutating func object(depth: Int) throws(WitanError) -> JSON {
      at += 1
      let path = listed
      defer { listed = path }
      var fields: [String: JSON] = [:]
      skipSpace()
      if take("}") { return .object(fields) }
      while true {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
          throw fault("an object key in quotes should stand here")
        }
        let key = try string()
        skipSpace()
        guard take(":") else { throw fault("a colon should follow the key '\(key)'") }
        listed = path?.first == key ? path?.dropFirst() : nil
        let value = try value(depth: depth + 1)
        if let path, path.isEmpty {
          members.append((key, value))
        } else if fields.updateValue(value, forKey: key) != nil {
          throw fault("the key '\(key)' stands twice in one object")
        }
        skipSpace()
        if take("}") { return .object(fields) }
        guard take(",") else { throw fault("a comma or closing brace should stand here") }
      }
    }

    mutating func array(depth: Int) throws(WitanError) -> JSON {
      at += 1
      let path = listed
      listed = nil
      defer { listed = path }
      var items: [JSON] = []
      skipSpace()
      if take("]") { return .array(items) }
      while true {
        items.append(try value(depth: depth + 1))
        skipSpace()
        if take("]") { return .array(items) }
        guard take(",") else { throw fault("a comma or closing bracket should stand here") }
      }
    }

    mutating func number() throws(WitanError) -> JSON {
      let start = at
      func digit(_ i: Int) -> Bool { i < bytes.count && bytes[i] >= 48 && bytes[i] <= 57 }
      if bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digit(at) else { throw fault("a digit should stand here") }
      if bytes[at] == 48, digit(at + 1) { throw fault("a number may not start with 0") }
      while digit(at) { at += 1 }
      if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
        at += 1
        guard digit(at) else { throw fault("a digit should follow the point") }
        while digit(at) { at += 1 }
      }
      if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
          at += 1
        }
        guard digit(at) else { throw fault("a digit should stand in the exponent") }
        while digit(at) { at += 1 }
      }
      let text = String(decoding: bytes[start..<at], as: UTF8.self)
      guard let value = Double(text), value.isFinite else { throw fault("\(text) is out of range") }
      return .number(value)
    }

    mutating func string() throws(WitanError) -> String {
      at += 1
      let start = at
      while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
        guard bytes[at] >= 0x20 else { throw fault("a control character stands in a string") }
        at += 1
      }
      guard at < bytes.count else { throw fault("a string is not closed") }
      if bytes[at] == UInt8(ascii: "\"") {
        defer { at += 1 }
        return try decoded(UnsafeBufferPointer(rebasing: bytes[start..<at]))
      }
      var out = [UInt8](bytes[start..<at])
      while true {
        guard at < bytes.count else { throw fault("a string is not closed") }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return try out.withUnsafeBufferPointer(decoded)
        case UInt8(ascii: "\\"): try escape(&out)
        case 0..<0x20: throw fault("a control character stands in a string")
        default: out.append(byte)
        }
      }
    }

    func decoded(_ utf8: UnsafeBufferPointer<UInt8>) throws(WitanError) -> String {
      guard let s = String(validating: utf8, as: UTF8.self) else {
        throw fault("a string is not valid UTF-8")
      }
      return s
    }

    mutating func escape(_ out: inout [UInt8]) throws(WitanError) {
      guard at < bytes.count else { throw fault("a string is not closed") }
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
        var unit = try hex4()
        if unit & 0xFC00 == 0xD800, at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"),
          bytes[at + 1] == UInt8(ascii: "u")
        {
          let mark = at
          at += 2
          let low = try hex4()
          if low & 0xFC00 == 0xDC00 {
            unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
          } else {
            at = mark
          }
        }
        // A lone surrogate is no character: it is replaced, as browsers do.
        out.append(contentsOf: String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
      default: throw fault("\\\(Unicode.Scalar(byte)) is no escape")
      }
    }

    mutating func hex4() throws(WitanError) -> UInt32 {
      guard at + 4 <= bytes.count else { throw fault("\\u needs four hexadecimal digits") }
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
          throw fault("\\u needs four hexadecimal digits")
        }
        value = value << 4 | UInt32(digit)
        at += 1
      }
      return value
    }
  }
}
