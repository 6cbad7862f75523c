/// An outcome or a rule of a layer in one context, with the action that follows of it by itself. The action of a policy is
/// the most severe of those of the causes that are on.
struct ResolvedCause: Sendable, BitwiseCopyable {
  /// What is chosen where this is the most severe.
  let choice: PolicyChoice
  /// Its place among what is debounced; nil where it follows at once.
  let watched: Int?
}
