/// One word of a text, between two spaces, and what undoes its disguise. Characters are folded.
struct DisguisedWord {
  static let capacity = 64
  /// Longer words are hashes, keys and addresses.
  private static let longestLeet = 24

  let characters: UnsafeMutablePointer<UInt32>  // [capacity]
  var count = 0

  private subscript(i: Int) -> UInt32 { i >= 0 && i < count ? characters[i] : 0x20 }

  /// `b.o.m.b` becomes `bomb`: at least four letters, the same mark between all characters.
  mutating func join() -> Bool {
    guard count >= 7, !Self.isWord(self[1]) else { return false }
    var letters = 0
    for i in 0..<count {
      guard (self[i] == self[1]) == (i & 1 == 1) else { return false }
      if Self.isLetter(self[i]) { letters += 1 }
    }
    guard letters >= 4 else { return false }
    for i in stride(from: 0, to: count, by: 2) { characters[i / 2] = characters[i] }
    count = (count + 1) / 2
    return true
  }

  /// `b*o**mb` becomes `bomb`.
  mutating func dropEmphasis() -> Bool {
    var kept = 0
    var i = 0
    var isLetterBefore = false
    while i < count {
      var end = i
      while self[end] == 0x2A || self[end] == 0x7E { end += 1 }
      if end > i && isLetterBefore && Self.isLetter(self[end]) { i = end }
      isLetterBefore = Self.isLetter(self[i])
      characters[kept] = self[i]
      kept += 1
      i += 1
    }
    defer { count = kept }
    return kept < count
  }

  /// Digits and signs become letters. `isAmongLeet`: whether many words before were leet, so that numbers are
  /// suspect too.
  mutating func undoLeet(isAmongLeet: Bool) -> Bool {
    guard count <= Self.longestLeet else { return false }
    // Addresses keep their digits.
    var hasAt = false
    for i in 0..<count {
      if self[i] == 0x40 { hasAt = true }
      if self[i] == 0x2F && self[i + 1] == 0x2F || hasAt && self[i] == 0x2E { return false }
    }
    var changed = false
    var start = 0
    while start < count {
      guard Self.isWord(self[start]) || self[start] == 0x24 else {
        start += 1
        continue
      }
      var end = start
      while Self.isWord(self[end]) || Self.isSign(self[end]) { end += 1 }
      while end > start && (self[end - 1] == 0x21 || self[end - 1] == 0x40) { end -= 1 }
      if isLeet(start, end, isAmongLeet) {
        changed = true
        for i in start..<end { characters[i] = letter(i) }
      }
      start = max(end, start + 1)
    }
    return changed
  }

  private func isLeet(_ start: Int, _ end: Int, _ isAmongLeet: Bool) -> Bool {
    var (letters, leading, trailing) = (0, 0, 0)
    for i in start..<end {
      let c = self[i]
      if Self.isLetter(c) {
        letters += 1
        trailing = 0
        continue
      }
      guard Self.replacement(c) != c else { return false }  // a digit that stands for no letter
      if letters == 0 { leading += 1 }
      trailing += 1
    }
    guard leading + letters < end - start || leading > 0 else { return false }  // letters alone
    if letters == 0 { return isAmongLeet && end - start <= 3 }
    if isAmongLeet { return true }
    // Measures and ordinals (4th, 10km, 3d), numbered things (mp3, win10).
    if leading + letters == end - start && (letters == 1 || isUnit(end - letters, letters)) { return false }
    if trailing + letters == end - start && (trailing > 1 || letters == 1) { return false }
    return leading <= 1 || letters >= 3
  }

  private func isUnit(_ start: Int, _ count: Int) -> Bool {
    guard count == 2 else { return false }
    let pair = self[start] << 8 | self[start + 1]
    return Self.units.contains { $0 == pair }
  }

  /// The letter for a sign; 1 is `i` or `l`, whichever goes better with its neighbours.
  private func letter(_ i: Int) -> UInt32 {
    guard self[i] == 0x31 else { return Self.replacement(self[i]) }
    let before = LetterPairs.letter(self[i - 1])
    let after = LetterPairs.letter(Self.replacement(self[i + 1]))
    func value(_ letter: Int) -> Int {
      LetterPairs.logarithm(before, letter) + LetterPairs.logarithm(letter, after)
    }
    return value(8) + 8 >= value(11) ? 0x69 : 0x6C  // i is the more frequent by far
  }

  /// How much better the word reads turned and reversed than as it stands, in eighths of a nat.
  var gains: (rot13: Int, reversed: Int) {
    var out = (rot13: 0, reversed: 0)
    var before = LetterPairs.mark
    for i in 0...count {
      let next = LetterPairs.letter(self[i])
      let pair = LetterPairs.steps + (before << 6 | next << 1)
      out.rot13 += Int(pair[0])
      out.reversed += Int(pair[1])
      before = next
    }
    return out
  }

  mutating func turn() {
    for i in 0..<count where Self.isLetter(self[i]) {
      characters[i] = UInt32(LetterPairs.turned(LetterPairs.letter(self[i])) + 0x61)
    }
  }

  /// Reverses the characters between marks at both ends.
  mutating func reverse() {
    var (low, high) = (0, count - 1)
    while low < high && !Self.isWord(self[low]) { low += 1 }
    while low < high && !Self.isWord(self[high]) { high -= 1 }
    while low < high {
      swap(&characters[low], &characters[high])
      low += 1
      high -= 1
    }
  }

  private static let units: [UInt32] = [
    "st", "nd", "rd", "th", "am", "pm", "kg", "km", "cm", "mm", "ml", "mg", "gb", "mb", "kb", "tb", "hz",
    "ft",
  ].map { $0.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

  static func isLetter(_ c: UInt32) -> Bool { c >= 0x61 && c <= 0x7A }
  private static func isWord(_ c: UInt32) -> Bool { isLetter(c) || c >= 0x30 && c <= 0x39 }
  private static func isSign(_ c: UInt32) -> Bool { c == 0x40 || c == 0x24 || c == 0x21 }

  private static func replacement(_ c: UInt32) -> UInt32 {
    switch c {
    case 0x30: 0x6F  // 0 o
    case 0x31, 0x21: 0x69  // 1 ! i
    case 0x33: 0x65  // 3 e
    case 0x34, 0x40: 0x61  // 4 @ a
    case 0x35, 0x24: 0x73  // 5 $ s
    case 0x37: 0x74  // 7 t
    case 0x38: 0x62  // 8 b
    default: c
    }
  }
}
