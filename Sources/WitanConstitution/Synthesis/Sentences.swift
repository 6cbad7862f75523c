/// Where a text may be cut so that both sides read as written.
enum Sentences {
  private static let abbreviations: Set<Substring> = [
    "Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.", "No.", "vs.", "e.g.", "i.e.", "etc.", "approx.", "Jr.",
  ]

  /// The sentences of `text`, in order; joined with spaces they are its words. A sentence ends at a word
  /// with `.`, `?` or `!` when the next one begins with a capital, a digit or a quotation mark. O(text)
  static func split(_ text: String) -> [String] {
    let words = text.split(whereSeparator: \.isWhitespace)
    var out: [String] = []
    var open: [Substring] = []
    for (i, word) in words.enumerated() {
      open.append(word)
      let isLast = i + 1 == words.count
      if isLast || (ends(word) && begins(words[i + 1])) {
        out.append(open.joined(separator: " "))
        open = []
      }
    }
    return out
  }

  private static func begins(_ word: Substring) -> Bool {
    guard let first = word.first else { return false }
    return first.isUppercase || first.isNumber || "\"'“‘«(".contains(first)
  }

  /// Whether a word is the end of a sentence, were the next one to begin as one.
  static func ends(_ word: some StringProtocol) -> Bool {
    let bare = word.drop { "\"'“‘«(".contains($0) }
    guard !abbreviations.contains(Substring(bare)) else { return false }
    var rest = bare
    while let last = rest.last, "\"'”’»)".contains(last) { rest = rest.dropLast() }
    guard let mark = rest.last, ".?!…。？！".contains(mark) else { return false }
    // "J. S. Bach": a single capital is an initial.
    return !(mark == "." && rest.count == 2 && rest.first?.isUppercase == true)
  }

  static func wordCount(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }
}
