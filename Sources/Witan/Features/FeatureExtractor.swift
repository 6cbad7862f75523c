internal import CKernels

/// Text to feature ids, incrementally: normaliser, segmenter and n-gram hash in a row.
///
/// All state between pushes is in this value (about 64 bytes), so a copy is a fork. What a push
/// needs besides is in a `Workspace` that the caller owns.
package struct FeatureExtractor: Equatable {
  /// Bytes taken in one turn of the loop; longer pushes are cut.
  static let block = 64
  private static let slice = 128  // units hashed in one call

  /// Scratch of one push, 9 KB; nothing in it outlives the push.
  package final class Workspace {
    fileprivate let symbols: UnsafeMutablePointer<UInt32>  // [capacity(forBytes: block)]
    fileprivate let units: UnsafeMutablePointer<UInt32>  // [unitsPerSymbol * symbols]
    fileprivate let ids: UnsafeMutablePointer<UInt32>  // [WITAN_FEATURES_PER_UNIT * slice]
    package static let byteCount =
      4
      * (Normalizer.capacity(forBytes: block) * (1 + Segmenter.unitsPerSymbol)
        + Int(WITAN_FEATURES_PER_UNIT) * slice)

    package init() {
      let symbolCount = Normalizer.capacity(forBytes: block)
      symbols = .allocate(capacity: symbolCount)
      units = .allocate(capacity: Segmenter.unitsPerSymbol * symbolCount)
      ids = .allocate(capacity: Int(WITAN_FEATURES_PER_UNIT) * slice)
    }

    deinit {
      symbols.deallocate()
      units.deallocate()
      ids.deallocate()
    }
  }

  package private(set) var normalizer = Normalizer()
  private var segmenter = Segmenter()
  private var ngrams = witan_ngram_state()
  private let shift: UInt32
  private let kinds: UInt32
  private let wordMark: UInt32

  /// `marksWords`: whether the ids of words and pairs carry `WITAN_WORD_MARK`, as training wants.
  package init(_ spec: FeatureSpec, marksWords: Bool = false) {
    shift = UInt32(32 - spec.log2Buckets)
    kinds = spec.kinds
    wordMark = marksWords ? WITAN_WORD_MARK : 0
  }

  package static func == (a: Self, b: Self) -> Bool { a.saved == b.saved }

  /// Pushes bytes; `body` receives each run of feature ids that they complete, in order.
  @inline(__always)
  package mutating func push(
    _ bytes: UnsafeBufferPointer<UInt8>, _ workspace: Workspace,
    _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    var rest = bytes
    while !rest.isEmpty {
      let head = UnsafeBufferPointer(rebasing: rest.prefix(Self.block))
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(Self.block))
      let symbols = normalizer.push(head, into: workspace.symbols)
      let units = segmenter.push(workspace.symbols, count: symbols, into: workspace.units)
      hash(units, workspace, body)
    }
  }

  /// Whether no word and no character is open.
  var isBetweenWords: Bool { !segmenter.isInsideWord && !normalizer.isInsideCharacter }

  /// Lets `body` push words that it folds and cuts itself; only between words, and it must end there.
  @inline(__always)
  mutating func pushWords(_ body: (inout witan_ngram_state) -> Int) -> Int { body(&ngrams) }

  /// Ends the text: an incomplete character is replaced, the open word closed.
  package mutating func finish(
    _ workspace: Workspace, _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    let symbols = normalizer.finish(into: workspace.symbols)
    var units = segmenter.push(workspace.symbols, count: symbols, into: workspace.units)
    units += segmenter.finish(into: workspace.units + units)
    hash(units, workspace, body)
  }

  /// The features that closing the open word now would add, without closing it.
  package func pending(_ workspace: Workspace) -> UnsafeBufferPointer<UInt32> {
    guard segmenter.isInsideWord else { return UnsafeBufferPointer(start: nil, count: 0) }
    var state = ngrams
    workspace.units.pointee = UInt32(WITAN_UNIT_END)
    let count = witan_ngrams(workspace.units, 1, &state, shift, kinds, wordMark, workspace.ids)
    return UnsafeBufferPointer(start: workspace.ids, count: count)
  }

  @inline(__always)
  private mutating func hash(
    _ count: Int, _ workspace: Workspace, _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    var start = 0
    while start < count {
      let length = min(Self.slice, count - start)
      let ids = witan_ngrams(workspace.units + start, length, &ngrams, shift, kinds, wordMark, workspace.ids)
      if ids > 0 { body(UnsafeBufferPointer(start: workspace.ids, count: ids)) }
      start += length
    }
  }
}

extension FeatureExtractor {
  /// The state as numbers, for `ScoringStream.save()`. [savedCount]
  package var saved: [UInt32] {
    normalizer.saved + [
      segmenter.isInsideWord ? 1 : 0, ngrams.suffix1, ngrams.suffix2, ngrams.suffix3,
      ngrams.suffix4, ngrams.word, ngrams.length, ngrams.previous, ngrams.before, ngrams.words,
    ]
  }

  package static let savedCount = Normalizer.savedCount + 10

  /// Takes back what `saved` gave; throws `format` when the numbers cannot be a state.
  package mutating func restore(_ saved: ArraySlice<UInt32>) throws(WitanError) {
    let s = Array(saved)
    guard s.count == Self.savedCount else {
      throw WitanError(.format, "the saved stream has the wrong size; save it again")
    }
    try normalizer.restore(s[..<Normalizer.savedCount])
    let t = Array(s[Normalizer.savedCount...])
    guard t[0] <= 1, (t[0] == 1) == (t[6] > 0), t[9] <= WITAN_OPENING_WORDS else {
      throw WitanError(.format, "the saved stream is damaged: its open word is inconsistent")
    }
    segmenter = Segmenter(isInsideWord: t[0] == 1)
    ngrams = witan_ngram_state(
      suffix1: t[1], suffix2: t[2], suffix3: t[3], suffix4: t[4], word: t[5], length: t[6],
      previous: t[7], before: t[8], words: t[9])
  }
}
