internal import CUnicode

/// Folds UTF-8 bytes to **symbols**, incrementally.
///
/// A symbol is `class << 24 | code point` (see `CUnicode.h`). Folding is NFKC with case folding;
/// accents and default-ignorable characters go, and letters that are taken for Latin ones become
/// them (UTS #39 skeletons), so that `Ｐ`, `р` (Cyrillic), `𝐩` and `p` are one. Each maximal invalid
/// part of the input becomes U+FFFD (Unicode 15, section 3.9) and is counted.
///
/// Any split of the same bytes gives the same symbols: the state is the incomplete character.
/// Folding is per code point: a letter and a combining mark after it fold as the precomposed letter
/// does where marks are stripped, but decomposed Hangul stays decomposed.
package struct Normalizer: Equatable {
  /// Invalid parts replaced so far.
  package private(set) var replacements = 0

  private var partial: UInt32 = 0  // bits of the incomplete character
  private var missing: UInt8 = 0  // continuation bytes that it still needs
  private var lower: UInt8 = 0x80  // bounds of the next one: exclude overlong forms,
  private var upper: UInt8 = 0xBF  // surrogates and values above U+10FFFF

  package init() {}

  /// Whether the bytes so far end inside a character.
  package var isInsideCharacter: Bool { missing > 0 }

  /// Symbols that `count` bytes can become at most.
  package static func capacity(forBytes count: Int) -> Int { 6 * count + Int(WITAN_FOLD_MAX) }

  /// Folds `bytes` into `symbols`, which has room for `capacity(forBytes:)`; returns how many.
  package mutating func push(
    _ bytes: UnsafeBufferPointer<UInt8>, into symbols: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    return withUnsafePointer(to: witan_ascii_symbols) { table in
      table.withMemoryRebound(to: UInt32.self, capacity: 128) { ascii in
        push(base, bytes.count, ascii, symbols)
      }
    }
  }

  private mutating func push(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ ascii: UnsafePointer<UInt32>,
    _ symbols: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var out = symbols
    var i = 0
    while i < count {
      let byte = bytes[i]
      if missing == 0 {
        i += 1
        if byte < 0x80 {
          out.pointee = ascii[Int(byte)]
          out += 1
        } else {
          begin(byte, &out)
        }
      } else if byte >= lower && byte <= upper {
        i += 1
        partial = partial << 6 | UInt32(byte & 0x3F)
        missing &-= 1
        (lower, upper) = (0x80, 0xBF)
        if missing == 0 { out += witan_fold(partial, out) }
      } else {
        replace(&out)  // and look at this byte again
      }
    }
    return out - symbols
  }

  /// Ends the text: an incomplete character is replaced. Returns the symbols written (0 or 1).
  package mutating func finish(into symbols: UnsafeMutablePointer<UInt32>) -> Int {
    var out = symbols
    if missing > 0 { replace(&out) }
    return out - symbols
  }

  /// Takes the lead byte of a character above ASCII (Unicode 15, table 3-7).
  private mutating func begin(_ byte: UInt8, _ out: inout UnsafeMutablePointer<UInt32>) {
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
    default: replace(&out)
    }
  }

  private mutating func replace(_ out: inout UnsafeMutablePointer<UInt32>) {
    (missing, lower, upper) = (0, 0x80, 0xBF)
    replacements += 1
    out.pointee = UInt32(WITAN_CLASS_SYMBOL) << 24 | 0xFFFD
    out += 1
  }
}

extension Normalizer {
  /// The state as numbers. [savedCount]
  package var saved: [UInt32] {
    [
      UInt32(truncatingIfNeeded: replacements), partial,
      UInt32(missing) | UInt32(lower) << 8 | UInt32(upper) << 16,
    ]
  }

  package static let savedCount = 3

  /// Takes back what `saved` gave; throws `format` when the numbers cannot be a state.
  package mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    let s = Array(saved)
    guard s.count == Self.savedCount, s[2] & 255 <= 3 else {
      throw WitanError(.format, "the saved stream is damaged: its last character is inconsistent")
    }
    let missing = s[2] & 255
    let (lower, upper) = (s[2] >> 8 & 255, s[2] >> 16 & 255)
    // The largest character that these bits can still become must exist.
    let largest =
      missing == 0
      ? s[1] & 0x1F_FFFF
      : (s[1] << 6 | (upper & 0x3F)) << (6 * (missing - 1)) | (1 << (6 * (missing - 1))) - 1
    guard s[1] < 1 << 21, lower >= 0x80, upper <= 0xBF, missing == 0 || largest <= 0x10_FFFF else {
      throw WitanError(.format, "the saved stream is damaged: its last character is inconsistent")
    }
    (replacements, partial) = (Int(s[0]), s[1])
    (self.missing, self.lower, self.upper) = (UInt8(missing), UInt8(lower), UInt8(upper))
  }
}

extension Normalizer {
  /// The version of the Unicode data behind the folding.
  package static var unicodeVersion: String { String(cString: witan_unicode_version) }
}
