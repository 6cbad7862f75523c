internal import CCorpus
internal import Witan

/// What people put around what they ask. The same frames go around harmful, near-miss and benign
/// texts, so that a frame by itself says nothing.
package struct Frames: Sendable {
  /// One way to vary a text, with its name for the record.
  typealias Framed = (text: String, frame: String)

  private let frames: [(kind: String, text: String)]
  private let personas: [String]

  package static let shipped = Frames(content: witan_corpus_frames.content)

  private init(content: String) {
    var frames: [(String, String)] = []
    var personas: [String] = []
    for line in content.split(separator: "\n") {
      guard let tab = line.firstIndex(of: "\t") else { continue }
      let (kind, text) = (String(line[..<tab]), String(line[line.index(after: tab)...]))
      if kind == "persona-name" { personas.append(text) } else { frames.append((kind, text)) }
    }
    (self.frames, self.personas) = (frames, personas)
  }

  /// One of: a frame of the corpus, a register, typos; for principles with frames of their own, half
  /// of the time one of these.
  ///
  /// `company` are benign texts of the same split, for `{background}`. Benign texts get company too,
  /// now and then; harmful ones only where a principle asks for it, since mixing the two everywhere
  /// teaches that benign words are harmful (in an early prototype, mean AUROC on real requests fell from
  /// 0.89 to 0.84).
  func vary(
    _ text: String, own: [String], isBackground: Bool, company: [String], _ random: inout SeededRandom
  ) -> Framed {
    let companion = company.isEmpty ? "" : random.pick(company)
    func fill(_ frame: String) -> String {
      Self.fill(
        frame,
        [
          "text": text, "lower": Register.lowerFirst(text), "background": companion,
          "persona": random.pick(personas),
        ])
    }
    if !own.isEmpty && random.below(2) == 0 { return (fill(random.pick(own)), "own") }
    if isBackground && random.below(10) == 0 { return (companion + " " + text, "company") }
    switch random.below(100) {
    case 0..<60:
      let index = random.below(frames.count)
      return (fill(frames[index].text), "\(frames[index].kind)-\(index)")
    case 60..<88: return Register.vary(text, &random)
    default: return (Register.typos(text, &random), "typos")
    }
  }

  /// `frame` with each known `{name}` replaced, in one pass: what is put in is not looked at again.
  private static func fill(_ frame: String, _ values: [String: String]) -> String {
    var out = ""
    var rest = frame[...]
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      rest = rest[open...]
      if let close = rest.firstIndex(of: "}"),
        let value = values[String(rest[rest.index(after: open)..<close])]
      {
        out += value
        rest = rest[rest.index(after: close)...]
      } else {
        out += "{"
        rest = rest.dropFirst()
      }
    }
    return out + rest
  }
}

/// How people type.
enum Register {
  static func vary(_ text: String, _ random: inout SeededRandom) -> Frames.Framed {
    switch random.below(5) {
    case 0: return (text.lowercased(), "lower")
    case 1: return (bare(text.lowercased()), "bare-lower")
    case 2: return (text.uppercased(), "upper")
    case 3: return (texting(text), "texting")
    default: return (bare(text), "bare")
    }
  }

  /// "I am" stays, "How do" becomes "how do".
  static func lowerFirst(_ text: String) -> String {
    guard let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase == true else {
      return text
    }
    return first.lowercased() + text.dropFirst()
  }

  /// Without punctuation at the end.
  private static func bare(_ text: String) -> String {
    var out = text[...]
    while let last = out.last, ".?!".contains(last) { out = out.dropLast() }
    return String(out)
  }

  private static let short = [
    "you": "u", "your": "ur", "are": "r", "please": "pls", "to": "2", "for": "4", "because": "cuz",
    "with": "w/", "people": "ppl", "want": "wanna", "going": "goin", "something": "smth",
    "without": "w/o", "about": "abt", "the": "da", "know": "kno", "what": "wat", "someone": "sum1",
  ]

  private static func texting(_ text: String) -> String {
    bare(text.lowercased()).split(separator: " ").map { short[String($0)] ?? String($0) }
      .joined(separator: " ")
  }

  /// About one letter in 40 swapped, doubled or left out.
  static func typos(_ text: String, _ random: inout SeededRandom) -> String {
    var out: [Character] = []
    for c in text {
      guard c.isLetter, random.below(40) == 0 else {
        out.append(c)
        continue
      }
      switch random.below(3) {
      case 0: out += [c, c]
      case 1 where out.last?.isLetter == true: out.insert(c, at: out.count - 1)
      default: break
      }
    }
    return String(out)
  }
}
