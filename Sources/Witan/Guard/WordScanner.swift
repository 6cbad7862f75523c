internal import CUnicode

/// Finds where words end in bytes that come in pieces, as `Segmenter` cuts them.
///
/// A **word end** is a place between two characters where no word is open and at least one has closed
/// since the last such place: after the space or the punctuation mark that closes a word, after each
/// character of a script without spaces. Separators that follow go with the next word. The place is known
/// when the byte before it is there, or the one after it where invalid bytes or a cut are in question;
/// it does not depend on the pieces.
struct WordScanner: Equatable {
  private var decoder = UTF8Decoder()
  private var isInsideWord = false
  /// Whether a word has closed inside a character that opened the next one (`½` is `1`, `⁄`, `2`).
  private var hasClosed = false

  /// Whether ending the text here would end a word.
  var isOpen: Bool { isInsideWord || hasClosed || decoder.isInsideCharacter }

  /// Moves `i` to the next word end, or to `count`. Returns whether it is a word end.
  ///
  /// `limit`: the index from which the word is cut, between characters; may be outside the bytes.
  @inline(__always)
  mutating func next(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ i: inout Int, cutAt limit: Int
  ) -> Bool {
    while i < count {
      if i >= limit && !decoder.isInsideCharacter {
        (isInsideWord, hasClosed) = (false, false)
        return true
      }
      let byte = bytes[i]
      if byte >= 0x80 || decoder.isInsideCharacter {
        if character(bytes, count, &i) { return true }
        continue
      }
      i += 1
      let kind = witan_ascii_symbol(byte) >> 24
      if kind == UInt32(WITAN_CLASS_WORD) {
        isInsideWord = true
      } else if isInsideWord && kind == UInt32(WITAN_CLASS_APOSTROPHE) {
        continue
      } else if isInsideWord || kind != UInt32(WITAN_CLASS_SPACE) {
        (isInsideWord, hasClosed) = (false, false)
        return true
      }
    }
    return false
  }

  /// Takes a character above ASCII, or a part of it. Returns whether a word ends after it.
  private mutating func character(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ i: inout Int
  ) -> Bool {
    let character = decoder.next(bytes, count, &i)
    if character == UTF8Decoder.incomplete { return false }
    if character == UTF8Decoder.invalid {
      (isInsideWord, hasClosed) = (false, false)
      return true
    }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Int(WITAN_FOLD_MAX)) { symbols in
      for symbol in symbols.prefix(witan_fold(character, symbols.baseAddress!)) {
        let kind = symbol >> 24
        if kind == UInt32(WITAN_CLASS_WORD) {
          isInsideWord = true
        } else if isInsideWord && kind == UInt32(WITAN_CLASS_APOSTROPHE) {
          continue
        } else {
          hasClosed = hasClosed || isInsideWord || kind != UInt32(WITAN_CLASS_SPACE)
          isInsideWord = false
        }
      }
    }
    guard hasClosed && !isInsideWord else { return false }
    hasClosed = false
    return true
  }

  /// Ends the text.
  mutating func finish() { self = WordScanner() }
}

extension WordScanner {
  /// The state as numbers. [savedCount]
  var saved: [UInt32] { decoder.saved + [(isInsideWord ? 1 : 0) | (hasClosed ? 2 : 0)] }

  static let savedCount = UTF8Decoder.savedCount + 1

  /// Takes back what `saved` gave; throws `format` when the numbers cannot be a state.
  mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    guard saved.count == Self.savedCount, let flags = saved.last, flags <= 3 else {
      throw WitanError(.format, "the saved guard is damaged: its open word is inconsistent")
    }
    try decoder.restore(saved.dropLast())
    (isInsideWord, hasClosed) = (flags & 1 == 1, flags & 2 == 2)
  }
}
