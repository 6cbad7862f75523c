/// Somebody whose signatures are trusted.
public struct KnownSigner: Sendable, Equatable {
  /// As the deployer calls them; the signature does not say it.
  public let name: String
  public let key: VerificationKey

  public init(name: String, key: VerificationKey) {
    (self.name, self.key) = (name, key)
  }
}
