internal import CUnicode

/// The text with its disguised words undone, scored as it goes.
///
/// Bytes pass through percent decoding and folding, are cut into words at white space, and each word is
/// undone when it ends. A word counts at its end only; everything else as in `ScoringStream`. About 1 kB of
/// state beside the stream; nothing is allocated after `init`.
final class InPlaceView {
  /// Single characters that wait until it shows whether letters are spaced.
  private static let runCapacity = 60

  let stream: ScoringStream
  private var normalizer = Normalizer()
  private let symbols: UnsafeMutablePointer<UInt32>  // [capacity(forBytes: 1)]
  private var word: DisguisedWord
  private var piece: DisguisedWord
  private let run: UnsafeMutablePointer<UInt32>  // [runCapacity] single characters, U+0020 between words
  private let bytes: UnsafeMutablePointer<UInt8>  // [4 * DisguisedWord.capacity + 1]
  private var runCount = 0
  private var singleLetters = 0  // in a row
  private var isSpaced = false
  private var gap = 2  // characters of white space before the word
  private var escape: (state: UInt8, high: UInt8) = (0, 0)  // % and the digit after it
  private var escapes = 0  // since the last white space that is not one itself
  private var last: UInt32 = 0
  private var isCut = false  // the word began more than `DisguisedWord.capacity` characters ago
  private var hasLatin = false  // of this word
  private var hasForeign = false
  private var hasStyled = false
  private var turned = 0  // how well the words before read turned, clamped
  private var reversed = 0
  private var counts: InlineCounts = (0, 0, 0, 0, 0, 0, 0)  // words by view
  private var disguised = 0
  private var words = 0
  /// What `DisguiseDetector` found of the whole text.
  var signs: DisguiseDetector.Signs = []

  private typealias InlineCounts = (Int, Int, Int, Int, Int, Int, Int)

  init(_ classifier: Classifier) {
    stream = classifier.makeStream()
    symbols = .allocate(capacity: Normalizer.capacity(forBytes: 1))
    word = DisguisedWord(characters: .allocate(capacity: DisguisedWord.capacity))
    piece = DisguisedWord(characters: .allocate(capacity: DisguisedWord.capacity))
    run = .allocate(capacity: Self.runCapacity + 2)
    bytes = .allocate(capacity: 4 * DisguisedWord.capacity + 1)
  }

  deinit {
    symbols.deallocate()
    word.characters.deallocate()
    piece.characters.deallocate()
    run.deallocate()
    bytes.deallocate()
  }

  /// Whether any word was undone.
  var isDisguised: Bool { disguised > 0 }

  /// Whether so many words are leet that the text should be looked through again with `.leet`.
  var isLeet: Bool { count(.leet) >= 2 && 4 * count(.leet) >= words }

  /// Words undone, as a share of all.
  var share: Float { words > 0 ? Float(disguised) / Float(words) : 0 }

  /// The view that most words were undone by.
  var view: TextView {
    var best = TextView.leet
    for view in TextView.allCases.prefix(TextView.inPlaceCount) where count(view) > count(best) {
      best = view
    }
    return best
  }

  private func count(_ view: TextView) -> Int {
    withUnsafeBytes(of: counts) { $0.load(fromByteOffset: 8 * view.rawValue, as: Int.self) }
  }

  private func note(_ view: TextView) {
    withUnsafeMutableBytes(of: &counts) { $0.bindMemory(to: Int.self)[view.rawValue] += 1 }
  }

  func reset() {
    stream.reset()
    normalizer = Normalizer()
    clearWord()
    isCut = false
    (runCount, singleLetters, isSpaced, gap, escape, escapes, last) = (0, 0, false, 2, (0, 0), 0, 0)
    (turned, reversed, counts, disguised, words) = (0, 0, (0, 0, 0, 0, 0, 0, 0), 0, 0)
    signs = []
  }

  func copy(_ other: InPlaceView) {
    stream.copy(other.stream)
    normalizer = other.normalizer
    word.characters.update(from: other.word.characters, count: other.word.count)
    word.count = other.word.count
    run.update(from: other.run, count: other.runCount)
    (runCount, singleLetters, isSpaced) = (other.runCount, other.singleLetters, other.isSpaced)
    (gap, escape, escapes, last, isCut) = (other.gap, other.escape, other.escapes, other.last, other.isCut)
    (hasLatin, hasForeign, hasStyled) = (other.hasLatin, other.hasForeign, other.hasStyled)
    (turned, reversed, counts) = (other.turned, other.reversed, other.counts)
    (disguised, words, signs) = (other.disguised, other.words, other.signs)
  }

  /// Takes one byte.
  func push(_ byte: UInt8) {
    let digit = DisguiseDetector.hexValue(byte)
    switch escape.state {
    case 1:
      if digit != nil {
        escape = (2, byte)
        return
      }
      escape.state = 0
      fold(0x25)
    case 2:
      escape.state = 0
      if let digit, let high = DisguiseDetector.hexValue(escape.high) {
        escapes += 1
        return fold(high << 4 | digit)
      }
      fold(0x25)
      fold(escape.high)
    default: break
    }
    if byte == 0x25 { escape.state = 1 } else { fold(byte) }
    if byte <= 0x20 { escapes = 0 }
  }

  /// Ends the text.
  func finish() {
    if escape.state > 0 { fold(0x25) }
    if escape.state == 2 { fold(escape.high) }
    escape.state = 0
    take(normalizer.finish(into: symbols))
    endWord()
    flushRun()
    stream.finish()
  }

  private func fold(_ byte: UInt8) {
    last = last << 8 | UInt32(byte)
    if byte >= 0x80 {
      hasForeign = hasForeign || DisguiseDetector.isLookalikeLead(byte)
      hasStyled = hasStyled || DisguiseDetector.isStyled(last)
    } else {
      hasLatin = hasLatin || DisguiseDetector.classes[Int(byte)] & 31 != 26
    }
    take(
      withUnsafePointer(to: byte) {
        normalizer.push(UnsafeBufferPointer(start: $0, count: 1), into: symbols)
      })
  }

  private func take(_ count: Int) {
    for i in 0..<count {
      if symbols[i] >> 24 == UInt32(WITAN_CLASS_SPACE) {
        endWord()
        isCut = false
        gap += 1
        continue
      }
      if word.count == DisguisedWord.capacity {
        endWord()
        isCut = true
      }
      word.characters[word.count] = symbols[i] & 0xFF_FFFF
      word.count += 1
    }
  }

  private func clearWord() {
    (word.count, hasLatin, hasForeign, hasStyled) = (0, false, false, false)
  }

  private func endWord() {
    guard word.count > 0 else { return }
    if word.count == 1 {
      addSingle(word.characters[0])
    } else {
      flushRun()
      undo(&word, isSpaced: false)
    }
    clearWord()
    gap = 0
  }

  // Spaced letters

  private func addSingle(_ character: UInt32) {
    if gap >= 2 && runCount > 0 {
      if isSpaced { emitRun() } else { add(0x20) }
    }
    add(character)
    if DisguisedWord.isLetter(character) {
      singleLetters += 1
      isSpaced = isSpaced || singleLetters >= Int(DisguiseDetector.fewestLetters)
    } else if character < 0x30 || character > 0x39 {
      singleLetters = 0
    }
  }

  private func add(_ character: UInt32) {
    if runCount >= Self.runCapacity { emitRun() }
    run[runCount] = character
    runCount += 1
  }

  private func flushRun() {
    emitRun()
    (isSpaced, singleLetters) = (false, 0)
  }

  /// Ends the words of the run: joined if the letters are spaced, else as they stand.
  private func emitRun() {
    piece.count = 0
    for i in 0..<runCount {
      if run[i] != 0x20 {
        piece.characters[piece.count] = run[i]
        piece.count += 1
      }
      if run[i] == 0x20 || !isSpaced || i + 1 == runCount {
        if piece.count > 0 { undo(&piece, isSpaced: isSpaced) }
        piece.count = 0
      }
    }
    runCount = 0
  }

  // Words

  private func undo(_ word: inout DisguisedWord, isSpaced: Bool) {
    words += 1
    var isUndone = false
    func note(_ view: TextView) {
      isUndone = true
      self.note(view)
    }
    if isSpaced {
      note(.spaced)
    } else {
      if hasForeign && hasLatin || hasStyled { note(.lookalikes) }
      if escapes >= 3 { note(.percent) }
      if word.join() { note(.spaced) }
      if word.dropEmphasis() { note(.emphasis) }
    }
    let isAmongLeet = signs.contains(.leet) && (words < 12 || 3 * count(.leet) >= words)
    if !isCut && word.undoLeet(isAmongLeet: isAmongLeet) { note(.leet) }
    let gains = word.gains
    turned = min(64, max(-64, turned + gains.rot13))
    reversed = min(64, max(-64, reversed + gains.reversed))
    if signs.contains(.rot13) && turned > 0 && turned >= reversed {
      word.turn()
      note(.rot13)
    } else if signs.contains(.reversed) && reversed > 0 && word.count > 1 {
      word.reverse()
      note(.reversed)
    }
    if isUndone { disguised += 1 }
    emit(word)
  }

  private func emit(_ word: DisguisedWord) {
    bytes[0] = 0x20
    var end = 1
    for i in 0..<word.count {
      guard let scalar = Unicode.Scalar(word.characters[i]) else { continue }
      for unit in UTF8.encode(scalar)! {
        bytes[end] = unit
        end += 1
      }
    }
    stream.push(UnsafeBufferPointer(start: bytes, count: end))
  }
}
