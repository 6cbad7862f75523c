internal import CUnicode

extension WordPieceTokenizer: Equatable {
  /// Whether both stand at the same place of the same text, over one vocabulary.
  package static func == (a: Self, b: Self) -> Bool {
    a.vocabulary === b.vocabulary && a.saved == b.saved
  }

  /// The state as numbers. [savedCount]
  package var saved: [UInt32] {
    var word = word
    let packed = withUnsafeMutableBytes(of: &word) { bytes in
      // What a word before this one left must not tell equal states apart.
      for i in Int(state.byteCount)..<bytes.count { bytes[i] = 0 }
      return stride(from: 0, to: bytes.count, by: 4).map { i in
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt32.self))
      }
    }
    return state.decoder.saved + [
      state.node, UInt32(state.byteCount), UInt32(state.characterCount), UInt32(state.barrier),
    ] + packed
  }

  package static let savedCount = UTF8Decoder.savedCount + 4 + Int(WITAN_WORDPIECE_WORD) / 4

  /// Takes back what `saved` gave, over the same vocabulary; throws `format` when the numbers cannot be
  /// a state.
  package mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    let s = Array(saved)
    guard s.count == Self.savedCount else {
      throw WitanError(.format, "the saved stream has the wrong size; save it again")
    }
    var state = State()
    try state.decoder.restore(s[..<UTF8Decoder.savedCount])
    let numbers = Array(s[UTF8Decoder.savedCount...].prefix(4))
    let bytes = s[(UTF8Decoder.savedCount + 4)...].flatMap { packed in
      (0..<4).map { UInt8(truncatingIfNeeded: packed >> (8 * $0)) }
    }
    let maximum = vocabulary.options.maximumCharacters
    guard numbers[0] < UInt32(vocabulary.specialTokens.count), numbers[1] <= UInt32(bytes.count),
      numbers[2] <= UInt32(maximum + 1), numbers[3] <= numbers[1],
      let text = String(validating: bytes.prefix(Int(numbers[1])), as: UTF8.self),
      text.unicodeScalars.count == min(Int(numbers[2]), maximum),
      String(validating: bytes.prefix(Int(numbers[3])), as: UTF8.self) != nil
    else {
      throw WitanError(.format, "the saved stream is damaged: its open word is inconsistent")
    }
    state.node = numbers[0]
    state.byteCount = UInt16(numbers[1])
    state.characterCount = UInt16(numbers[2])
    state.barrier = UInt16(numbers[3])
    self.state = state
    withUnsafeMutableBytes(of: &word) { $0.copyBytes(from: bytes) }
  }
}
