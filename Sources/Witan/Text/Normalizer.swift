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

  private var decoder = UTF8Decoder()

  package init() {}

  /// Whether the bytes so far end inside a character.
  package var isInsideCharacter: Bool { decoder.isInsideCharacter }

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
      if byte < 0x80 && !decoder.isInsideCharacter {
        i += 1
        out.pointee = ascii[Int(byte)]
        out += 1
        continue
      }
      switch decoder.next(bytes, count, &i) {
      case UTF8Decoder.incomplete: break
      case UTF8Decoder.invalid: replace(&out)
      case let character: out += witan_fold(character, out)
      }
    }
    return out - symbols
  }

  /// Ends the text: an incomplete character is replaced. Returns the symbols written (0 or 1).
  package mutating func finish(into symbols: UnsafeMutablePointer<UInt32>) -> Int {
    guard decoder.isInsideCharacter else { return 0 }
    decoder.drop()
    var out = symbols
    replace(&out)
    return 1
  }

  private mutating func replace(_ out: inout UnsafeMutablePointer<UInt32>) {
    replacements += 1
    out.pointee = UInt32(WITAN_CLASS_SYMBOL) << 24 | 0xFFFD
    out += 1
  }
}

extension Normalizer {
  /// The state as numbers. [savedCount]
  package var saved: [UInt32] { [UInt32(truncatingIfNeeded: replacements)] + decoder.saved }

  package static let savedCount = 1 + UTF8Decoder.savedCount

  /// Takes back what `saved` gave; throws `format` when the numbers cannot be a state.
  package mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    guard let first = saved.first else {
      throw WitanError(.format, "the saved stream has the wrong size; save it again")
    }
    try decoder.restore(saved.dropFirst())
    replacements = Int(first)
  }
}

extension Normalizer {
  /// The version of the Unicode data behind the folding.
  package static var unicodeVersion: String { String(cString: witan_unicode_version) }
}
