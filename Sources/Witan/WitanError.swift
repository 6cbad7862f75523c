/// What went wrong, where, and what to do next.
///
/// Every public call of Witan that can fail throws this type. Its `description` is meant to be read
/// by a person; its `code` is stable and meant for programs.
public struct WitanError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure. Raw values are stable.
  public enum Code: String, Sendable, CaseIterable {
    /// A file could not be opened, read, mapped or written.
    case io
    /// A file is not what its place demands: truncated, malformed, or of another format.
    case format
    /// A well-formed file asks for something that this version does not do.
    case unsupported
    /// A value is outside its range, or two values contradict each other.
    case invalidValue
    /// Training or evaluation data cannot be used as given.
    case data
    /// A constitution breaks the rules of its format.
    case constitution
    /// A limit is reached for now: make room, then try again.
    case limit
    /// A signature does not hold, is by nobody who is known, or is of something else.
    case signature
  }

  public var code: Code
  /// One sentence: the thing, what is wrong with it, the next step.
  public var message: String
  /// Where: a path, `path:line` or `path:line:column`, or the name of a field; empty when unknown.
  public var place: String

  public init(_ code: Code, _ message: String, at place: String = "") {
    self.code = code
    self.message = message
    self.place = place
  }

  public var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
