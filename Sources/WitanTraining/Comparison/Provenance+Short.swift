public import Witan

extension Provenance {
  /// As reports name a constitution: "flourishing 1.0.0, sha256:09f2f22e…".
  public var shortName: String {
    let id = constitution.map { $0 + (version.map { " \($0)" } ?? "") } ?? "no constitution"
    return id + (digest.map { ", \($0.prefix(15))…" } ?? "")
  }
}

extension Standing {
  /// As a sentence about a community says it.
  public var words: String {
    switch self {
    case .objects: "objects"
    case .undecided: "cannot tell"
    case .accepts: "does not object"
    case .supports: "supports it"
    case .silent: "has no rule here"
    }
  }
}
