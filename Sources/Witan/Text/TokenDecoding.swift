/// How the tokens of a vocabulary are written as text.
enum TokenDecoding {
  /// Each character stands for a byte (GPT-2, "byte-level BPE").
  case byteLevel
  /// `mark` stands for a space (SentencePiece); with `hasBytes` the token `<0x0A>` is a byte.
  case marked(String, hasBytes: Bool)

  func bytes(_ token: String) -> [UInt8] {
    switch self {
    case .byteLevel: return Self.byteLevel(token) ?? Array(token.utf8)
    case .marked(let mark, let hasBytes):
      if hasBytes, let byte = Self.byte(token) { return [byte] }
      return Self.replacing(Array(mark.utf8), in: Array(token.utf8))
    }
  }

  /// The byte that `<0x0A>` names; nil for tokens of another form.
  static func byte(_ token: String) -> UInt8? {
    let utf8 = Array(token.utf8)
    guard utf8.count == 6, token.hasPrefix("<0x"), utf8[5] == UInt8(ascii: ">") else { return nil }
    let digits = utf8[3...4]
    guard digits.allSatisfy({ 48...57 ~= $0 || 65...70 ~= $0 || 97...102 ~= $0 }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private static func replacing(_ mark: [UInt8], in token: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = token[...]
    while let byte = rest.first {
      if rest.starts(with: mark) {
        out.append(0x20)
        rest = rest.dropFirst(mark.count)
      } else {
        out.append(byte)
        rest = rest.dropFirst()
      }
    }
    return out
  }

  /// Nil when a character stands for no byte; the token is then taken as it is.
  private static func byteLevel(_ token: String) -> [UInt8]? {
    var out: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard let byte = byteOfScalar[scalar.value] else { return nil }
      out.append(byte)
    }
    return out
  }

  /// The printable characters of Latin-1 stand for themselves, the other bytes in order for the characters
  /// from U+0100 on (Radford et al. 2019, the published code of GPT-2).
  private static let byteOfScalar: [UInt32: UInt8] = {
    var table: [UInt32: UInt8] = [:]
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: table[UInt32(byte)] = byte
      default:
        table[next] = byte
        next += 1
      }
    }
    return table
  }()
}
