/// How English the letters of a text are: as they stand, turned by 13 places, and from right to left.
///
/// A letter is 0...25; everything else is 26, the mark between words.
enum LetterPairs {
  static let mark = 26

  /// A logarithm lower than this says only that the letters are not English: about that of equal chances.
  private static let floor = -24
  /// Both steps of a pair of letters, in eighths of a nat: what the hidden reading gains over the open one.
  /// [32 x 32 x 2], never deallocated
  nonisolated(unsafe) static let steps: UnsafePointer<Int8> = {
    let out = UnsafeMutablePointer<Int8>.allocate(capacity: 2 * 32 * 32)
    out.initialize(repeating: 0, count: 2 * 32 * 32)
    for a in 0...mark {
      for b in 0...mark where a != mark || b != mark {
        let open = max(floor, logarithm(a, b))
        out[2 * (a * 32 + b)] = Int8(clamping: logarithm(turned(a), turned(b)) - open)
        out[2 * (a * 32 + b) + 1] = Int8(clamping: logarithm(b, a) - open)
      }
    }
    return UnsafePointer(out)
  }()

  static func logarithm(_ a: Int, _ b: Int) -> Int { Int(logarithms[a * 27 + b]) }

  static func turned(_ letter: Int) -> Int { letter == mark ? mark : (letter + 13) % 26 }

  /// The letter of a folded character.
  static func letter(_ character: UInt32) -> Int {
    character >= 0x61 && character <= 0x7A ? Int(character) - 0x61 : mark
  }
}
