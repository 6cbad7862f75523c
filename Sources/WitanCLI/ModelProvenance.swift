import Witan
import WitanSigning

/// Which model gave a verdict, and who signed it.
struct ModelProvenance: Sendable {
  let digest: ContentDigest
  let signer: KnownSigner

  /// The field "model" of a verdict.
  var json: JSON {
    [
      "sha256": .string(digest.hex), "signed_by": .string(signer.name),
      "key": .string(signer.key.fingerprint.hex),
    ]
  }
}
