internal import CKernels

/// The bulk way of whole texts into a dense bag: runs of ASCII words in one pass, with a memo of the pieces of
/// words met before; everything else step by step. Sums and count are those of `DenseBag` alone.
///
/// One memo belongs to one thread. It fills as texts come and is never larger than at first: 1 MB.
final class PieceMemo {
  /// Bytes of a word that a memo holds.
  private static let longest = 15

  private let vocabulary: WordPieceVocabulary
  private let memo: UnsafeMutablePointer<witan_pieces_entry>
  private var pieces: witan_pieces
  private let hashes: UnsafeMutablePointer<UInt64>  // [longest]
  private let ids: UnsafeMutablePointer<UInt32>  // [longest]

  /// With room for 2^`log2Pairs` pairs of words, 1...32. nil when words of ASCII are not plain in this vocabulary.
  init?(_ embeddings: StaticEmbeddings, log2Pairs: Int) {
    guard embeddings.vocabulary.keepsLetters(length: Self.longest) else { return nil }
    vocabulary = embeddings.vocabulary
    let bytes = 2 * MemoryLayout<witan_pieces_entry>.stride << log2Pairs
    memo = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: witan_pieces_entry.self, capacity: 2 << log2Pairs)
    memo.initialize(repeating: witan_pieces_entry(), count: 2 << log2Pairs)
    hashes = .allocate(capacity: Self.longest)
    ids = .allocate(capacity: Self.longest)
    pieces = witan_pieces(
      table: embeddings.table, width: embeddings.dimensions, rows: UInt32(embeddings.rowCount),
      folds: vocabulary.options.lowercases ? 1 : 0, ascii: vocabulary.ascii,
      punctuation: vocabulary.punctuation, memo: memo, log2_pairs: UInt32(log2Pairs))
  }

  deinit {
    memo.deallocate()
    hashes.deallocate()
    ids.deallocate()
  }

  /// Pushes a whole text into `bag` and finishes it. O(bytes); no allocation.
  func add(
    _ text: UnsafeBufferPointer<UInt8>, _ bag: inout DenseBag, _ workspace: WordPieceTokenizer.Workspace
  ) {
    guard text.count <= ModelSpec.maximumFeatures else {  // a bag that may get full
      bag.push(text, workspace)
      bag.finish(workspace)
      return
    }
    var i = 0
    var patience = 0  // bytes to take step by step before the next try
    while i < text.count {
      if bag.isBetweenWords {
        let start = i
        i += bag.pushWords { sums, count in take(text, from: start, sums, &count) }
        patience = i - start < 32 ? min(512, 2 * patience + 16) : 0
      }
      // To the next space: words are whole again there.
      var next = min(text.count, i + patience)
      while next < text.count && text[next] > 0x20 { next += 1 }
      next = min(text.count, next + 1)
      if i < next {
        bag.push(UnsafeBufferPointer(rebasing: text[i..<next]), workspace)
        i = next
      }
    }
    bag.finish(workspace)
  }

  /// Takes words until one is for the tokenizer; returns the bytes taken.
  private func take(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ sums: UnsafeMutablePointer<Int32>,
    _ count: inout Int
  ) -> Int {
    var i = start
    var missing: UnsafeMutablePointer<witan_pieces_entry>?
    repeat {
      i += witan_pieces_add(&pieces, sums, &count, text.baseAddress! + i, text.count - i, 1, &missing)
    } while missing.map { remember(text, at: i, $0) } ?? false
    return i - start
  }

  /// Makes an entry of the word at `i`, in place of the older one; false when it has too many pieces.
  private func remember(
    _ text: UnsafeBufferPointer<UInt8>, at i: Int, _ place: UnsafeMutablePointer<witan_pieces_entry>
  ) -> Bool {
    var entry = witan_pieces_entry()
    let length = text[i...].prefix { $0.isASCIILetterOrDigit }.count
    withUnsafeMutableBytes(of: &entry.key) { key in
      for j in 0..<length { key[j] = UInt8(truncatingIfNeeded: vocabulary.ascii[Int(text[i + j])]) }
    }
    let found = withUnsafeBytes(of: &entry.key) {
      vocabulary.table.match(
        $0.baseAddress!.assumingMemoryBound(to: UInt8.self), length, unknown: vocabulary.unknownID, hashes,
        into: ids)
    }
    guard found <= Int(WITAN_PIECES) else { return false }
    var kept: UInt64 = 0
    withUnsafeMutableBytes(of: &entry.ids) { room in
      let room = room.bindMemory(to: UInt32.self)
      for id in UnsafeBufferPointer(start: ids, count: found) where id < pieces.rows {
        room[Int(kept)] = id
        kept += 1
      }
    }
    entry.key.1 |= kept << 56
    (place[1], place[0]) = (place[0], entry)
    return true
  }
}

extension UInt8 {
  var isASCIILetterOrDigit: Bool {
    (self | 0x20) &- 0x61 < 26 || self &- 0x30 < 10
  }
}
