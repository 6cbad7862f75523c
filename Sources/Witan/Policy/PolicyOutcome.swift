/// What can come of the opinions of a layer's members. Each has an action of its own.
public enum PolicyOutcome: String, Sendable, CaseIterable, BitwiseCopyable {
  /// As many object as the layer's combination wants.
  case objects
  /// Somebody objects and not everybody does.
  case contested
  /// Too few object, and those who cannot tell could make it enough.
  case undecided
  /// A member gave no opinion, an opinion of another constitution than the policy names, or one that does not
  /// rest on the whole text or the whole model.
  case missing
}
