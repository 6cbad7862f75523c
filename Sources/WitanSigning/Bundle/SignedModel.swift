public import Witan

/// A classifier whose file a known signer has signed.
public struct SignedModel: Sendable {
  public let classifier: Classifier
  /// Who signed it.
  public let signer: KnownSigner
  /// The SHA-256 of the model's file: what a verdict names to say which model gave it.
  public let digest: ContentDigest
  /// Everything that was signed together with it: the digests of constitution and policy, if they were.
  public let manifest: Manifest

  /// Loads the model at `path` if one of `signers` signed it with the signature at `signature`, by itself or as a
  /// file of a bundle; see `SignedBundle.init` for the names in bundles.
  ///
  /// The bytes that are hashed are those that are used. The model keeps a copy of its own: its pages are not
  /// shared with other processes as those of `Classifier(path:)` are. `embeddings` is the caller's to trust;
  /// `SignedBundle.embeddings(path:)` reads a table that was signed too.
  ///
  /// Throws `signature` when the signature does not hold, is by nobody of `signers`, or is not of this file;
  /// else as `Classifier(path:embeddings:)`. O(bytes).
  public static func load(
    path: String, signature: String, signers: KnownSigners, embeddings: StaticEmbeddings? = nil
  ) throws(WitanError) -> SignedModel {
    try SignedBundle(signature: signature, signers: signers).model(path: path, embeddings: embeddings)
  }
}

extension SignedBundle {
  /// Loads the model at `path`, a file of the bundle. Throws as `SignedModel.load`.
  public func model(path: String, embeddings: StaticEmbeddings? = nil) throws(WitanError) -> SignedModel {
    let (storage, digest) = try read(path)
    do {
      return SignedModel(
        classifier: try Classifier(storage: storage, embeddings), signer: signer, digest: digest,
        manifest: manifest)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Loads the table of word-piece vectors at `path`, a file of the bundle. Throws as `SignedModel.load`.
  public func embeddings(path: String) throws(WitanError) -> StaticEmbeddings {
    let storage = try read(path).storage
    do {
      return try StaticEmbeddings(storage: storage)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }
}
