extension FeatureExtractor {
  /// A part of a text that can be taken out without cutting a character in two: one word or, where several
  /// stand in one character as a reader sees it (a flag, `½`, an emoji with its skin tone), these together.
  package struct RemovableWord: Equatable {
    /// In the bytes as given, at borders of grapheme clusters (UAX #29). Invalid bytes count as U+FFFD.
    package var bytes: Range<Int>
    /// Which of `words(of:)` stand in it.
    package var parts: Range<Int>
    /// Whether there is neither letter nor digit in it.
    package var isSymbol: Bool
  }

  /// The words of a text as parts that can be taken out, in order; they do not overlap. O(bytes)
  package static func removableWords(of text: [UInt8], _ words: [Word]) -> [RemovableWord] {
    var out: [RemovableWord] = []
    let borders = text.allSatisfy { $0 < 0x80 } ? nil : graphemeBorders(of: text)
    var next = 0  // the first border that is not before the word
    for (i, word) in words.enumerated() {
      var bytes = word.bytes
      if let borders {
        while borders[next] < bytes.lowerBound { next += 1 }
        if borders[next] > bytes.lowerBound { next -= 1 }
        let lower = borders[next]
        while borders[next] < bytes.upperBound { next += 1 }
        bytes = lower..<borders[next]
        // The next word may begin in the cluster that this one ends in.
        next = max(0, next - 1)
      }
      if let last = out.last, bytes.lowerBound < last.bytes.upperBound {
        let isSymbol = last.isSymbol && word.isSymbol
        out[out.count - 1] = RemovableWord(
          bytes: last.bytes.lowerBound..<max(last.bytes.upperBound, bytes.upperBound),
          parts: last.parts.lowerBound..<i + 1, isSymbol: isSymbol)
      } else {
        out.append(RemovableWord(bytes: bytes, parts: i..<i + 1, isSymbol: word.isSymbol))
      }
    }
    return out
  }

  /// Where grapheme clusters begin, and the end of the text. Each maximal invalid part counts as U+FFFD.
  static func graphemeBorders(of text: [UInt8]) -> [Int] {
    var scalars = String.UnicodeScalarView()
    var starts: [Int] = []
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var decoder = UTF8Decoder()
      var i = 0
      while i < bytes.count {
        starts.append(i)
        let code = decoder.next(base, bytes.count, &i)
        scalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")  // also for `invalid` and `incomplete`
      }
    }
    var borders: [Int] = []
    var at = 0
    for character in String(scalars) {
      borders.append(starts[at])
      at += character.unicodeScalars.count
    }
    return borders + [text.count]
  }
}
