/// Decodes UTF-8 bytes to code points, incrementally: the state is the incomplete character.
///
/// Each maximal invalid part of the input is reported once (Unicode 15, section 3.9), so any split of
/// the same bytes gives the same code points.
package struct UTF8Decoder: Equatable {
  /// What `next` gives when the bytes end, maybe inside a character.
  package static let incomplete = UInt32.max
  /// What `next` gives for an invalid part.
  package static let invalid = UInt32.max - 1

  private var partial: UInt32 = 0  // bits of the incomplete character
  private var missing: UInt8 = 0  // continuation bytes that it still needs
  private var lower: UInt8 = 0x80  // bounds of the next one: exclude overlong forms,
  private var upper: UInt8 = 0xBF  // surrogates and values above U+10FFFF

  package init() {}

  /// Whether the bytes so far end inside a character.
  package var isInsideCharacter: Bool {
    @inline(__always) get { missing > 0 }
  }

  /// The next code point of `bytes` from `i` on, `invalid` or `incomplete`; `i` moves on.
  @inline(__always)
  package mutating func next(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ i: inout Int) -> UInt32 {
    while i < count {
      let byte = bytes[i]
      if missing == 0 {
        i += 1
        if byte < 0x80 { return UInt32(byte) }
        // Most characters above ASCII come whole; where any continuation will do, that is all to check.
        if byte >= 0xC2 && byte <= 0xDF && i < count && bytes[i] & 0xC0 == 0x80 {
          i += 1
          return UInt32(byte & 0x1F) << 6 | UInt32(bytes[i - 1] & 0x3F)
        }
        if byte > 0xE0 && byte < 0xF0 && byte != 0xED && i + 1 < count && bytes[i] & 0xC0 == 0x80
          && bytes[i + 1] & 0xC0 == 0x80
        {
          i += 2
          return UInt32(byte & 0x0F) << 12 | UInt32(bytes[i - 2] & 0x3F) << 6 | UInt32(bytes[i - 1] & 0x3F)
        }
        if !begin(byte) { return Self.invalid }
      } else if byte >= lower && byte <= upper {
        i += 1
        partial = partial << 6 | UInt32(byte & 0x3F)
        missing &-= 1
        (lower, upper) = (0x80, 0xBF)
        if missing == 0 { return partial }
      } else {
        drop()  // and look at this byte again
        return Self.invalid
      }
    }
    return Self.incomplete
  }

  /// Forgets an incomplete character.
  package mutating func drop() { (missing, lower, upper) = (0, 0x80, 0xBF) }

  /// Takes the lead byte of a character above ASCII (Unicode 15, table 3-7); false when it is none.
  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xC2...0xDF: (missing, partial) = (1, UInt32(byte & 0x1F))
    case 0xE0...0xEF:
      (missing, partial) = (2, UInt32(byte & 0x0F))
      if byte == 0xE0 { lower = 0xA0 }
      if byte == 0xED { upper = 0x9F }
    case 0xF0...0xF4:
      (missing, partial) = (3, UInt32(byte & 0x07))
      if byte == 0xF0 { lower = 0x90 }
      if byte == 0xF4 { upper = 0x8F }
    default: return false
    }
    return true
  }
}

extension UTF8Decoder {
  /// The state as numbers. [savedCount]
  package var saved: [UInt32] {
    [partial, UInt32(missing) | UInt32(lower) << 8 | UInt32(upper) << 16]
  }

  package static let savedCount = 2

  /// Takes back what `saved` gave; throws `format` when the numbers cannot be a state.
  package mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    let s = Array(saved)
    guard s.count == Self.savedCount, s[1] & 255 <= 3 else {
      throw WitanError(.format, "the saved stream is damaged: its last character is inconsistent")
    }
    let missing = s[1] & 255
    let (lower, upper) = (s[1] >> 8 & 255, s[1] >> 16 & 255)
    // The largest character that these bits can still become must exist.
    let largest =
      missing == 0
      ? s[0] & 0x1F_FFFF
      : (s[0] << 6 | (upper & 0x3F)) << (6 * (missing - 1)) | (1 << (6 * (missing - 1))) - 1
    guard s[0] < 1 << 21, lower >= 0x80, upper <= 0xBF, missing == 0 || largest <= 0x10_FFFF else {
      throw WitanError(.format, "the saved stream is damaged: its last character is inconsistent")
    }
    partial = s[0]
    (self.missing, self.lower, self.upper) = (UInt8(missing), UInt8(lower), UInt8(upper))
  }
}
