/// A reading of a text that differs from its bytes: a disguise that was taken off.
///
/// The first seven stand in place: the view is the whole text with its disguised words undone. The others
/// are texts by themselves, hidden in characters that mean nothing as words.
public enum TextView: Int, Sendable, CaseIterable {
  /// Digits and signs for letters: `b0mb`.
  case leet
  /// Single letters with the same separator between them: `b o m b`, `b.o.m.b`.
  case spaced
  /// Marks of emphasis inside a word: `b*o*mb`.
  case emphasis
  /// Letters of other scripts or styles that are taken for Latin ones: `bоmb` with a Cyrillic `о`.
  case lookalikes
  /// Escapes of URLs: `%62omb`.
  case percent
  /// The alphabet turned by 13 places: `obzo`.
  case rot13
  /// Words from right to left: `bmob`.
  case reversed
  /// RFC 4648, section 4 or 5.
  case base64
  /// Two hexadecimal digits a byte.
  case hex
  /// Invisible tag characters, U+E0020 to U+E007E.
  case tags

  /// Those that stand in place.
  static let inPlaceCount = 7

  /// As results and documents call it.
  public var name: String { "\(self)" }
}

extension [TextView] {
  /// The names from the outermost to the innermost: `base64 > leet`.
  public var path: String { map(\.name).joined(separator: " > ") }

  /// The first four in one number: a byte each, the outermost lowest, 0 where there is none.
  var packed: UInt32 { prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1.rawValue + 1) } }

  init(packed: UInt32) {
    self = (0..<4).compactMap { TextView(rawValue: Int(packed >> (8 * UInt32($0)) & 255) - 1) }
  }
}
