internal import CKernels
internal import CUnicode

extension FeatureExtractor {
  /// A word and the features that came of it.
  package struct Word: Equatable {
    /// Where it stands in the bytes as given, before any folding.
    package var bytes: Range<Int>
    /// Its own features and the pair with the word before it.
    package var ids: [UInt32]
    /// Whether it is a punctuation mark, an emoji or another symbol: no letters, no digits.
    package var isSymbol = false
  }

  /// The words of a whole text, in order; their ids in order are exactly what the stream sums.
  /// O(bytes), with an allocation per word: for explanations, not for scoring.
  package static func words(of text: some Sequence<UInt8>, _ spec: FeatureSpec) -> [Word] {
    var normalizer = Normalizer()
    var segmenter = Segmenter()
    var ngrams = witan_ngram_state()
    var symbols = [UInt32](repeating: 0, count: Normalizer.capacity(forBytes: 1))
    var units = [UInt32](repeating: 0, count: Segmenter.unitsPerSymbol)
    var ids = [UInt32](repeating: 0, count: Int(WITAN_FEATURES_PER_UNIT))
    var words: [Word] = []
    var isOpen = false
    var characterStart = 0

    func take(_ unitCount: Int, isSymbol: Bool = false, end: Int) {
      for unit in units.prefix(unitCount) {
        let closes = unit == UInt32(WITAN_UNIT_END)
        if !closes && !isOpen { words.append(Word(bytes: characterStart..<end, ids: [], isSymbol: isSymbol)) }
        isOpen = !closes
        let count = withUnsafePointer(to: unit) {
          witan_ngrams($0, 1, &ngrams, UInt32(32 - spec.log2Buckets), spec.kinds, 0, &ids)
        }
        words[words.count - 1].ids += ids.prefix(count)
        if !closes { words[words.count - 1].bytes = words[words.count - 1].bytes.lowerBound..<end }
      }
    }
    func take(from first: Int = 0, symbolCount: Int, end: Int) {
      for i in first..<max(first, symbolCount) {
        let count = symbols.withUnsafeBufferPointer {
          segmenter.push($0.baseAddress! + i, count: 1, into: &units)
        }
        let kind = symbols[i] >> 24
        take(
          count, isSymbol: kind != UInt32(WITAN_CLASS_WORD) && kind != UInt32(WITAN_CLASS_IDEOGRAPH), end: end
        )
      }
    }

    var end = 0
    for byte in text {
      let replacements = normalizer.replacements
      let wasInside = normalizer.isInsideCharacter
      let count = withUnsafePointer(to: byte) {
        normalizer.push(UnsafeBufferPointer(start: $0, count: 1), into: &symbols)
      }
      // An incomplete character that this byte does not go on is known to be one only now.
      let isCut = wasInside && normalizer.replacements > replacements
      if isCut { take(symbolCount: 1, end: end) }
      if isCut || !wasInside { characterStart = end }
      end += 1
      take(from: isCut ? 1 : 0, symbolCount: count, end: end)
    }
    take(symbolCount: normalizer.finish(into: &symbols), end: end)
    take(segmenter.finish(into: &units), end: end)
    return words
  }
}
