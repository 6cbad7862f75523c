internal import CKernels
internal import CUnicode

/// Cuts symbols into words: turns them into **units**, the code points of the open word and an end
/// mark where it closes.
///
/// Letters, digits and marks run together (`covid19`, `4th`); a character of a script without spaces
/// (Han, kana, Thai, ...) is a word by itself, and so is each punctuation mark and emoji. An
/// apostrophe inside a word is dropped (`don't` is `dont`), elsewhere it is punctuation. No rule
/// looks ahead, so any split gives the same units; the state is one bit.
package struct Segmenter: Equatable {
  /// Whether a word is open.
  package private(set) var isInsideWord = false

  package init(isInsideWord: Bool = false) { self.isInsideWord = isInsideWord }

  /// Units that one symbol can become at most: close a word, a character, close it.
  package static let unitsPerSymbol = 3

  /// Cuts `count` symbols into `units`, which has room for `unitsPerSymbol * count`; returns how many.
  package mutating func push(
    _ symbols: UnsafePointer<UInt32>, count: Int, into units: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var out = units
    var inside = isInsideWord
    for i in 0..<count {
      let symbol = symbols[i]
      let kind = symbol >> 24
      if kind == UInt32(WITAN_CLASS_WORD) {
        out.pointee = symbol & 0xFF_FFFF
        out += 1
        inside = true
        continue
      }
      if kind == UInt32(WITAN_CLASS_APOSTROPHE) && inside { continue }
      if inside {
        out.pointee = UInt32(WITAN_UNIT_END)
        out += 1
        inside = false
      }
      if kind != UInt32(WITAN_CLASS_SPACE) {
        out.pointee = symbol & 0xFF_FFFF
        out[1] = UInt32(WITAN_UNIT_END)
        out += 2
      }
    }
    isInsideWord = inside
    return out - units
  }

  /// Ends the text: closes the open word. Returns the units written (0 or 1).
  package mutating func finish(into units: UnsafeMutablePointer<UInt32>) -> Int {
    guard isInsideWord else { return 0 }
    isInsideWord = false
    units.pointee = UInt32(WITAN_UNIT_END)
    return 1
  }
}
