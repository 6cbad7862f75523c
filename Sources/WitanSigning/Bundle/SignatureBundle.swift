internal import Foundation
public import Witan

/// A signature of a manifest: a Sigstore bundle, version 0.3, around a DSSE envelope, version 1.0, as the OpenSSF
/// model signing specification 1.0 has it.
///
/// Nothing in it is believed before a key has verified it.
public struct SignatureBundle: Sendable {
  /// Bytes of a signature file that are read at most: about 200,000 files.
  public static let maximumByteCount = 1 << 26

  static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
  static let payloadType = "application/vnd.in-toto+json"

  package let payload: [UInt8]
  package let signature: [UInt8]  // DER
  /// The fingerprint of the key that the bundle says it is signed by; nil when it says nothing.
  public let keyHint: String?

  /// Signs `manifest`. Throws `invalidValue` when the key cannot sign, or the manifest has no file.
  public init(signing manifest: Manifest, with key: SigningKey) throws(WitanError) {
    guard !manifest.entries.isEmpty else {
      throw WitanError(.invalidValue, "there is no file to sign", at: manifest.name)
    }
    try self.init(signing: Array(manifest.statement.text().utf8), with: key)
  }

  /// Signs a payload, whatever it says.
  package init(signing payload: [UInt8], with key: SigningKey) throws(WitanError) {
    self.init(
      payload: payload, signature: try key.signature(of: Self.signedBytes(payload)),
      keyHint: key.publicKey.fingerprint.hex)
  }

  package init(payload: [UInt8], signature: [UInt8], keyHint: String?) {
    (self.payload, self.signature, self.keyHint) = (payload, signature, keyHint)
  }

  /// What is signed: the pre-authentication encoding of DSSE 1.0, so that no payload of another type can
  /// pass for this one.
  private static func signedBytes(_ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }

  /// The manifest, and who of `signers` has signed it.
  ///
  /// Throws `signature` when nobody of them has or when anything of the bundle was changed, and then `format`
  /// or `unsupported` when what was signed is no manifest that this version reads.
  public func verified(
    by signers: KnownSigners
  ) throws(WitanError) -> (manifest: Manifest, signer: KnownSigner) {
    let candidates = signers.signers.filter { keyHint == nil || $0.key.fingerprint.hex == keyHint }
    guard !candidates.isEmpty else {
      let known = signers.signers.map { "'\($0.name)' (\($0.key.fingerprint.hex.prefix(16))…)" }
      throw WitanError(
        .signature,
        "is of the key \((keyHint ?? "").prefix(64)), which is none of the known signers: "
          + known.joined(separator: ", "), at: "verificationMaterial.publicKey.hint")
    }
    let message = Self.signedBytes(payload)
    guard let signer = candidates.first(where: { $0.key.isValid(signature, of: message) }) else {
      throw WitanError(
        .signature,
        "does not hold: the payload or the signature was changed after signing, or another key signed",
        at: "dsseEnvelope")
    }
    do throws(WitanError) {
      return (try Manifest(statement: try Self.parse(payload)), signer)
    } catch {
      throw WitanError(error.code, error.message, at: "dsseEnvelope.\(error.place)")
    }
  }

  private static func parse(_ payload: [UInt8]) throws(WitanError) -> JSON {
    do throws(WitanError) {
      return try payload.withUnsafeBufferPointer { (bytes) throws(WitanError) in try JSON(parsing: bytes) }
    } catch {
      throw WitanError(error.code, error.message, at: "payload")
    }
  }
}
