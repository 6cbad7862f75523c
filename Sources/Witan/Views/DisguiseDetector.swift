/// Looks at each byte of a text for signs of a disguise; a few nanoseconds a byte, 32 bytes of state.
///
/// It says too much rather than too little: what it points at is examined by `InPlaceView` and
/// `SpanDecoder`, which run only from then on. Turned and reversed text is found by a cumulative sum
/// (Page 1954) of how much better its letter pairs read that way than as they stand, in English.
package struct DisguiseDetector {
  struct Signs: OptionSet {
    let rawValue: UInt8
    /// Something to be examined.
    static let any = Signs(rawValue: 1)
    static let rot13 = Signs(rawValue: 2)
    static let reversed = Signs(rawValue: 4)
    /// Found by `InPlaceView`, not here: so many words are leet that numbers are suspect too.
    static let leet = Signs(rawValue: 8)
  }

  /// Eighths of a nat that a hidden reading has to gain. Of 3,000 benign prompts and 800 long answers one in a
  /// hundred gains 44 and 58; half of the prompts in rot13 or reversed gain 116 and more.
  private static let rot13Bound: Int32 = 52
  private static let reversedBound: Int32 = 60
  /// Characters of base64 or hexadecimal digits in a row, and single letters in a row.
  static let shortestSpan: Int32 = 16
  static let fewestLetters: Int32 = 4

  private var last: UInt32 = 0x2020_2020  // the last four bytes
  private var letter: UInt8 = 26
  private var letterBefore: UInt8 = 26
  private var previousBits: UInt8 = 0
  private var span: Int32 = 0
  private var singles: Int32 = 0
  private var rot13: Int32 = 0
  private var reversed: Int32 = 0

  /// Takes one byte; returns what it and those before it show.
  @inline(__always)
  mutating func step(_ byte: UInt8, _ classes: UnsafePointer<UInt8>, _ steps: UnsafePointer<Int8>) -> Signs {
    let bits = classes[Int(byte)]
    let next = bits & 31
    let pair = steps + (Int(letter) << 6 | Int(next) << 1)
    rot13 = max(0, rot13 &+ Int32(pair[0]))
    reversed = max(0, reversed &+ Int32(pair[1]))
    span = bits & Self.isInSpans != 0 ? span &+ 1 : 0
    var signs: Signs = span >= Self.shortestSpan ? .any : []
    if next == 26 {
      if letter != 26 {
        singles = letterBefore == 26 ? singles &+ 1 : 0
        if singles >= Self.fewestLetters { signs = .any }
        if bits & Self.isLeet != 0 { signs = .any }
      }
    } else if previousBits & Self.isLeet != 0 {
      signs = .any
    }
    if rot13 >= Self.rot13Bound { signs.formUnion([.any, .rot13]) }
    if reversed >= Self.reversedBound { signs.formUnion([.any, .reversed]) }
    last = last << 8 | UInt32(byte)
    if (bits | previousBits) & Self.isRare != 0 && isRareSign(byte) { signs.formUnion(.any) }
    letterBefore = letter
    letter = next
    previousBits = bits
    return signs
  }

  /// Signs that only signs and characters above ASCII give.
  private func isRareSign(_ byte: UInt8) -> Bool {
    let before = UInt8(truncatingIfNeeded: last >> 8)
    switch byte {
    case 0x40: return letter != 26  // @ after a letter: before one it is a mention
    case 0x80...: return letter != 26 && byte >= 0xC0 && Self.isLookalikeLead(byte) || Self.isStyled(last)
    default:
      if before == 0x25 { return Self.isHexDigit(byte) }
      guard Self.classes[Int(byte)] & 31 != 26 else { return false }
      if before < 0x80 {  // marks inside a word, single or doubled
        return letterBefore != 26
          || last >> 16 & 0xFF == UInt32(before) && Self.classes[Int(last >> 24)] & 31 != 26
      }
      // a letter after a character of another script or an invisible one
      return Self.isLookalikeLead(UInt8(truncatingIfNeeded: last >> 16))
        || Self.isLookalikeLead(UInt8(truncatingIfNeeded: last >> 24)) || Self.isInvisible(last >> 8)
    }
  }

  /// The first byte of Greek, Cyrillic, Armenian and Cherokee letters.
  @inline(__always) static func isLookalikeLead(_ byte: UInt8) -> Bool {
    byte >= 0xCD && byte <= 0xD6 || byte == 0xE1
  }

  /// Whether four bytes end in a styled letter (mathematical, circled, full width) or a tag.
  @inline(__always) static func isStyled(_ last: UInt32) -> Bool {
    let (a, b) = (last >> 16 & 0xFF, last >> 8 & 0xFF)
    return a == 0xEF && (b == 0xBC || b == 0xBD) || a == 0xE2 && (b == 0x92 || b == 0x93)
      || b == 0x9D && a == 0xF0 || b == 0xA0 && a == 0xF3
  }

  /// Whether bytes end in a zero-width character: U+200B to U+200F, U+2060, U+FEFF.
  @inline(__always) static func isInvisible(_ last: UInt32) -> Bool {
    let character = last & 0xFF_FFFF
    return character >= 0xE2808B && character <= 0xE2808F || character == 0xE281A0 || character == 0xEFBBBF
  }

  static func isHexDigit(_ byte: UInt8) -> Bool { hexValue(byte) != nil }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  /// Whether a whole text shows any sign. O(bytes)
  package static func hasSigns(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var detector = DisguiseDetector()
    let (classes, steps) = (classes, LetterPairs.steps)
    for byte in text where !detector.step(byte, classes, steps).isEmpty { return true }
    return !detector.step(0x20, classes, steps).isEmpty
  }

  static let isInSpans: UInt8 = 32
  private static let isLeet: UInt8 = 64
  private static let isRare: UInt8 = 128

  /// Letter in the low five bits, and the three marks. [256], never deallocated
  nonisolated(unsafe) static let classes: UnsafePointer<UInt8> = {
    let out = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    out.initialize(repeating: 26, count: 256)
    for i in 0..<26 { (out[0x41 + i], out[0x61 + i]) = (UInt8(i) | isInSpans, UInt8(i) | isInSpans) }
    for byte in 0x30...0x39 { out[byte] |= isInSpans }
    for byte in "+/-_".utf8 { out[Int(byte)] |= isInSpans }
    for byte in "0134578$".utf8 { out[Int(byte)] |= isLeet }
    for byte in "!*~@%".utf8 { out[Int(byte)] |= isRare }
    for byte in 0x80...0xFF { out[byte] |= isRare }
    return UnsafePointer(out)
  }()
}
