extension PanelStream {
  /// The state as bytes: what `resume` goes on from, also in another process on another machine.
  public func save() -> [UInt8] {
    settle()
    let head = panel.head
    var out: [UInt8] = []
    func put(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out += $0 } }
    put(Self.savedMark)
    put(UInt32(truncatingIfNeeded: panel.fingerprint))
    put(UInt32(truncatingIfNeeded: panel.fingerprint >> 32))
    put(UInt32(truncatingIfNeeded: byteCount))
    put(UInt32(truncatingIfNeeded: byteCount >> 32))
    put(UInt32(OutputRules.index(of: side)))
    for i in 0..<featureCounts {
      put(UInt32(count(i)))
      put(bags[ranges[i].first].isFull ? 1 : 0)
      extractors[i].saved.forEach(put)
    }
    for part in head.savedColumns { for j in part.lanes { put(UInt32(bitPattern: sums[j])) } }
    for i in 0..<denseCount {
      put(UInt32(denseBags[i].count))
      denseBags[i].tokenizer.saved.forEach(put)
    }
    for j in 0..<head.denseLanes { put(UInt32(bitPattern: denseSums[j])) }
    windows?.save(put)
    return out
  }

  /// Takes up the state that `save` gave, of a stream of the same members in the same order and with the same
  /// windows. Throws `format` when the bytes are not such a state; the stream is then as it was.
  public func resume(_ saved: [UInt8]) throws(WitanError) {
    let head = panel.head
    let fixed =
      Self.savedHead + featureCounts * (2 + FeatureExtractor.savedCount) + head.savedColumnCount
      + denseCount * (1 + WordPieceTokenizer.savedCount) + head.denseLanes
    guard saved.count >= 4 * Self.savedHead, saved.count % 4 == 0 else {
      throw WitanError(.format, "the saved stream has \(saved.count) bytes; is it of a panel?")
    }
    let words = saved.withUnsafeBytes { raw in
      (0..<saved.count / 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
    guard words[0] == Self.savedMark else {
      throw WitanError(.format, "the saved stream is of another version, or not of a panel; save it again")
    }
    guard UInt64(words[1]) | UInt64(words[2]) << 32 == panel.fingerprint else {
      throw WitanError(.format, "the saved stream is of another panel: other members, or in another order")
    }
    guard windows == nil ? words.count == fixed : words.count >= fixed else {
      throw WitanError(.format, "the saved stream has \(saved.count) bytes; has it the same windows?")
    }
    func damaged(_ fault: String) -> WitanError {
      WitanError(.format, "the saved stream is damaged: \(fault)")
    }
    // A petabyte and more was never pushed; going on from there could overflow.
    guard words[4] < 1 << 20, words[5] < UInt32(OutputRules.sides) else {
      throw damaged("its counts are beyond their range")
    }
    var rest = words[Self.savedHead...]
    func take(_ count: Int) -> ArraySlice<UInt32> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    var (extractors, counts, areFull): ([FeatureExtractor], [Int], [Bool]) = ([], [], [])
    for group in panel.features {
      let numbers = Array(take(2))
      guard numbers[1] < 2 else { throw damaged("its counts are beyond their range") }
      counts.append(Int(numbers[0]))
      areFull.append(numbers[1] == 1)
      var extractor = FeatureExtractor(group.spec)
      try extractor.restore(take(FeatureExtractor.savedCount))
      extractors.append(extractor)
    }
    let columns = take(head.savedColumnCount)
    guard head.areSums(columns, of: counts) else { throw damaged("sums do not fit its feature counts") }
    var (tokenizers, denseCounts): ([WordPieceTokenizer], [Int]) = ([], [])
    for embeddings in panel.embeddings {
      denseCounts.append(Int(take(1).first!))
      var tokenizer = WordPieceTokenizer(embeddings.vocabulary)
      try tokenizer.restore(take(WordPieceTokenizer.savedCount))
      tokenizers.append(tokenizer)
    }
    let dense = Array(take(head.denseLanes))
    var first = 0
    for (count, embeddings) in zip(denseCounts, panel.embeddings) {
      guard Head.areSums(dense[first...].prefix(embeddings.dimensions), of: count) else {
        throw damaged("sums do not fit its feature counts")
      }
      first += embeddings.dimensions
    }
    try windows?.check(rest, features: counts)

    settle()
    windows?.resume(rest)
    for i in 0..<featureCounts {
      self.extractors[i] = extractors[i]
      restore(i, count: counts[i], isFull: areFull[i])
    }
    var next = columns.makeIterator()
    for part in head.savedColumns { for j in part.lanes { sums[j] = Int32(bitPattern: next.next() ?? 0) } }
    for i in 0..<denseCount { denseBags[i].restore(tokenizers[i], count: denseCounts[i]) }
    for (j, value) in dense.enumerated() { denseSums[j] = Int32(bitPattern: value) }
    side = words[5] == 0 ? nil : Side.allCases[Int(words[5]) - 1]
    byteCount = Int(words[3]) | Int(words[4]) << 32
  }

  private static var savedMark: UInt32 { 0x5750_4101 }  // "WPA", version 1
  /// Numbers before those of the features.
  private static var savedHead: Int { 6 }
}
