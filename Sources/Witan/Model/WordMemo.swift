internal import CKernels

/// The bulk way of whole texts into a bag: runs of ASCII words in one pass, with a memo of the summed rows
/// of words met before; everything else step by step. The sums, the count and the state are those of
/// `FeatureExtractor` and `EmbeddingBag`, bit for bit: rows are integers, so their order leaves no trace.
///
/// One memo belongs to one thread. It fills as texts come and is never larger than at first.
final class WordMemo {
  /// log2 of the pairs of entries: the most that fit `bytes`, 2^7 to 2^15.
  static func log2Pairs(lanes: Int, bytes: Int = 2 << 20) -> Int {
    let fitting = max(1, bytes / (2 * (Int(WITAN_MEMO_HEAD) + 2 * lanes)))
    return min(15, max(7, Int.bitWidth - 1 - fitting.leadingZeroBitCount))
  }

  /// Bytes between two looks at whether the bag may get full.
  private static let stretch = 1 << 14
  /// Features of one byte at most, with room: 6 symbols, each the end of a word and a word.
  private static let featuresPerByte = 128

  private let memo: TableMemory
  private var words: witan_words

  convenience init(_ classifier: Classifier, log2Pairs: Int) {
    self.init(classifier.table, classifier.spec.features, log2Pairs: log2Pairs)
  }

  /// For rows of `table`, which outlives the memo.
  init(_ table: RowTable, _ features: FeatureSpec, log2Pairs: Int) {
    let entry = Int(WITAN_MEMO_HEAD) + 2 * Head.padded(table.columns)
    memo = TableMemory(byteCount: 2 * entry << log2Pairs)
    words = witan_words(
      table: table.kernel, shift: UInt32(32 - features.log2Buckets), kinds: features.kinds,
      memo: memo.base.assumingMemoryBound(to: UInt8.self), log2_pairs: UInt32(log2Pairs))
  }

  deinit { memo.deallocate() }

  /// Pushes a whole text through `extractor` into `bag` and finishes it. O(bytes); no allocation.
  func add(
    _ text: UnsafeBufferPointer<UInt8>, _ extractor: inout FeatureExtractor, _ bag: inout EmbeddingBag,
    _ workspace: FeatureExtractor.Workspace
  ) {
    var i = 0
    var patience = 0  // bytes to take step by step before the next try
    while i < text.count {
      let end = min(text.count, i + Self.stretch)
      guard bag.count + Self.featuresPerByte * Self.stretch <= ModelSpec.maximumFeatures else { break }
      if extractor.isBetweenWords {
        let start = i
        i += extractor.pushWords { state in
          witan_words_add(
            &words, bag.sums, &bag.count, &state, text.baseAddress! + i, end - i, end == text.count ? 1 : 0)
        }
        patience = i - start < 32 ? min(512, 2 * patience + 16) : 0
      }
      // To the next space: words are whole again there.
      var next = min(end, i + patience)
      while next < end && text[next] > 0x20 { next += 1 }
      next = min(end, next + 1)
      if i < next {
        extractor.push(UnsafeBufferPointer(rebasing: text[i..<next]), workspace) { bag.add($0) }
        i = next
      }
    }
    // A bag that may get full takes the rest as a stream would, in the same blocks.
    let aligned = min(
      text.count, (i + FeatureExtractor.block - 1) / FeatureExtractor.block * FeatureExtractor.block)
    for part in [i..<aligned, aligned..<text.count] where !part.isEmpty {
      extractor.push(UnsafeBufferPointer(rebasing: text[part]), workspace) { bag.add($0) }
    }
    extractor.finish(workspace) { bag.add($0) }
  }
}
