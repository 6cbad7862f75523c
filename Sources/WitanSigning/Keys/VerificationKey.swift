internal import Crypto
internal import Foundation
internal import Witan

/// A public key of ECDSA on P-256 with SHA-256.
public struct VerificationKey: Sendable, Equatable {
  private let key: P256.Signing.PublicKey

  init(_ key: P256.Signing.PublicKey) { self.key = key }

  /// Reads a block of PEM (`PUBLIC KEY`). Throws `format`, or `unsupported` for other algorithms.
  init(_ block: PEMBlock, at place: String) throws(WitanError) {
    guard block.label == "PUBLIC KEY" else {
      guard !block.label.hasSuffix("PRIVATE KEY") else {
        throw WitanError(
          .invalidValue, "is a private key; give the public one, and keep this one to yourself", at: place)
      }
      throw WitanError(.unsupported, "is '\(block.label)'; a public key is expected", at: place)
    }
    if let other = block.foreignAlgorithm {
      throw WitanError(.unsupported, "is a key of \(other); only P-256 is supported", at: place)
    }
    guard let key = try? P256.Signing.PublicKey(derRepresentation: Data(block.der)) else {
      throw WitanError(.format, "is no public key of P-256", at: place)
    }
    self.key = key
  }

  /// SubjectPublicKeyInfo (RFC 5280), with a newline at the end.
  public var pem: String { key.pemRepresentation + "\n" }

  /// What names the key in signatures: the SHA-256 of `pem`.
  public var fingerprint: ContentDigest {
    Array(pem.utf8).withUnsafeBytes { ContentDigest(of: $0) }
  }

  public static func == (a: VerificationKey, b: VerificationKey) -> Bool {
    a.key.rawRepresentation == b.key.rawRepresentation
  }

  /// Whether `signature`, in DER, is of `message` by this key.
  func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature),
      Array(parsed.derRepresentation) == signature
    else { return false }
    return key.isValidSignature(parsed, for: message)
  }
}
