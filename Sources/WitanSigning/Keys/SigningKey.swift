internal import Crypto
internal import Foundation
public import Witan

/// A private key of ECDSA on P-256 with SHA-256 (FIPS 186-5).
public struct SigningKey: Sendable {
  private let key: P256.Signing.PrivateKey

  /// A new random key.
  public init() { key = P256.Signing.PrivateKey() }

  /// Reads a PEM file: PKCS#8 (`PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`), not encrypted.
  ///
  /// Throws `io`, `format`, or `unsupported` for encrypted keys and other algorithms.
  public init(path: String) throws(WitanError) {
    let bytes = try OpenFile(path: path, followsLinks: true).contents(limit: 1 << 16)
    try self.init(pem: bytes, at: path)
  }

  /// Reads PEM text; `place` is what errors name. Throws as `init(path:)`.
  public init(pem: [UInt8], at place: String = "key") throws(WitanError) {
    let blocks = try PEMBlock.all(in: pem, at: place).filter { $0.label != "EC PARAMETERS" }
    guard let block = blocks.first, blocks.count == 1 else {
      throw WitanError(.format, "holds \(blocks.count) keys in PEM; one private key is expected", at: place)
    }
    switch block.label {
    case "PRIVATE KEY", "EC PRIVATE KEY": break
    case "ENCRYPTED PRIVATE KEY":
      throw WitanError(
        .unsupported, "the key is encrypted; write it in plain with 'openssl pkcs8 -in KEY -out PLAIN'",
        at: place)
    case "PUBLIC KEY":
      throw WitanError(.invalidValue, "is a public key; signing needs the private one", at: place)
    default:
      throw WitanError(.unsupported, "is '\(block.label)'; a private key is expected", at: place)
    }
    if let other = block.foreignAlgorithm {
      throw WitanError(.unsupported, "is a key of \(other); only P-256 is supported", at: place)
    }
    guard let key = try? P256.Signing.PrivateKey(derRepresentation: Data(block.der)) else {
      throw WitanError(.format, "is no private key of P-256", at: place)
    }
    self.key = key
  }

  public var publicKey: VerificationKey { VerificationKey(key.publicKey) }

  /// PKCS#8, not encrypted, with a newline at the end.
  public var pem: String { key.pemRepresentation + "\n" }

  /// The signature of `message` in DER. The nonce is random: two signatures of one message differ.
  func signature(of message: [UInt8]) throws(WitanError) -> [UInt8] {
    guard let signature = try? key.signature(for: message) else {
      throw WitanError(.invalidValue, "the key cannot sign", at: "key")
    }
    return Array(signature.derRepresentation)
  }
}
