import CAllocationCounter
import Testing
import Witan

/// Disguised text scores as what it hides, and innocent text as itself.
@Suite(.serialized) struct ViewTests {
  private let classifier = TestModel.classifier(hasAny: true)
  private static let text = "please tell me how the old garden gate was painted before the winter came"

  private func viewed(_ text: some Collection<UInt8>) -> ViewedStream {
    let stream = classifier.makeViewedStream()
    stream.push(Array(text))
    stream.finish()
    return stream
  }

  /// The probabilities, copied while the stream that holds them is there.
  private func read(_ stream: some TextStream) -> [Float] {
    withExtendedLifetime(stream) { Array(stream.read()) }
  }

  /// The highest of the plain text's probabilities and those of another text.
  private func expected(_ plain: String, _ hidden: String) -> [Float] {
    let (a, b) = (classifier.score(plain), classifier.score(hidden))
    return zip(a.probabilities + [a.any!], b.probabilities + [b.any!]).map { max($0, $1) }
  }

  private func isFound(_ disguised: String, as hidden: String) -> Bool {
    read(viewed(disguised.utf8)) == expected(disguised, hidden)
  }

  private static func base64(_ text: String, urlSafe: Bool = false) -> String {
    let digits = Array(
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (urlSafe ? "-_" : "+/")).utf8)
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - part.count))
      bits <<= 8
      for _ in 0...part.count {
        out.append(digits[Int(bits >> 26)])
        bits <<= 6
      }
      if part.count < 3 { out += Array(repeating: UInt8(ascii: "="), count: 3 - part.count) }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { String(UInt16($0) + 256, radix: 16).suffix(2) }.joined()
  }

  private static func words(_ text: String, _ change: (Substring) -> String) -> String {
    text.split(separator: " ").map(change).joined(separator: " ")
  }

  private static func rot13(_ text: String) -> String {
    String(
      decoding: text.utf8.map { (97...122).contains($0) ? ($0 - 97 + 13) % 26 + 97 : $0 }, as: UTF8.self)
  }

  @Test("what is undone in place scores as the text that it hides")
  func inPlace() {
    let text = Self.text
    #expect(isFound(Self.words(text) { $0.map(String.init).joined(separator: " ") + "  " }, as: text))
    #expect(
      isFound(
        Self.words(text) { $0.count > 3 ? $0.map(String.init).joined(separator: ".") : String($0) }, as: text)
    )
    #expect(isFound(Self.words(text) { $0.map(String.init).joined(separator: "*") }, as: text))
    #expect(isFound(Self.words(text) { $0.map(String.init).joined(separator: "~~") }, as: text))
    #expect(isFound(text.utf8.map { "%" + Self.hex(String(UnicodeScalar($0))) }.joined(), as: text))
    #expect(isFound(text.replacing("a", with: "а"), as: text))  // Cyrillic
    let styled = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0 == " " ? $0 : Unicode.Scalar(0x1D41A + $0.value - 97)! }))
    #expect(isFound(styled, as: text))
    #expect(isFound(Self.rot13(text), as: text))
  }

  @Test("leetspeak is undone, numbers among it too")
  func leet() {
    var leet = Self.text
    for (letter, digit) in [("a", "4"), ("e", "3"), ("i", "1"), ("o", "0"), ("s", "5"), ("t", "7")] {
      leet = leet.replacing(letter, with: digit)
    }
    #expect(isFound(leet, as: Self.text))
    #expect(isFound("70 4 g00d d4y 4nd 4 b4d n1gh7", as: "to a good day and a bad night"))
    #expect(isFound("a b0mb and p@$$word", as: "a bomb and password"))
  }

  @Test("letters with wide gaps between words, with punctuation")
  func spaced() {
    #expect(isFound("b a d   d a y s ,   a   l o t", as: "bad days , a lot"))
    #expect(isFound("k i l l it", as: "kill it"))
  }

  @Test("words from right to left are found once they are plain enough")
  func reversed() {
    let text = Self.words(Self.text) { String($0.reversed()) }
    let stream = viewed(text.utf8)
    #expect(read(stream) != read(stream.plain))
  }

  @Test("encoded text scores as what it says")
  func encoded() {
    for text in [Self.text, "Überall grüne Gärten, wohin man auch schaut", "twelve bytes"] {
      for disguised in [
        Self.base64(text), Self.base64(text, urlSafe: true), Self.hex(text), Self.base64(Self.base64(text)),
        Self.hex(Self.base64(text)),
      ] {
        let p = read(viewed(disguised.utf8))
        #expect(zip(p, expected(disguised, text)).allSatisfy { $0 >= $1 }, "\(disguised)")
      }
    }
    let tags = String(
      String.UnicodeScalarView(Self.text.unicodeScalars.map { Unicode.Scalar(0xE0000 + $0.value)! }))
    #expect(isFound("Hello! " + tags, as: Self.text))
  }

  @Test("a view is named, from the outermost to the innermost")
  func names() {
    let choice = TestModel.classifier(labels: 3, task: .singleLabel)
    func views(_ text: String) -> String {
      let stream = choice.makeViewedStream()
      stream.push(text)
      stream.finish()
      return stream.views.path
    }
    #expect(views(Self.text) == "")
    #expect(views("b a d   d a y s") == "spaced")
    #expect(views(Self.rot13(Self.text)) == "rot13")
    #expect(views(Self.hex(Self.text)) == "hex")
    #expect(views(Self.base64(Self.base64(Self.text))) == "base64 > base64")
    #expect(views(Self.base64("7h3 g4rd3n g4t3 1n th3 w1nt3r")) == "base64 > leet")
  }

  @Test("one choice is the view's where most of the text is disguised, else the plain text's")
  func choice() {
    let choice = TestModel.classifier(labels: 3, task: .singleLabel)
    let stream = choice.makeViewedStream()
    stream.push(Self.hex(Self.text))
    stream.finish()
    #expect(zip(stream.scores.probabilities, choice.score(Self.text).probabilities).allSatisfy { $0 == $1 })
    stream.reset()
    let long = Self.text + " " + Self.text + " " + Self.hex("a garden gate")
    stream.push(long)
    stream.finish()
    #expect(stream.scores.probabilities == choice.score(long).probabilities)
  }

  @Test("any split of the same bytes gives the same scores and views")
  func splits() {
    var random = SeededRandom(seed: 12)
    for round in 0..<120 {
      var text: [UInt8] = []
      for _ in 0...random.below(6) {
        let disguises = [
          Self.base64(Self.text), Self.hex(Self.text), Self.rot13(Self.text), "k.i.l.l ", "b a d   d a y s ",
          "h0w d0 y0u d0 th1s ", "%62%6f%6d%62 ", "bоmb ", "𝐛𝐨𝐦𝐛 ", "*b*o*ld ", Self.text, " ",
        ]
        text += random.pick(disguises).utf8
        text += TestModel.randomText(&random, length: random.below(40))
      }
      let whole = viewed(text)
      let stream = classifier.makeViewedStream()
      var forked: ViewedStream?
      var rest = text[...]
      while !rest.isEmpty {
        let n = min(rest.count, 1 + random.below(9))
        stream.push(Array(rest.prefix(n)))
        forked?.push(Array(rest.prefix(n)))
        rest = rest.dropFirst(n)
        if forked == nil && random.below(20) == 0 { forked = stream.fork() }
        if random.below(10) == 0 { _ = stream.read() }
      }
      stream.finish()
      forked?.finish()
      #expect(read(stream) == read(whole), "round \(round)")
      #expect(stream.views == whole.views)
      if let forked { #expect(read(forked) == read(whole), "fork, round \(round)") }
      stream.reset()
      stream.push(text)
      stream.finish()
      #expect(read(stream) == read(whole), "after a reset, round \(round)")
    }
  }

  @Test("plain words are scored as they are: no view begins")
  func plainText() {
    for text in [
      Self.text, "I like it. Do you? Yes!", "Call me at 12:30 on 2024-05-06, it costs $5.",
      "a) one b) two c) three",
      "@anna and @ben: see https://example.com/a/b?c=d", "**bold** and *thin* words", "naïve café, größer",
      "Привет, как дела?", "日本語のテキスト", "👍🏽 thumbs",
    ] {
      #expect(read(viewed(text.utf8)) == expected(text, text), "\(text)")
      #expect(viewed(text.utf8).views.isEmpty)
    }
  }

  @Test("hashes, identifiers, keys and addresses are not decoded to text")
  func innocent() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<2000 {
      let bytes = (0..<20 + random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let hex = bytes.map { String(UInt16($0) + 256, radix: 16).suffix(2) }.joined()
      for text in [
        hex,
        String(
          decoding: bytes.map {
            Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)[Int($0 & 63)]
          }, as: UTF8.self),
      ] {
        var decoder = SpanDecoder()
        var count = 0
        for byte in text.utf8 { decoder.push(byte) { _ in count += 1 } }
        decoder.end { _ in count += 1 }
        #expect(count == 0, "\(text)")
      }
    }
    for text in [
      "internationalizationAndLocalization", "https://example.com/aVeryLongPathWithManyWords/index",
    ] {
      #expect(viewed(text.utf8).views.isEmpty, "\(text)")
    }
  }

  @Test("a megabyte of base64, layers without end and faulty digits stay within the bounds")
  func bounds() {
    let huge = Self.base64(String(repeating: Self.text + " ", count: 10_000))
    let cut = String(
      decoding: String(repeating: Self.text + " ", count: 100).utf8.prefix(ViewedStream.capacity),
      as: UTF8.self)
    #expect(read(viewed(huge.utf8)) == expected(huge, cut))
    var nested = Self.text
    for _ in 0..<20 { nested = Self.base64(nested) }
    #expect(viewed(nested.utf8).views.count <= ViewedStream.deepest + 1)
    let faulty =
      Self.base64(Self.text).dropLast(3) + "\u{0}\u{FF}===" + Self.hex(Self.text).dropLast() + "%%%4%z"
    _ = viewed(faulty.utf8).scores
    let long = String(repeating: "b.", count: 50_000) + String(repeating: "a ", count: 50_000) + "%"
    _ = viewed(long.utf8).scores
  }

  @Test("random bytes never trap, and a read is always possible")
  func fuzz() {
    var random = SeededRandom(seed: 77)
    let alphabet = Array("aeTz019 .*%~!@$-_=/+\n\u{0}".utf8) + [0xF3, 0xA0, 0x81, 0xD0, 0xB0, 0xE2, 0xFF]
    let stream = classifier.makeViewedStream()
    for _ in 0..<400 {
      stream.reset()
      for _ in 0..<random.below(60) {
        stream.push((0..<random.below(12)).map { _ in random.pick(alphabet) })
        #expect(stream.read().allSatisfy { $0 >= 0 && $0 <= 1 })
      }
      stream.finish()
      #expect(stream.read().allSatisfy { $0 >= 0 && $0 <= 1 })
    }
  }

  @Test("nothing is allocated once the views were made")
  func allocations() {
    let stream = classifier.makeViewedStream()
    let text = Array(
      (Self.base64(Self.text) + " h0w d0 y0u b a d   d a y s k.i.l.l " + Self.rot13(Self.text)).utf8)
    func all() {
      stream.reset()
      for start in stride(from: 0, to: text.count, by: 5) {
        text.withUnsafeBufferPointer { bytes in
          stream.push(UnsafeBufferPointer(rebasing: bytes[start..<min(start + 5, text.count)]))
        }
        _ = stream.read()
      }
      stream.finish()
    }
    all()
    witan_allocations_start()
    let seen = Array(repeating: 0, count: 100)  // the counter sees this one
    for _ in 0..<50 { all() }
    let allocations = witan_allocations_stop()
    #expect(seen.count == 100)
    #expect(allocations == 1 || allocations == -1)
  }
}
