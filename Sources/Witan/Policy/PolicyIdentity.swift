/// Which policy made a decision, and how to find it again.
public struct PolicyIdentity: Sendable, Hashable {
  public let id: String
  public let version: String
  /// The SHA-256 of its file ("sha256:..."); nil where whoever read it did not say.
  public let digest: String?

  public init(id: String, version: String, digest: String? = nil) {
    (self.id, self.version, self.digest) = (id, version, digest)
  }
}
