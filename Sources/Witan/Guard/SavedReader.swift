/// Reads what `StreamGuard.save` wrote, and trusts none of it.
struct SavedReader {
  private var bytes: ArraySlice<UInt8>

  init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  var rest: ArraySlice<UInt8> { bytes }

  func demand(_ condition: Bool, _ fault: String) throws(WitanError) {
    if !condition { throw WitanError(.format, "the saved guard is damaged: \(fault)") }
  }

  mutating func bytes(_ count: Int) throws(WitanError) -> [UInt8] {
    try demand(count <= bytes.count, "it is too short")
    defer { bytes = bytes.dropFirst(count) }
    return Array(bytes.prefix(count))
  }

  mutating func word() throws(WitanError) -> UInt32 {
    try bytes(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func words(_ count: Int) throws(WitanError) -> [UInt32] {
    try demand(4 * count <= bytes.count, "it is too short")
    var words: [UInt32] = []
    for _ in 0..<count { words.append(try word()) }
    return words
  }

  /// Two words as they are.
  private mutating func pair() throws(WitanError) -> UInt64 {
    let low = try word()
    return UInt64(low) | UInt64(try word()) << 32
  }

  /// A count; nobody pushed a petabyte and more, and going on from there could overflow.
  mutating func number(upTo limit: Int = 1 << 52) throws(WitanError) -> Int {
    let value = try pair()
    try demand(value <= UInt64(limit), "a count is beyond its range")
    return Int(value)
  }

  mutating func watch(
    _ rule: ResolvedRule, wordCount: Int, byteCount: Int
  ) throws(WitanError) -> DecisionState.Watch {
    var watch = DecisionState.Watch()
    watch.history = try pair()
    let flags = try word()
    watch.isOn = flags & 1 == 1
    watch.isAllowed = flags & 2 == 2
    watch.probability = Float(bitPattern: try word())
    watch.word = try number(upTo: max(0, wordCount - 1))
    watch.byte = try number(upTo: byteCount)
    watch.onsetWord = try number(upTo: watch.word)
    watch.onsetByte = try number(upTo: watch.byte)
    let words = wordCount < 64 ? UInt64(1) << UInt64(wordCount) - 1 : .max
    try demand(
      flags <= 3 && (watch.isOn || !watch.isAllowed) && watch.history & ~(words & rule.mask) == 0
        && (!watch.isOn || wordCount > 0), "a rule is inconsistent")
    return watch
  }
}
