/// The tokens of a vocabulary, for the longest match: open addressing over hashes of their bytes.
///
/// Two kinds of key share the table: a token as it is, which can begin a word, and one less the
/// continuation prefix, which can go on with it. The owner frees it.
struct WordPieceTable {
  struct Token {
    var bytes: ArraySlice<UInt8>
    var id: UInt32
  }

  /// No longer key can match: an open word has no more bytes.
  static let maximumKey = 512

  private struct Entry {
    var offset: UInt32
    var id: UInt32
    var length: UInt16
    var kind: UInt16
  }

  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// Slots looked at for one key. A table that needs more is hashed anew with another seed.
  private static let maximumProbe = 256

  private let bytes: UnsafeMutablePointer<UInt8>  // of all keys
  private let entries: UnsafeMutablePointer<Entry>
  private let slots: UnsafeMutablePointer<UInt64>  // [2^(64 - shift)] hash bits << 32 | entry + 1; 0 is free
  private let shift: UInt64
  private let seed: UInt64
  private let longest: (Int, Int)  // key of each kind

  /// Builds the table; of tokens that are the same bytes the last one counts. O(bytes of the tokens).
  /// Throws `format` when the tokens collide beyond what chance explains.
  init(_ tokens: [Token], continuation prefix: [UInt8]) throws(WitanError) {
    var all: [UInt8] = []
    var keys: [Entry] = []
    var longest = (0, 0)
    for token in tokens {
      let offset = UInt32(all.count)
      if !token.bytes.isEmpty, token.bytes.count <= Self.maximumKey {
        keys.append(Entry(offset: offset, id: token.id, length: UInt16(token.bytes.count), kind: 0))
        longest.0 = max(longest.0, token.bytes.count)
      }
      let rest = token.bytes.count - prefix.count
      if rest > 0, rest <= Self.maximumKey, token.bytes.starts(with: prefix) {
        keys.append(
          Entry(offset: offset + UInt32(prefix.count), id: token.id, length: UInt16(rest), kind: 1))
        longest.1 = max(longest.1, rest)
      }
      guard all.count + token.bytes.count <= Int(Int32.max) else {
        throw WitanError(.unsupported, "the vocabulary has more than 2 GB of tokens", at: "model.vocab")
      }
      all += token.bytes
    }
    var bits: UInt64 = 4
    while 1 << bits < 3 * keys.count / 2 { bits += 1 }
    self.longest = longest
    shift = 64 - bits
    bytes = .allocate(capacity: max(1, all.count))
    bytes.initialize(from: all, count: all.count)
    entries = .allocate(capacity: max(1, keys.count))
    entries.initialize(from: keys, count: keys.count)
    slots = .allocate(capacity: 1 << bits)
    for attempt in 1...8 as ClosedRange<UInt64> {
      let seed = attempt &* 0xD6E8_FEB8_6659_FD93
      if Self.fill(slots, shift, seed, entries, keys.count, bytes) {
        self.seed = seed
        return
      }
    }
    Self.deallocate(bytes, entries, slots)
    throw WitanError(
      .format, "the tokens collide as only tokens made to collide do; get the file anew", at: "model.vocab")
  }

  func deallocate() { Self.deallocate(bytes, entries, slots) }

  private static func deallocate(
    _ bytes: UnsafeMutablePointer<UInt8>, _ entries: UnsafeMutablePointer<Entry>,
    _ slots: UnsafeMutablePointer<UInt64>
  ) {
    bytes.deallocate()
    entries.deallocate()
    slots.deallocate()
  }

  private static func fill(
    _ slots: UnsafeMutablePointer<UInt64>, _ shift: UInt64, _ seed: UInt64,
    _ entries: UnsafePointer<Entry>, _ count: Int, _ bytes: UnsafePointer<UInt8>
  ) -> Bool {
    let mask = (1 << (64 - shift)) - 1
    slots.initialize(repeating: 0, count: mask + 1)
    for i in 0..<count {
      let entry = entries[i]
      let key = bytes + Int(entry.offset)
      var hash = start(kind: entry.kind, seed)
      for j in 0..<Int(entry.length) { hash = step(hash, key[j]) }
      var at = Int(hash >> shift)
      var probes = 0
      while slots[at] != 0 {
        let other = entries[Int(UInt32(truncatingIfNeeded: slots[at])) - 1]
        if other.kind == entry.kind, other.length == entry.length,
          equal(bytes + Int(other.offset), key, Int(entry.length))
        {
          break
        }
        probes += 1
        if probes == maximumProbe { return false }
        at = (at + 1) & mask
      }
      slots[at] = tag(hash) | UInt64(i + 1)
    }
    return true
  }

  @inline(__always)
  private static func start(kind: UInt16, _ seed: UInt64) -> UInt64 { kind == 0 ? seed : ~seed }

  @inline(__always)
  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* multiplier }

  @inline(__always)
  private static func tag(_ hash: UInt64) -> UInt64 { (hash << 16) & 0xFFFF_FFFF_0000_0000 }

  @inline(__always)
  private static func equal(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for i in 0..<count where a[i] != b[i] { return false }
    return true
  }

  @inline(__always)
  private func find(
    _ hash: UInt64, kind: UInt16, _ key: UnsafePointer<UInt8>, _ length: Int
  ) -> UInt32? {
    let mask = (1 << (64 - shift)) - 1
    var at = Int(hash >> shift)
    while slots[at] != 0 {
      let slot = slots[at]
      if slot & 0xFFFF_FFFF_0000_0000 == Self.tag(hash) {
        let entry = entries[Int(UInt32(truncatingIfNeeded: slot)) - 1]
        if entry.kind == kind, Int(entry.length) == length,
          Self.equal(bytes + Int(entry.offset), key, length)
        {
          return entry.id
        }
      }
      at = (at + 1) & mask
    }
    return nil
  }

  /// The id of the token that is exactly these bytes. O(count).
  func id(_ key: UnsafePointer<UInt8>, _ count: Int) -> UInt32? {
    guard count > 0, count <= longest.0 else { return nil }
    var hash = Self.start(kind: 0, seed)
    for i in 0..<count { hash = Self.step(hash, key[i]) }
    return find(hash, kind: 0, key, count)
  }

  /// Cuts a word into the longest token that begins it, the longest that goes on, and so forth, as
  /// Wu et al. 2016 (arXiv 1609.08144) and BERT do; a word that cannot be cut is `unknown` as a whole.
  /// Writes at most one id a character; returns how many.
  ///
  /// `hashes` has room for `count`. O(count) when the word is a token, else O(count x longest key).
  func match(
    _ word: UnsafePointer<UInt8>, _ count: Int, unknown: UInt32,
    _ hashes: UnsafeMutablePointer<UInt64>, into ids: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var from = 0
    var written = 0
    while from < count {
      let kind: UInt16 = from == 0 ? 0 : 1
      let key = word + from
      let longest = min(count - from, kind == 0 ? longest.0 : longest.1)
      var hash = Self.start(kind: kind, seed)
      for i in 0..<longest {
        hash = Self.step(hash, key[i])
        hashes[i] = hash
      }
      var length = longest
      while length > 0 {
        // Only whole characters: a key never ends inside one, so this saves a look-up.
        let isBoundary = from + length == count || key[length] & 0xC0 != 0x80
        if isBoundary, let id = find(hashes[length - 1], kind: kind, key, length) {
          ids[written] = id
          written += 1
          break
        }
        length -= 1
      }
      guard length > 0 else {
        ids.pointee = unknown
        return 1
      }
      from += length
    }
    return written
  }
}
