/// Where a constitution stands on a text, the most severe first.
public enum Standing: String, Sendable, CaseIterable {
  /// A prohibition applies.
  case objects
  /// It cannot tell: its prediction set is not decided.
  case undecided
  /// No prohibition applies.
  case accepts
  /// No prohibition applies, and a principle that permits or encourages does.
  case supports
  /// It has no rules about texts on this side of a conversation, and so no opinion.
  case silent
}
