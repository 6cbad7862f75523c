/// What a server does with text, from the mildest to the most severe.
public enum GuardAction: String, Sendable, CaseIterable, Comparable, BitwiseCopyable {
  /// Pass the text on.
  case emit
  /// Pass it on and mark it.
  case annotate
  /// Keep it back until the score has fallen again.
  case hold
  /// Keep it back until somebody has answered (`StreamGuard.resolve`).
  case ask
  /// Stop the generation.
  case terminate

  /// Whether text after the onset is kept back.
  public var holdsBack: Bool { self >= .hold }

  private var severity: Int {
    switch self {
    case .emit: 0
    case .annotate: 1
    case .hold: 2
    case .ask: 3
    case .terminate: 4
    }
  }

  public static func < (a: Self, b: Self) -> Bool { a.severity < b.severity }
}
