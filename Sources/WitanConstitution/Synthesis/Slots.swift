internal import Witan

/// `{name}` in a text stands for one of several words.
package enum Slots {
  /// The names in `text`, in order. `{text}`, `{lower}` and `{background}` belong to
  /// frames and are none.
  package static func names(_ text: String) -> [String] {
    var names: [String] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      let isName = !name.isEmpty && name.allSatisfy { ($0.isASCII && $0.isLowercase) || $0 == "_" }
      if isName && !["text", "lower", "background"].contains(name) { names.append(name) }
      rest = rest[rest.index(after: isName ? close : open)...]
    }
    return names
  }

  /// `text` with each slot filled by a random value.
  static func fill(_ text: String, _ values: [String: [String]], _ random: inout SeededRandom) -> String {
    names(text).reduce(text) { text, name in
      guard let choices = values[name], let place = text.range(of: "{\(name)}") else { return text }
      return text.replacingCharacters(in: place, with: random.pick(choices))
    }
  }
}

extension String {
  fileprivate func range(of part: String) -> Range<String.Index>? { firstRange(of: part) }
  fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
