/// The answer to a guard that holds text back or asks.
public enum GuardAnswer: String, Sendable, CaseIterable {
  /// What is kept back goes out.
  case release
  /// The stream ends.
  case terminate
}
