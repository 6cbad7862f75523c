internal import CUnicode

/// Bytes to WordPiece ids, incrementally: a word's ids come when it closes.
///
/// All state between pushes is in this value (about 550 bytes, the open word among them), so a copy is
/// a fork. What a push needs besides is in a `Workspace` that the caller owns. Any split of the same
/// bytes gives the same ids in the same order.
package struct WordPieceTokenizer {
  /// Bytes taken in one turn of the loop; longer pushes are cut.
  static let block = 512

  /// Scratch of one push, 14 KB; nothing in it outlives the push.
  package final class Workspace {
    let ids: UnsafeMutablePointer<UInt32>  // [idCapacity]
    let hashes: UnsafeMutablePointer<UInt64>  // [maximumKey]
    let held: UnsafeMutablePointer<UInt32>  // [SpecialTokens.maximumLength + 1]
    let characters: UnsafeMutablePointer<UInt32>  // [2 * WITAN_WORDPIECE_MAX]

    /// Ids of one turn at most: the open word, the held characters, and the bytes of the turn, of which
    /// two are at least needed for the most that one character becomes.
    static let idCapacity =
      WordPieceVocabulary.Options.maximumCharactersLimit
      + Int(WITAN_WORDPIECE_MAX) * (SpecialTokens.maximumLength + 1 + block / 2)

    static let byteCount =
      4 * (idCapacity + SpecialTokens.maximumLength + 1 + 2 * Int(WITAN_WORDPIECE_MAX))
      + 8 * WordPieceTable.maximumKey

    package init() {
      ids = .allocate(capacity: Self.idCapacity)
      hashes = .allocate(capacity: WordPieceTable.maximumKey)
      held = .allocate(capacity: SpecialTokens.maximumLength + 1)
      characters = .allocate(capacity: 2 * Int(WITAN_WORDPIECE_MAX))
    }

    deinit {
      ids.deallocate()
      hashes.deallocate()
      held.deallocate()
      characters.deallocate()
    }
  }

  /// The state beside the characters of the open word.
  struct State: Equatable {
    var decoder = UTF8Decoder()
    /// Node of `SpecialTokens`: the way to it is held back, since it may become a special token.
    var node: UInt32 = 0
    /// Bytes and characters of the open word; one character too many stands for any number.
    var byteCount: UInt16 = 0
    var characterCount: UInt16 = 0
    /// Marks before this byte of the open word keep their place.
    var barrier: UInt16 = 0
  }

  package let vocabulary: WordPieceVocabulary
  var state = State()
  var word = witan_wordpiece_word()

  package init(_ vocabulary: WordPieceVocabulary) { self.vocabulary = vocabulary }

  /// Whether no word is open, no character incomplete and nothing held back.
  package var isBetweenWords: Bool {
    state.characterCount == 0 && state.node == 0 && !state.decoder.isInsideCharacter
  }

  /// Pushes bytes; `body` receives each run of ids that they complete, in order.
  @inline(__always)
  package mutating func push(
    _ bytes: UnsafeBufferPointer<UInt8>, _ workspace: Workspace,
    _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    var rest = bytes
    while !rest.isEmpty {
      let head = UnsafeBufferPointer(rebasing: rest.prefix(Self.block))
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(Self.block))
      let count = push(block: head, workspace)
      give(count, workspace, body)
    }
  }

  /// Ends the text: an incomplete character is replaced, what was held back is taken as it is, the open
  /// word closed. The tokenizer is then as new.
  package mutating func finish(
    _ workspace: Workspace, _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    give(finish(replacingIncomplete: true, workspace), workspace, body)
  }

  /// The ids that closing the open word now would add, without closing it; an incomplete character does
  /// not count. They stand in the workspace, as long as it lives and until its next use.
  package func pending(_ workspace: Workspace) -> UnsafeBufferPointer<UInt32> {
    guard state.node > 0 || state.characterCount > 0 else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    var copy = self
    let count = copy.finish(replacingIncomplete: false, workspace)
    return UnsafeBufferPointer(start: workspace.ids, count: count)
  }

  @inline(__always)
  private func give(_ count: Int, _ workspace: Workspace, _ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    guard count > 0 else { return }
    withExtendedLifetime(workspace) { body(UnsafeBufferPointer(start: workspace.ids, count: count)) }
  }

  private mutating func push(block: UnsafeBufferPointer<UInt8>, _ workspace: Workspace) -> Int {
    withPass(workspace) { $0.push(block) }
  }

  private mutating func finish(replacingIncomplete: Bool, _ workspace: Workspace) -> Int {
    withPass(workspace) { $0.finish(replacingIncomplete: replacingIncomplete) }
  }

  /// Runs `body` on the state; returns how many ids it wrote to the workspace.
  @inline(__always)
  private mutating func withPass(_ workspace: Workspace, _ body: (inout Pass) -> Void) -> Int {
    var pass = Pass(vocabulary, workspace, state)
    let count = withUnsafeMutableBytes(of: &word) { word in
      pass.word = word.baseAddress!.assumingMemoryBound(to: UInt8.self)
      body(&pass)
      return pass.idCount
    }
    state = pass.state
    return count
  }
}
