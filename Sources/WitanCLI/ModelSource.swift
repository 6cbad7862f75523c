import Witan
import WitanSigning

/// The bytes of a model's file, and where they are from.
struct ModelSource {
  let path: String
  let storage: MappedFile
  /// The bundle that the model was signed in, when a signature is asked for.
  let bundle: SignedBundle?
  let provenance: ModelProvenance?

  /// Maps the file at `path`; of a signed model it reads the bytes that were signed.
  init(path: String, signing: SignatureFlags? = nil) throws(WitanError) {
    self.path = path
    guard let bundle = try signing?.bundle() else {
      (storage, self.bundle, provenance) = (try MappedFile(path: path), nil, nil)
      return
    }
    let signed = try bundle.read(path)
    storage = signed.storage
    self.bundle = bundle
    provenance = ModelProvenance(digest: signed.digest, signer: bundle.signer)
  }

  /// The classifier in it; errors name the file.
  func classifier(_ embeddings: StaticEmbeddings?) throws(WitanError) -> Classifier {
    do {
      return try Classifier(storage: storage, embeddings)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }
}
