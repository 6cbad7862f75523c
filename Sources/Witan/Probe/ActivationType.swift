/// How a server stores its hidden states.
public enum ActivationType: String, Sendable, CaseIterable {
  case float32, float16, bfloat16

  /// Bytes of one value.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}
