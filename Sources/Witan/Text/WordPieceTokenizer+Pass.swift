internal import CUnicode

extension WordPieceTokenizer {
  /// One turn of the tokenizer: its state in registers, with pointers to what it reads and writes.
  struct Pass {
    var state: State
    var word: UnsafeMutablePointer<UInt8>!  // [WITAN_WORDPIECE_WORD]
    private(set) var idCount = 0

    // Who runs a pass keeps them; counting references would cost as much as the bytes of a short push.
    private unowned(unsafe) let vocabulary: WordPieceVocabulary
    private unowned(unsafe) let workspace: Workspace
    private let steps: WordPieceVocabulary.Steps

    init(_ vocabulary: WordPieceVocabulary, _ workspace: Workspace, _ state: State) {
      self.state = state
      self.vocabulary = vocabulary
      self.workspace = workspace
      steps = vocabulary.steps
    }

    private var maximum: UInt16 { steps.maximum }

    mutating func push(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let base = bytes.baseAddress else { return }
      let count = bytes.count
      var i = 0
      while i < count {
        if state.node == 0 && !state.decoder.isInsideCharacter {
          pushASCII(base, count, &i)
          if i == count { return }
        }
        let character = state.decoder.next(base, count, &i)
        if character == UTF8Decoder.incomplete { return }
        take(character == UTF8Decoder.invalid ? 0xFFFD : character)
      }
    }

    mutating func finish(replacingIncomplete: Bool) {
      let isIncomplete = state.decoder.isInsideCharacter
      state.decoder.drop()
      if isIncomplete && replacingIncomplete { take(0xFFFD) }
      if state.node > 0 {
        let held = workspace.held
        release(held, vocabulary.specialTokens.path(to: Int(state.node), into: held), isEnd: true)
      }
      close()
    }

    /// Takes ASCII bytes, up to one that asks for more care.
    private mutating func pushASCII(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ i: inout Int) {
      let table = vocabulary.ascii
      while i < count {
        let byte = bytes[i]
        let entry = table[Int(byte)]
        switch entry >> 8 {
        case WordPieceVocabulary.ByteKind.word:
          if state.characterCount < maximum {
            word[Int(state.byteCount)] = UInt8(truncatingIfNeeded: entry)
            state.byteCount &+= 1
            state.characterCount &+= 1
          } else {
            state.characterCount = maximum + 1
          }
        case WordPieceVocabulary.ByteKind.space: close()
        case WordPieceVocabulary.ByteKind.punctuation:
          close()
          append(id: vocabulary.punctuation[Int(byte)])
        case WordPieceVocabulary.ByteKind.removed: break
        default: return
        }
        i += 1
      }
    }

    // MARK: Special tokens

    /// Takes a character, first of all as part of a special token.
    private mutating func take(_ character: UInt32) {
      if state.node > 0 {
        let held = workspace.held
        let count = vocabulary.specialTokens.path(to: Int(state.node), into: held)
        held[count] = character
        release(held, count + 1, isEnd: false)
      } else if character < 0x80 || vocabulary.hasSpecialAboveASCII {
        workspace.held.pointee = character
        release(workspace.held, 1, isEnd: false)
      } else {
        plain(character)
      }
    }

    /// Takes characters that may hold special tokens; keeps those back at the end that still may become
    /// one, unless it is the end of the text.
    private mutating func release(
      _ characters: UnsafePointer<UInt32>, _ count: Int, isEnd: Bool
    ) {
      let special = vocabulary.specialTokens
      state.node = 0
      var start = 0
      while start < count {
        var node = 0
        var end = start
        while end < count, let next = special.child(node, characters[end]) {
          node = next
          end += 1
        }
        if end == count && !isEnd && !special.isLeaf(node) {
          state.node = UInt32(node)
          return
        }
        let accepted = special.accepted(node)
        if accepted.length > 0 {
          close()
          append(id: accepted.id)
          start += accepted.length
        } else {
          plain(characters[start])
          start += 1
        }
      }
    }

    // MARK: Normalisation and words

    /// Takes a character that is part of no special token.
    private mutating func plain(_ character: UInt32) {
      let record = witan_wordpiece_of(character)
      if steps.cleans && record.has(WITAN_WORDPIECE_REMOVED) { return }
      if record.has(WITAN_WORDPIECE_SPACE) {
        close()
        return
      }
      let isAlone = steps.separatesHan && record.has(WITAN_WORDPIECE_HAN)
      if isAlone { close() }
      if steps.strips && record.has(WITAN_WORDPIECE_STRIPPED) {
        let parts = workspace.characters
        let count = witan_wordpiece_strip(character, record, parts)
        for i in 0..<count { lower(parts[i], witan_wordpiece_of(parts[i])) }
        // Canonical ordering moves no mark over this one, though it goes afterwards.
        if count == 0 && !record.has(WITAN_WORDPIECE_FOLLOWS) { state.barrier = state.byteCount }
      } else {
        lower(character, record)
      }
      if isAlone { close() }
    }

    private mutating func lower(_ character: UInt32, _ record: witan_wordpiece_record) {
      guard steps.lowers && record.has(WITAN_WORDPIECE_LOWERED) else {
        place(character, record)
        return
      }
      let parts = workspace.characters + Int(WITAN_WORDPIECE_MAX)
      let count = witan_wordpiece_lower(character, record, parts)
      for i in 0..<count { place(parts[i], witan_wordpiece_of(parts[i])) }
    }

    /// Puts a character that is ready into a word.
    private mutating func place(_ character: UInt32, _ record: witan_wordpiece_record) {
      if record.has(WITAN_WORDPIECE_PUNCTUATION) {
        close()
        insert(character, at: 0)
        close()
      } else if steps.strips && record.has(WITAN_WORDPIECE_FOLLOWS) {
        insert(character, at: placeInOrder(witan_wordpiece_class(character)))
      } else {
        insert(character, at: Int(state.byteCount))
      }
    }

    /// Where canonical ordering puts a mark of this combining class: after the marks at the end of the
    /// word that have no higher one (Unicode 15, section 3.11).
    private func placeInOrder(_ combiningClass: UInt32) -> Int {
      var place = Int(state.byteCount)
      while place > Int(state.barrier) {
        var before = place - 1
        while before > Int(state.barrier), word[before] & 0xC0 == 0x80 { before -= 1 }
        var decoder = UTF8Decoder()
        var at = before
        let mark = decoder.next(word, place, &at)
        guard mark <= 0x10_FFFF, witan_wordpiece_class(mark) > combiningClass else { break }
        place = before
      }
      return place
    }

    private mutating func insert(_ character: UInt32, at place: Int) {
      guard state.characterCount < maximum else {
        state.characterCount = maximum + 1
        return
      }
      state.characterCount += 1
      let length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4
      let end = Int(state.byteCount)
      state.byteCount += UInt16(length)
      let out = word + place
      if place < end { (out + length).update(from: out, count: end - place) }
      if length == 1 {
        out[0] = UInt8(character)
        return
      }
      for i in 1..<length {
        out[i] = 0x80 | UInt8(truncatingIfNeeded: character >> UInt32(6 * (length - 1 - i))) & 0x3F
      }
      let lead: UInt32 = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0
      out[0] = UInt8(lead | character >> UInt32(6 * (length - 1)))
    }

    /// Closes the open word, if there is one: writes its ids.
    @inline(__always)
    private mutating func close() {
      if state.characterCount == 0 { return }
      if state.characterCount > maximum {
        append(id: vocabulary.unknownID)
      } else {
        idCount += vocabulary.table.match(
          word, Int(state.byteCount), unknown: vocabulary.unknownID, workspace.hashes,
          into: workspace.ids + idCount)
      }
      (state.byteCount, state.characterCount, state.barrier) = (0, 0, 0)
    }

    @inline(__always)
    private mutating func append(id: UInt32) {
      workspace.ids[idCount] = id
      idCount += 1
    }
  }
}

extension witan_wordpiece_record {
  @inline(__always)
  fileprivate func has(_ flag: Int) -> Bool { Int(flags) & flag != 0 }
}
