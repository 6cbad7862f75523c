/// How many words have to agree before an output counts as on: one word alone is often noise.
public enum Debounce: Sendable, Hashable {
  /// The last n words. n in 1...64
  case consecutive(Int)
  /// k of the last m words. 1 <= k <= m <= 64
  case of(Int, Int)

  /// The most words that a rule looks back.
  public static let maximumWords = 64

  /// `N` or `K/M` in digits, as the command and files write it; nil when the text is neither.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
    }
    switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
    case (1, let n?, _): self = .consecutive(n)
    case (2, let k?, let m?): self = .of(k, m)
    default: return nil
    }
  }

  /// A number of words, or a text as above, as JSON has it; nil when it is neither.
  init?(_ json: JSON) {
    guard let debounce = json.int.map(Self.consecutive) ?? json.string.flatMap({ Self($0) }) else {
      return nil
    }
    self = debounce
  }

  /// As files write it: `3`, `2/4`.
  public var text: String { needed == window ? "\(needed)" : "\(needed)/\(window)" }

  /// Words that have to reach the threshold.
  public var needed: Int {
    switch self {
    case .consecutive(let n), .of(let n, _): n
    }
  }

  /// The words among which they are.
  public var window: Int {
    switch self {
    case .consecutive(let n), .of(_, let n): n
    }
  }

  var isValid: Bool { 1 <= needed && needed <= window && window <= Self.maximumWords }
}
