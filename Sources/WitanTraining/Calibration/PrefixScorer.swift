public import Witan

/// What a guard reads of a text that arrives: any values that it compares with thresholds, of one text after
/// the other.
public struct PrefixScorer {
  /// Adds the next bytes.
  public var push: (UnsafeBufferPointer<UInt8>) -> Void
  /// Ends the text.
  public var finish: () -> Void
  /// Starts a new text.
  public var reset: () -> Void
  /// The values of what was pushed so far, one for each output; valid until the next call.
  public var read: () -> UnsafeBufferPointer<Float>

  public init(
    push: @escaping (UnsafeBufferPointer<UInt8>) -> Void, finish: @escaping () -> Void,
    reset: @escaping () -> Void, read: @escaping () -> UnsafeBufferPointer<Float>
  ) {
    self.push = push
    self.finish = finish
    self.reset = reset
    self.read = read
  }

  /// The probabilities that a stream shows.
  public init(_ stream: some TextStream) {
    self.init(push: stream.push, finish: stream.finish, reset: stream.reset, read: stream.read)
  }
}
