extension ScoringStream {
  /// The state as bytes: what `resume` goes on from, also in another process on another machine.
  public func save() -> [UInt8] {
    var out: [UInt8] = []
    func put(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out += $0 } }
    put(Self.savedMark)
    put(classifier.fingerprint)
    put(UInt32(denseSums.count))
    put(UInt32(truncatingIfNeeded: byteCount))
    put(UInt32(truncatingIfNeeded: byteCount >> 32))
    put(UInt32(bag.count))
    put((bag.isFull ? 1 : 0) | UInt32(side.flatMap(Self.sides.firstIndex) ?? 3) << 1)
    put(UInt32(denseBag?.count ?? 0))
    extractor.saved.forEach(put)
    sums.forEach { put(UInt32(bitPattern: $0)) }
    denseBag?.tokenizer.saved.forEach(put)
    denseSums.forEach { put(UInt32(bitPattern: $0)) }
    windows?.save(put)
    return out
  }

  /// Takes up the state that `save` gave, of a stream of the same model. Throws `format` when the
  /// bytes are not such a state; the stream is then as it was.
  public func resume(_ saved: [UInt8]) throws(WitanError) {
    let columns = classifier.spec.columns
    let dimensions = classifier.embeddings?.dimensions ?? 0
    let tokenizerCount = dimensions > 0 ? WordPieceTokenizer.savedCount : 0
    let head = 8
    let fixed = head + FeatureExtractor.savedCount + columns + tokenizerCount + dimensions
    guard windows == nil ? saved.count == 4 * fixed : saved.count >= 4 * fixed && saved.count % 4 == 0 else {
      throw WitanError(.format, "the saved stream has \(saved.count) bytes; is it of this model?")
    }
    let words = saved.withUnsafeBytes { raw in
      (0..<saved.count / 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
    guard words[0] == Self.savedMark, words[1] == classifier.fingerprint, words[2] == dimensions else {
      throw WitanError(.format, "the saved stream is of another version or model; save it again")
    }
    var rest = words[head...]
    func take(_ count: Int) -> ArraySlice<UInt32> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    func sums(_ count: Int, of rows: Int) throws(WitanError) -> [Int32] {
      let values = take(count).map { Int32(bitPattern: $0) }
      guard rows <= ModelSpec.maximumFeatures, values.allSatisfy({ Int($0.magnitude) <= 127 * rows }) else {
        throw WitanError(.format, "the saved stream is damaged: sums do not fit its feature count")
      }
      return values
    }
    // A petabyte and more was never pushed; going on from there could overflow.
    guard words[4] < 1 << 20, words[6] < 8 else {
      throw WitanError(.format, "the saved stream is damaged: its counts are beyond their range")
    }
    var extractor = FeatureExtractor(classifier.spec.features)
    try extractor.restore(take(FeatureExtractor.savedCount))
    let wide = try sums(columns, of: Int(words[5]))
    try windows?.check(words[fixed...], features: [Int(words[5])])
    if let embeddings = classifier.embeddings {
      var tokenizer = WordPieceTokenizer(embeddings.vocabulary)
      try tokenizer.restore(take(tokenizerCount))
      let dense = try sums(dimensions, of: Int(words[7]))
      denseBag!.restore(tokenizer, count: Int(words[7]))
      for (j, value) in dense.enumerated() { denseBag!.sums[j] = value }
    }
    windows?.resume(words[fixed...])
    self.extractor = extractor
    for (j, value) in wide.enumerated() { bag.sums[j] = value }
    bag.restore(count: Int(words[5]), isFull: words[6] & 1 == 1)
    side = words[6] >> 1 == 3 ? nil : Self.sides[Int(words[6] >> 1)]
    byteCount = Int(words[3]) | Int(words[4]) << 32
  }

  private static var savedMark: UInt32 { 0x5749_5403 }  // "WIT", version 3
  /// By their number in saved streams; 3 is none.
  private static var sides: [Side] { [.prompt, .response, .exchange] }
}
